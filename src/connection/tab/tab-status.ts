/** The connection's status as this tab shows it: what the leader said, on this tab's clock. */
import type { HostKind, LeaderStatus } from '../../shared/line-messages.ts';
import type { ConnectionStatus, Limitation } from '../api.ts';

export interface StatusInput {
  /** Null until a leader was heard. */
  leader: { epoch: number; heardAt: number; status: LeaderStatus } | null;
  /** The host of this tab, for as long as no leader was heard. */
  host: HostKind;
  leading: boolean;
  online: boolean;
  limitations: readonly Limitation[];
}

/** `heardAt` and all times in the result: this tab's monotonic clock, milliseconds. */
export function tabStatus({ leader, host, leading, online, limitations }: StatusInput): ConnectionStatus {
  if (leader === null) {
    return {
      phase: online ? 'connecting' : 'offline',
      reason: online ? null : 'This device has no network.',
      retryAt: null,
      host,
      leading,
      leaderId: null,
      epoch: 0,
      sockets: 0,
      tabs: 0,
      reconnects: 0,
      lastHeardAt: null,
      token: null,
      channels: {},
      limitations,
    };
  }
  const { epoch, heardAt, status } = leader;
  const history: Limitation[] =
    status.history === 'kept' ? [] : [status.history === 'full' ? 'storage-full' : 'no-history'];
  return {
    phase: status.phase,
    reason: status.reason,
    retryAt: status.retryInMs === null ? null : heardAt + status.retryInMs,
    host: status.host,
    leading,
    leaderId: status.leaderId,
    epoch,
    sockets: status.sockets,
    tabs: status.tabs,
    reconnects: status.reconnects,
    lastHeardAt: status.heardAgoMs === null ? null : heardAt - status.heardAgoMs,
    token:
      status.token === null ? null : { endsAt: heardAt + status.token.endsInMs, used: status.token.used },
    channels: status.channels,
    limitations: [...limitations, ...history],
  };
}

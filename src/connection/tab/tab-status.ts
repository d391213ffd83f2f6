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
  /** Whether every channel this tab wanted was confirmed since the connection came (back). */
  settled: boolean;
  /** Whether this tab has been live before. */
  wasLive: boolean;
  limitations: readonly Limitation[];
}

/** `heardAt` and all times in the result: this tab's monotonic clock, milliseconds. */
export function tabStatus(input: StatusInput): ConnectionStatus {
  const { leader, host, leading, online, limitations } = input;
  if (leader === null) {
    return {
      phase: online ? 'connecting' : 'offline',
      reason: online ? null : 'This device has no network.',
      switching: false,
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
      historyReason: null,
    };
  }
  const { epoch, heardAt, status } = leader;
  const history: Limitation[] =
    status.history === 'kept' ? [] : [status.history === 'full' ? 'storage-full' : 'no-history'];
  return {
    ...phaseOf(status, input),
    switching: status.switching,
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
    historyReason: status.historyReason ?? null,
  };
}

/** A tab is live when its own channels are, not when the leader's socket is: an event published now must arrive. */
function phaseOf(
  { phase, reason }: LeaderStatus,
  { settled, wasLive }: StatusInput,
): Pick<ConnectionStatus, 'phase' | 'reason'> {
  if (phase !== 'live' || settled) return { phase, reason };
  return {
    phase: wasLive ? 'reconnecting' : 'connecting',
    reason: 'Waiting for the service to confirm the channels.',
  };
}

/** Whether a wanted channel still waits for its first answer from the service. */
export function hasPending(status: LeaderStatus, wants: readonly string[]): boolean {
  return wants.some((channel) => {
    const phase = status.channels[channel]?.phase;
    return phase === undefined || phase === 'subscribing' || phase === 'waiting';
  });
}

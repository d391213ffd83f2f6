/** What the tabs are told of the leader's state. */
import type { ChannelStatus, ConnectionPhase, HostKind, LeaderStatus } from '../../shared/line-messages.ts';
import { wantedChannels } from './channels.ts';
import type { LeaderState } from './state.ts';

export interface StatusContext {
  /** Monotonic, milliseconds. */
  now: number;
  leaderId: string;
  host: HostKind;
  sockets: number;
  history: LeaderStatus['history'];
  token: LeaderStatus['token'];
}

export function describeLeader(s: LeaderState, context: StatusContext): LeaderStatus {
  const phase = phaseOf(s);
  return {
    leaderId: context.leaderId,
    host: context.host,
    phase,
    reason: reasonOf(s, phase),
    switching: false,
    retryInMs: s.retry === null || s.candidate !== null ? null : Math.max(0, s.retry.at - context.now),
    sockets: context.sockets,
    tabs: Object.keys(s.tabs).length,
    reconnects: s.reconnects,
    heardAgoMs: s.current === null ? null : Math.max(0, context.now - s.current.heardAt),
    token: context.token,
    channels: channelsOf(s),
    history: context.history,
  };
}

/** Changes whenever the tabs should hear of the state at once. */
export function statusKey(s: LeaderState): string {
  const phase = phaseOf(s);
  return JSON.stringify([
    phase,
    reasonOf(s, phase),
    s.retry?.at,
    s.candidate?.id,
    s.current?.id,
    Object.keys(s.tabs).length,
    channelsOf(s),
  ]);
}

function phaseOf(s: LeaderState): ConnectionPhase {
  if (s.ended === 'signed-out') return 'signed-out';
  // A race against a silent socket is not yet a loss, but it is no longer certain that events arrive.
  if (s.current !== null && s.candidate === null) return 'live';
  if (!s.online) return 'offline';
  return s.everLive ? 'reconnecting' : 'connecting';
}

function reasonOf(s: LeaderState, phase: ConnectionPhase): string | null {
  if (phase === 'live') return null;
  if (phase === 'signed-out') return 'You are signed out.';
  if (s.current !== null) return 'The service has been silent; trying a second connection.';
  if (phase === 'offline') return 'This device has no network.';
  return s.retry?.reason ?? null;
}

function channelsOf(s: LeaderState): Record<string, ChannelStatus> {
  const subs = new Map(Object.values(s.current?.subs ?? {}).map((sub) => [sub.channel, sub]));
  return Object.fromEntries(
    [...wantedChannels(s)].map((channel): [string, ChannelStatus] => {
      const parked = s.parked[channel];
      const sub = subs.get(channel);
      if (sub?.liveFrom != null) return [channel, { phase: 'live', reason: null }];
      if (parked !== undefined && parked.attempts > (parked.phase === 'denied' ? 1 : 0)) {
        return [channel, { phase: parked.phase, reason: parked.reason }];
      }
      return [channel, { phase: sub === undefined ? 'waiting' : 'subscribing', reason: null }];
    }),
  );
}

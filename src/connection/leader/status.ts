/** What the tabs are told of the leader's state: of several lines, the worst. */
import type { ChannelStatus, ConnectionPhase, HostKind, LeaderStatus } from '../../shared/line-messages.ts';
import { wantedChannels } from './channels.ts';
import type { LeaderState, Line } from './state.ts';
import { liveChannels, subscribedTo } from './subs.ts';

export interface StatusContext {
  /** Monotonic, milliseconds. */
  now: number;
  leaderId: string;
  build: string;
  host: HostKind;
  sockets: number;
  history: LeaderStatus['history'];
  historyReason: string | null;
  token: LeaderStatus['token'];
}

export function describeLeader(s: LeaderState, context: StatusContext): LeaderStatus {
  const line = worstLine(s);
  const phase = phaseOf(s, line);
  const { retry, candidate } = line ?? {};
  const heard = s.lines.flatMap(({ current }) => (current === null ? [] : [current.heardAt]));
  return {
    leaderId: context.leaderId,
    build: context.build,
    host: context.host,
    phase,
    reason: reasonOf(line, phase),
    switching: isSwitching(s),
    retryInMs: retry == null || candidate != null ? null : Math.max(0, retry.at - context.now),
    sockets: context.sockets,
    tabs: Object.keys(s.tabs).length,
    reconnects: s.reconnects,
    heardAgoMs: heard.length === 0 ? null : Math.max(0, context.now - Math.min(...heard)),
    token: context.token,
    channels: describeChannels(s),
    history: context.history,
    historyReason: context.historyReason,
  };
}

/** Changes whenever the tabs should hear of the state at once. */
export function statusKey(s: LeaderState): string {
  const line = worstLine(s);
  const phase = phaseOf(s, line);
  return JSON.stringify([
    phase,
    reasonOf(line, phase),
    isSwitching(s),
    s.leaving,
    s.lines.map(({ retry, candidate, current, drain }) => [
      retry?.at,
      candidate?.id,
      current?.id,
      drain?.done,
    ]),
    Object.keys(s.tabs).length,
    describeChannels(s),
  ]);
}

function isSwitching(s: LeaderState): boolean {
  return s.lines.some(({ change, candidate }) => change !== null && candidate?.ackedAt != null);
}

/** The first that is not live, or the first. */
function worstLine(s: LeaderState): Line | undefined {
  return s.lines.find((line) => phaseOf(s, line) !== 'live') ?? s.lines[0];
}

function phaseOf(s: LeaderState, line: Line | undefined): ConnectionPhase {
  if (s.ended === 'signed-out') return 'signed-out';
  // A race against a silent socket is not yet a loss, but it is no longer certain that events arrive.
  if (line?.current != null && (line.candidate === null || line.change !== null)) return 'live';
  if (!s.online) return 'offline';
  return s.lines.some(({ everLive }) => everLive) ? 'reconnecting' : 'connecting';
}

function reasonOf(line: Line | undefined, phase: ConnectionPhase): string | null {
  if (phase === 'live') return null;
  if (phase === 'signed-out') return 'You are signed out.';
  if (line?.current != null) return 'The service has been silent; trying a second connection.';
  if (phase === 'offline') return 'This device has no network.';
  return line?.retry?.reason ?? null;
}

/** Every wanted channel with its phase. */
export function describeChannels(s: LeaderState): Record<string, ChannelStatus> {
  const live = new Set<string>();
  const asked = new Set<string>();
  for (const socket of s.lines.flatMap(({ current, candidate }) => [current, candidate])) {
    for (const channel of liveChannels(socket)) live.add(channel);
    for (const channel of subscribedTo(socket)) asked.add(channel);
  }
  return Object.fromEntries(
    [...wantedChannels(s)].map((channel): [string, ChannelStatus] => {
      const parked = s.parked[channel];
      if (live.has(channel)) return [channel, { phase: 'live', reason: null }];
      if (parked !== undefined && parked.attempts > (parked.phase === 'denied' ? 1 : 0)) {
        return [channel, { phase: parked.phase, reason: parked.reason }];
      }
      return [channel, { phase: asked.has(channel) ? 'subscribing' : 'waiting', reason: null }];
    }),
  );
}

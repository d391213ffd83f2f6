/**
 * The connection's state machine: one pure function. Every event first changes what is known; then `settle`
 * derives what is due (open, probe, subscribe, give up waiting), so a deadline and an event take the same path.
 * The runner (`leader.ts`) carries out the effects and calls again at `nextWake`.
 */
import type { GapCause } from '../../shared/log.ts';
import { endCoverage, refuse, subscribeWanted, unpark, updateSub, without } from './channels.ts';
import { anyVisible, silenceMs } from './next-wake.ts';
import type { LeaderEffect, LeaderEvent, LeaderState, Moment, Socket } from './state.ts';
import * as timing from './timing.ts';

/** The state after `event`, and what is to be done. Never throws; events of sockets that are gone change nothing. */
export function reduceLeader(
  state: LeaderState,
  event: LeaderEvent,
  at: Moment,
): [LeaderState, LeaderEffect[]] {
  if (state.ended !== null) return [state, []];
  const effects: LeaderEffect[] = [];
  const next = apply({ ...state }, event, at, effects);
  if (next.ended === null && !isTraffic(event)) settle(next, at, effects);
  return [next, effects];
}

/** Whether the event is plain traffic, of which there are thousands a second: nothing becomes due by it. */
export function isTraffic(event: LeaderEvent): boolean {
  return event.t === 'data' || event.t === 'heard';
}

/** Changes the copy `s` as `event` says. */
function apply(s: LeaderState, event: LeaderEvent, at: Moment, effects: LeaderEffect[]): LeaderState {
  switch (event.t) {
    case 'tick':
      return s;
    case 'tab':
      s.tabs = { ...s.tabs, [event.tab]: { wants: event.wants, visible: event.visible } };
      s.online = event.online;
      s.aloneSince = null;
      return s;
    case 'tab-gone':
      s.tabs = without(s.tabs, event.tab);
      if (Object.keys(s.tabs).length === 0) s.aloneSince ??= at.now;
      return s;
    case 'nudge':
      nudged(s, event, at, effects);
      return s;
    case 'token-failed':
      if (s.candidate?.id !== event.socket) return s;
      s.candidate = null;
      // Not the service's fault, and asking our own server is cheap: the same short schedule as when it is away.
      lose(s, at, effects, event.reason, false);
      return s;
    case 'signed-out':
      end(s, 'signed-out', at, effects);
      return s;
    case 'stop':
      end(s, 'stopped', at, effects);
      return s;
    case 'token-changed':
      unpark(s);
      return s;
    case 'acked':
      if (s.candidate?.id === event.socket) promote(s, s.candidate, at, effects);
      return s;
    case 'heard':
      heard(s, event.socket, at, effects);
      return s;
    case 'subscribed':
      heard(s, event.socket, at, effects);
      updateSub(s, event.socket, event.sub, (sub) => {
        if (sub.liveFrom !== null) return sub;
        effects.push({ t: 'cover', channel: sub.channel, from: at.wall, to: at.wall, endedBy: null });
        return { ...sub, liveFrom: at.wall };
      });
      return s;
    case 'refused':
      heard(s, event.socket, at, effects);
      refuse(s, event.socket, event.sub, event.fault, at);
      return s;
    case 'data': {
      heard(s, event.socket, at, effects);
      const sub = s.current?.id === event.socket ? s.current.subs[event.sub] : undefined;
      if (sub !== undefined) effects.push({ t: 'record', channel: sub.channel, event: event.event });
      return s;
    }
    case 'closed':
      return closed(s, event, at, effects);
    default:
      return event satisfies never;
  }
}

/** Derives everything that is due now. */
function settle(s: LeaderState, at: Moment, effects: LeaderEffect[]): void {
  if (s.aloneSince !== null && at.now - s.aloneSince >= timing.ALONE_GRACE_MS) {
    dropCurrent(s, s.current?.heardWall ?? at.wall, 'not-running', effects);
    if (s.candidate !== null) effects.push({ t: 'close', socket: s.candidate.id });
    s.candidate = null;
    s.retry = null;
    return;
  }
  if (s.candidate !== null && at.now - s.candidate.startedAt >= timing.CONNECT_TIMEOUT_MS) {
    effects.push({ t: 'close', socket: s.candidate.id });
    s.candidate = null;
    lose(s, at, effects, 'The service did not answer in time.', false);
  }
  if (s.current !== null) watch(s, s.current, at, effects);
  if (s.candidate === null && s.current === null) {
    if (s.retry === null || at.now >= s.retry.at) openCandidate(s, at, effects);
  }
  if (s.current !== null) subscribeWanted(s, s.current, at, effects);
}

/** Silence asks for a probe; a probe without an answer starts a race with a second socket. */
function watch(s: LeaderState, current: Socket, at: Moment, effects: LeaderEffect[]): void {
  if (s.probe !== null) {
    if (at.now >= s.probe.dueAt && s.candidate === null) openCandidate(s, at, effects);
  } else if (at.now - current.heardAt >= silenceMs(s)) {
    probe(s, current, at, effects);
  }
}

function probe(s: LeaderState, current: Socket, at: Moment, effects: LeaderEffect[]): void {
  s.probe = { socket: current.id, dueAt: at.now + timing.PROBE_TIMEOUT_MS };
  effects.push({ t: 'probe', socket: current.id });
}

/** The network may be another one now: do not wait for deadlines that were set under the old one. */
function nudged(
  s: LeaderState,
  { cause, online }: Extract<LeaderEvent, { t: 'nudge' }>,
  at: Moment,
  effects: LeaderEffect[],
): void {
  s.online = online;
  if (s.current !== null && s.probe === null) probe(s, s.current, at, effects);
  if (cause === 'retry') s.parked = {};
  if (cause === 'offline') return;
  if (s.candidate !== null && at.now - s.candidate.startedAt >= timing.STALE_ATTEMPT_MS) {
    effects.push({ t: 'close', socket: s.candidate.id });
    s.candidate = null;
  }
  if (s.retry !== null) s.retry = { ...s.retry, attempts: 0, at: at.now };
}

function openCandidate(s: LeaderState, at: Moment, effects: LeaderEffect[]): void {
  s.serial += 1;
  s.candidate = { id: s.serial, startedAt: at.now, heardAt: at.now, heardWall: at.wall, subs: {} };
  effects.push({ t: 'open', socket: s.serial, forceToken: s.forceToken });
  s.forceToken = false;
}

/** The candidate was acknowledged: it is the connection now, and what it replaces goes. */
function promote(s: LeaderState, candidate: Socket, at: Moment, effects: LeaderEffect[]): void {
  if (s.current !== null) dropCurrent(s, s.current.heardWall, lossCause(s), effects);
  if (s.everLive) s.reconnects += 1;
  s.everLive = true;
  s.current = { ...candidate, heardAt: at.now, heardWall: at.wall };
  s.candidate = null;
  s.retry = null;
  s.probe = null;
}

/** A frame came: the path is alive, and a race against it was a false alarm. */
function heard(s: LeaderState, socket: number, at: Moment, effects: LeaderEffect[]): void {
  if (s.current?.id !== socket) return;
  s.current = { ...s.current, heardAt: at.now, heardWall: at.wall };
  s.probe = null;
  if (s.candidate !== null) {
    effects.push({ t: 'close', socket: s.candidate.id });
    s.candidate = null;
  }
}

function closed(
  s: LeaderState,
  event: Extract<LeaderEvent, { t: 'closed' }>,
  at: Moment,
  effects: LeaderEffect[],
): LeaderState {
  const refused = event.spoke !== 'nothing';
  if (event.spoke === 'unauthorized') s.forceToken = true;
  if (s.candidate?.id === event.socket) {
    s.candidate = null;
    lose(s, at, effects, event.reason, refused);
  } else if (s.current?.id === event.socket) {
    dropCurrent(s, s.current.heardWall, lossCause(s), effects, false);
    if (s.candidate === null) lose(s, at, effects, event.reason, refused);
  }
  return s;
}

/** No way through: what may still be there counts as lost too, and the next attempt is planned. */
function lose(s: LeaderState, at: Moment, effects: LeaderEffect[], reason: string, refused: boolean): void {
  if (s.current !== null) dropCurrent(s, s.current.heardWall, lossCause(s), effects);
  const since = s.retry?.since ?? at.now;
  // The first connect of all is itself the first attempt; after a loss, the first retry is at once.
  const attempts = s.retry === null ? (s.everLive ? 0 : 1) : s.retry.attempts + 1;
  const delay = timing.retryDelayMs({
    attempts,
    outageMs: at.now - since,
    refused,
    visible: anyVisible(s),
    random: at.random,
  });
  s.retry = { since, attempts, at: at.now + delay, reason };
}

/** Ends the current socket and the coverage of its channels at `to` (wall clock). */
function dropCurrent(
  s: LeaderState,
  to: number,
  endedBy: GapCause,
  effects: LeaderEffect[],
  close = true,
): void {
  if (s.current === null) return;
  for (const sub of Object.values(s.current.subs)) endCoverage(sub, to, endedBy, effects);
  if (close) effects.push({ t: 'close', socket: s.current.id });
  s.current = null;
  s.probe = null;
}

function end(s: LeaderState, how: 'signed-out' | 'stopped', at: Moment, effects: LeaderEffect[]): void {
  dropCurrent(s, s.current?.heardWall ?? at.wall, how === 'stopped' ? 'leader-lost' : 'not-running', effects);
  if (s.candidate !== null) effects.push({ t: 'close', socket: s.candidate.id });
  s.candidate = null;
  s.retry = null;
  s.ended = how;
}

function lossCause(s: LeaderState): GapCause {
  return s.online ? 'connection-lost' : 'offline';
}

/**
 * The part of the connection's state machine that is about channels: what is wanted, asked for, confirmed, refused.
 * Like the reducer, it works on the copies of state and line that it is given.
 */
import {
  isAuthorizationFault,
  isCapacityFault,
  isExpiryFault,
  type WireFault,
} from '../../shared/events-wire.ts';
import { failChange } from './change.ts';
import { park, parkRefused } from './park.ts';
import type { LeaderEffect, LeaderState, Line, Moment, Socket, Subscription } from './state.ts';
import { endCoverage, isOverdue, liveChannels, without } from './subs.ts';
import * as timing from './timing.ts';

/** Asks for what is wanted and not yet asked for; lets go of what nobody wants; tries again what is overdue. */
export function subscribeWanted(s: LeaderState, line: Line, at: Moment, effects: LeaderEffect[]): void {
  const { current } = line;
  if (current !== null && line.drain === null) {
    const subs = keepWanted(s, line, current, at, effects);
    line.current = { ...current, subs: askMissing(s, line, { ...current, subs }, at, effects) };
  }
  const { candidate, change } = line;
  if (candidate !== null && change !== null && candidate.ackedAt !== null) {
    const subs = keepWanted(s, line, candidate, at, effects);
    line.candidate = { ...candidate, subs: askMissing(s, line, { ...candidate, subs }, at, effects) };
  }
}

function keepWanted(
  s: LeaderState,
  line: Line,
  socket: Socket,
  at: Moment,
  effects: LeaderEffect[],
): Socket['subs'] {
  const kept: Record<string, Subscription> = {};
  const wanted = new Set(line.channels);
  for (const [id, sub] of Object.entries(socket.subs)) {
    // A change under way is not saved by asking again: it fails as a whole (`change.ts`).
    const overdue = socket === line.current && isOverdue(sub, at.now);
    if (wanted.has(sub.channel) && !overdue) {
      kept[id] = sub;
      continue;
    }
    effects.push({ t: 'unsubscribe', socket: socket.id, sub: id });
    endCoverage(sub, socket.provenWall, s.aloneSince === null ? 'not-watched' : 'not-running', effects);
    if (overdue) park(s, sub.channel, 'failed', 'The service did not confirm the channel in time.', at);
  }
  return kept;
}

function askMissing(
  s: LeaderState,
  line: Line,
  socket: Socket,
  at: Moment,
  effects: LeaderEffect[],
): Socket['subs'] {
  const subs: Record<string, Subscription> = { ...socket.subs };
  const asked = new Set(Object.values(subs).map(({ channel }) => channel));
  const beside = socket.id === line.candidate?.id;
  for (const channel of line.channels) {
    const parked = s.parked[channel];
    const resting = parked !== undefined && (parked.retryAt === null || at.now < parked.retryAt);
    // What was refused is for `current` to try again: it would only make the change fail.
    const refusedBefore = beside && (parked !== undefined || channel in (line.change?.denied ?? {}));
    if (asked.has(channel) || resting || refusedBefore) continue;
    s.serial += 1;
    const id = `s${s.serial}`;
    subs[id] = { channel, askedAt: at.now, live: null, coveredFrom: null };
    // A channel that was refused once is asked for with a token that is certainly new.
    const forceToken = parked !== undefined && (parked.attempts === 1 || parked.phase === 'failed');
    effects.push({ t: 'subscribe', socket: socket.id, sub: id, channel, forceToken });
  }
  return subs;
}

/** The service listens for us: on `current` an interval of coverage begins. */
export function confirmed(
  s: LeaderState,
  line: Line,
  { socket, sub: id }: { socket: number; sub: string },
  at: Moment,
  effects: LeaderEffect[],
): void {
  const live = { at: at.now, wall: at.wall };
  if (line.current?.id === socket) {
    const sub = line.current.subs[id];
    // One that is drained was told to forget it since.
    if (sub === undefined || sub.live !== null || line.drain !== null) return;
    effects.push({ t: 'cover', channel: sub.channel, from: at.wall, to: at.wall, endedBy: null });
    line.current = withSub(line.current, id, { ...sub, live, coveredFrom: at.wall });
    s.parked = without(s.parked, sub.channel);
  } else if (line.candidate?.id === socket) {
    const sub = line.candidate.subs[id];
    if (sub === undefined || sub.live !== null) return;
    line.candidate = withSub(line.candidate, id, { ...sub, live });
    s.parked = without(s.parked, sub.channel);
  }
}

/** Sets a refused channel aside. A first authorization fault may only mean an old token: it is tried once more. */
export function refused(
  s: LeaderState,
  line: Line,
  { socket, sub: id, fault }: { socket: number; sub: string; fault: WireFault },
  at: Moment,
  effects: LeaderEffect[],
): void {
  if (line.candidate?.id === socket) refusedByCandidate(s, line, line.candidate, { id, fault }, at, effects);
  const sub = line.current?.id === socket ? line.current.subs[id] : undefined;
  if (sub === undefined || line.current === null) return;
  line.current = { ...line.current, subs: without(line.current.subs, id) };
  endCoverage(sub, at.wall, 'denied', effects);
  const held = Object.values(line.current.subs).filter(({ live }) => live !== null).length;
  if (isCapacityFault(fault) && held > 0) {
    // Full with what it has: the channel goes to another line.
    line.capacity = held;
    line.channels = line.channels.filter((channel) => channel !== sub.channel);
    return;
  }
  parkRefused(s, sub.channel, fault, at);
}

/** What `current` has and the new token may not have is given up with it; any other refusal is a failed change. */
function refusedByCandidate(
  s: LeaderState,
  line: Line,
  candidate: Socket,
  { id, fault }: { id: string; fault: WireFault },
  at: Moment,
  effects: LeaderEffect[],
): void {
  const sub = candidate.subs[id];
  if (sub === undefined || line.change === null) return;
  const { channel } = sub;
  const denied = isAuthorizationFault(fault) && !isExpiryFault(fault);
  line.candidate = { ...candidate, subs: without(candidate.subs, id) };
  if (!liveChannels(line.current).has(channel)) {
    parkRefused(s, channel, fault, at);
  } else if (denied) {
    line.change = { ...line.change, denied: { ...line.change.denied, [channel]: fault.message } };
  } else {
    failChange(line, timing.changeRetryMs(line.changeFailures, at.random), at, effects);
  }
}

/** Every channel that a tab wants: first those that somebody looks at. */
export function wantedChannels(s: LeaderState): Set<string> {
  const tabs = Object.values(s.tabs);
  const seen = tabs.filter(({ visible }) => visible);
  const hidden = tabs.filter(({ visible }) => !visible);
  return new Set([...seen, ...hidden].flatMap(({ wants }) => wants));
}

function withSub(socket: Socket, id: string, sub: Subscription): Socket {
  return { ...socket, subs: { ...socket.subs, [id]: sub } };
}

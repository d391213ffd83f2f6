/**
 * Planned changes of one line's socket: make before break (docs/connection.md). The candidate is opened and
 * subscribed beside a healthy `current`, both deliver for a while, and the old one goes when it provably has nothing
 * more under way. Whatever fails on the way costs the candidate, never `current`.
 */
import type { GapCause } from '../../shared/log.ts';
import { beginOverlap, closeOverlap, type Heard, judge } from './overlap.ts';
import { parkDenied } from './park.ts';
import { proofAtStart } from './proof.ts';
import type { LeaderEffect, LeaderState, Line, Moment, Socket, Subscription } from './state.ts';
import { endCoverage, isOverdue, liveChannels } from './subs.ts';
import * as timing from './timing.ts';

/** Narrower holes are not shown: they may be two readings of one clock (`store/coverage-log.ts`). Milliseconds. */
const HOLE_MS = 3;

/** When a planned change of a healthy line begins; null while none can. Monotonic. */
export function changeDueAt(s: LeaderState, line: Line): number | null {
  const { current } = line;
  const busy = line.candidate !== null || line.probe !== null || line.drain !== null || line.overlap !== null;
  if (current === null || busy || s.leaving !== null) return null;
  const due = current.generation < s.generation ? 0 : Math.min(line.lifeDueAt, tokenDueAt(current));
  return due === Number.POSITIVE_INFINITY ? null : Math.max(due, line.changeAfter);
}

function tokenDueAt({ renewAt }: Socket): number {
  return renewAt ?? Number.POSITIVE_INFINITY;
}

/** Opens the candidate. For the end of a life any token will do; else it must be another than that of `current`. */
export function beginChange(s: LeaderState, line: Line, at: Moment, effects: LeaderEffect[]): void {
  const { current } = line;
  if (current === null) return;
  line.change = {
    restartedAt: at.now,
    recheckAt: 0,
    mismatchAt: null,
    checked: false,
    proof: null,
    denied: {},
  };
  const newer = current.generation < s.generation || at.now < line.lifeDueAt;
  openCandidate(s, line, newer ? current.id : null, at, effects);
}

export function openCandidate(
  s: LeaderState,
  line: Line,
  newerThan: number | null,
  at: Moment,
  effects: LeaderEffect[],
): void {
  s.serial += 1;
  line.candidate = {
    id: s.serial,
    startedAt: at.now,
    ackedAt: null,
    ...proofAtStart(at),
    renewAt: null,
    generation: s.generation,
    subs: {},
  };
  const ask = timing.asksFirst(line.retry?.attempts ?? 0);
  effects.push({ t: 'open', socket: s.serial, forceToken: line.forceToken, newerThan, ask });
  line.forceToken = false;
}

/** The candidate was acknowledged: from its first subscription on, what it delivers may come twice. */
export function candidateAcked(line: Line, candidate: Socket, at: Moment): void {
  if (line.current === null) return;
  line.candidate = { ...candidate, ...proofAtStart(at), ackedAt: at.now };
  line.overlap = beginOverlap(line.current.id, candidate.id, at.now);
}

/** The next step of a change whose candidate is acknowledged, where one is due. */
export function advanceChange(
  s: LeaderState,
  line: Line,
  change: NonNullable<Line['change']>,
  at: Moment,
  effects: LeaderEffect[],
): void {
  const { current, candidate } = line;
  if (current === null || candidate === null) return;
  if (Object.values(candidate.subs).some((sub) => isOverdue(sub, at.now))) {
    failChange(line, timing.changeRetryMs(line.changeFailures, at.random), at, effects);
    return;
  }
  if (line.drain !== null) {
    if (line.drain.done) replace(s, line, 'connection-lost', at, effects);
    return;
  }
  const readyAt = overlapReadyAt(line);
  if (readyAt === null) return;
  if (!change.checked) {
    // Its answer proves that the old one listened on when the new one had everything: then there can be no hole.
    probe(s, line, current, at, effects);
    line.change = { ...change, checked: true };
    return;
  }
  if (at.now < readyAt || line.probe !== null) return;
  if (!allPaired(line, change, at, effects)) return;
  const heardSince = at.now - timing.PROOF_AGE_MS;
  const askedAt = change.proof === null ? at.now : change.proof.dueAt - timing.PROBE_TIMEOUT_MS;
  if (candidate.heardAt < Math.min(heardSince, askedAt)) askForProof(s, line, change, at, effects);
  else beginDrain(s, line, at, effects);
}

/** When both have delivered for long enough; null until the candidate has all that `current` has. Monotonic. */
export function overlapReadyAt({ current, candidate, change }: Line): number | null {
  if (candidate === null || change === null) return null;
  const since = liveSince(candidate);
  const shared = [...liveChannels(current)].filter((channel) => !(channel in change.denied));
  if (!shared.every((channel) => since.has(channel))) return null;
  const begun = shared.map((channel) => since.get(channel) ?? 0);
  // Nothing to hear, nothing to wait for.
  if (begun.length === 0) return 0;
  return Math.max(change.recheckAt, Math.max(change.restartedAt, ...begun) + timing.SETTLE_MS);
}

function liveSince(socket: Socket): Map<string, number> {
  return new Map(
    Object.values(socket.subs).flatMap(({ channel, live }) =>
      live === null ? [] : [[channel, live.at] as const],
    ),
  );
}

/**
 * Whether the candidate delivered all that the old socket did. If not, both go on; after too long, the candidate goes.
 */
function allPaired(
  line: Line,
  change: NonNullable<Line['change']>,
  at: Moment,
  effects: LeaderEffect[],
): boolean {
  if (line.overlap === null || line.candidate === null) return true;
  const { overlap, missed, recheckAt } = judge(line.overlap, liveSince(line.candidate), at.now);
  line.overlap = overlap;
  if (!missed) {
    if (recheckAt !== null) line.change = { ...change, recheckAt };
    return recheckAt === null;
  }
  const mismatchAt = change.mismatchAt ?? at.now;
  if (at.now - mismatchAt >= timing.MISMATCH_LIMIT_MS) failChange(line, timing.MISMATCH_REST_MS, at, effects);
  else line.change = { ...change, mismatchAt, restartedAt: at.now };
  return false;
}

function askForProof(
  s: LeaderState,
  line: Line,
  change: NonNullable<Line['change']>,
  at: Moment,
  effects: LeaderEffect[],
): void {
  if (change.proof === null) {
    s.serial += 1;
    line.change = { ...change, proof: { dueAt: at.now + timing.PROBE_TIMEOUT_MS } };
    effects.push({ t: 'probe', socket: line.candidate?.id ?? 0, id: `p${s.serial}` });
  } else if (at.now >= change.proof.dueAt) {
    failChange(line, timing.changeRetryMs(line.changeFailures, at.random), at, effects);
  }
}

/** Asks `current` for a sign of life. */
export function probe(
  s: LeaderState,
  line: Line,
  current: Socket,
  at: Moment,
  effects: LeaderEffect[],
): void {
  line.probe = { dueAt: at.now + timing.PROBE_TIMEOUT_MS };
  ask(s, line, current, at, effects);
}

/** Returns the probe's id. */
function ask(s: LeaderState, line: Line, current: Socket, at: Moment, effects: LeaderEffect[]): string {
  s.serial += 1;
  const id = `p${s.serial}`;
  line.current = { ...current, asked: { probe: id, at: at.now, wall: at.wall } };
  effects.push({ t: 'probe', socket: current.id, id });
  return id;
}

/** The service answered a probe on `current`. */
export function answered(line: Line, id: string): void {
  const { drain } = line;
  if (drain?.probe === id) line.drain = { ...drain, done: true };
}

/** Asks the service to deliver nothing more on `current`. */
export function beginDrain(s: LeaderState, line: Line, at: Moment, effects: LeaderEffect[]): void {
  const { current } = line;
  if (current === null) return;
  for (const sub of Object.keys(current.subs)) effects.push({ t: 'unsubscribe', socket: current.id, sub });
  line.drain = {
    probe: ask(s, line, current, at, effects),
    dueAt: at.now + timing.DRAIN_TIMEOUT_MS,
    wall: at.wall,
    done: false,
  };
  line.probe = null;
}

/**
 * The candidate takes the place of `current`, drained or lost. Coverage goes on where `current` provably heard all from
 * before the candidate's confirmation; else there is a hole, whose cause is `cause`.
 */
export function replace(
  s: LeaderState,
  line: Line,
  cause: GapCause,
  at: Moment,
  effects: LeaderEffect[],
  close = true,
): void {
  const { current, candidate, change } = line;
  if (current === null || candidate === null || change === null) return;
  const until = line.drain === null ? current.provenWall : Math.min(current.provenWall, line.drain.wall);
  const before = new Map(Object.values(current.subs).map((sub) => [sub.channel, sub]));
  const subs: Record<string, Subscription> = {};
  for (const [id, sub] of Object.entries(candidate.subs)) {
    subs[id] = carryOn(sub, before.get(sub.channel), { provenAt: current.provenAt, until, cause }, effects);
    before.delete(sub.channel);
  }
  for (const sub of before.values()) {
    const reason = change.denied[sub.channel];
    const wanted = line.channels.includes(sub.channel);
    if (reason === undefined) endCoverage(sub, until, wanted ? cause : 'not-watched', effects);
    else endCoverage(sub, until, 'denied', effects);
    if (reason !== undefined && sub.live !== null && wanted) parkDenied(s, sub.channel, reason);
  }
  if (close) effects.push({ t: 'close', socket: current.id });
  endOverlap(line, current.id, at, effects);
  line.current = { ...candidate, subs, provenWall: Math.max(candidate.provenWall, until) };
  line.lifeDueAt = candidate.startedAt + timing.usefulLifeMs(s.lifetimeMs, at.random);
  line.changeFailures = 0;
  endChange(line);
}

function carryOn(
  sub: Subscription,
  before: Subscription | undefined,
  { provenAt, until, cause }: { provenAt: number; until: number; cause: GapCause },
  effects: LeaderEffect[],
): Subscription {
  const covered = before?.coveredFrom ?? null;
  if (sub.live !== null && covered !== null && sub.live.at <= provenAt) {
    return { ...sub, coveredFrom: covered };
  }
  // What the old one heard until then proves nothing of a channel that it was not subscribed to.
  const from = Math.max(sub.live?.wall ?? 0, until, covered ?? 0);
  // Its last frame may be younger than the confirmation, and was sent before it: the hole is there, and to be seen.
  if (before !== undefined) endCoverage(before, Math.min(until, from - HOLE_MS), cause, effects);
  if (sub.live === null) return sub;
  effects.push({ t: 'cover', channel: sub.channel, from, to: from, endedBy: null });
  return { ...sub, coveredFrom: from };
}

/** Gives the candidate up; `current` goes on, and the change is tried again after `restMs`. */
export function failChange(
  line: Line,
  restMs: number,
  at: Moment,
  effects: LeaderEffect[],
  close = true,
): void {
  const { candidate } = line;
  if (candidate !== null && close) effects.push({ t: 'close', socket: candidate.id });
  if (candidate !== null) endOverlap(line, candidate.id, at, effects);
  if (line.drain !== null && line.current !== null) {
    // Half-way: the old one delivers nothing any more, so it is subscribed again.
    const until = Math.min(line.current.provenWall, line.drain.wall);
    for (const sub of Object.values(line.current.subs)) endCoverage(sub, until, 'connection-lost', effects);
    line.current = { ...line.current, subs: {} };
  }
  line.changeAfter = at.now + restMs;
  line.changeFailures += 1;
  endChange(line);
}

/** `gone` delivers nothing more: what was held back for its sake is decided. */
export function endOverlap(line: Line, gone: number, at: Moment, effects: LeaderEffect[]): void {
  if (line.overlap === null) return;
  const [overlap, alone] = closeOverlap(line.overlap, gone, at.now);
  line.overlap = overlap;
  record(alone, effects);
}

export function record(events: readonly Heard[], effects: LeaderEffect[]): void {
  for (const { channel, text } of events) effects.push({ t: 'record', channel, event: text });
}

function endChange(line: Line): void {
  line.candidate = null;
  line.change = null;
  line.drain = null;
  line.probe = null;
}

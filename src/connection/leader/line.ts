/**
 * The machine of one connection: connects, watches over its socket, reconnects, and replaces it as planned
 * (`change.ts`). The leader holds as many lines as its channels need. Works on the copies that the reducer made.
 */
import type { GapCause } from '../../shared/log.ts';
import {
  advanceChange,
  beginChange,
  candidateAcked,
  changeDueAt,
  endOverlap,
  failChange,
  openCandidate,
  probe,
  record,
  replace,
} from './change.ts';
import { subscribeWanted } from './channels.ts';
import { passTime } from './overlap.ts';
import { isProofDue, proofAtStart, provenByFrame } from './proof.ts';
import type { LeaderEffect, LeaderEvent, LeaderState, Line, Moment, Socket } from './state.ts';
import { anyVisible, endCoverage } from './subs.ts';
import * as timing from './timing.ts';

/** Derives everything that is due now on this line. */
export function settleLine(s: LeaderState, line: Line, at: Moment, effects: LeaderEffect[]): void {
  if (line.overlap !== null) {
    const [overlap, alone] = passTime(line.overlap, at.now);
    line.overlap = overlap;
    record(alone, effects);
  }
  if (line.drain !== null && at.now >= line.drain.dueAt) line.drain = { ...line.drain, done: true };
  const { candidate } = line;
  if (candidate?.ackedAt === null && at.now - candidate.startedAt >= timing.CONNECT_TIMEOUT_MS) {
    effects.push({ t: 'close', socket: candidate.id });
    candidateLost(s, line, { reason: 'The service did not answer in time.', refused: false }, at, effects);
  }
  if (line.current !== null && line.drain === null) watch(s, line, line.current, at, effects);
  if (line.candidate === null && line.current === null && s.leaving !== 'draining') {
    if (line.retry === null || at.now >= line.retry.at) openCandidate(s, line, null, at, effects);
  }
  const due = changeDueAt(s, line);
  if (due !== null && at.now >= due) beginChange(s, line, at, effects);
  subscribeWanted(s, line, at, effects);
  if (line.change !== null && line.candidate !== null && line.candidate.ackedAt !== null) {
    advanceChange(s, line, line.change, at, effects);
    // Where the change failed half-way, or the place of `current` was taken.
    if (line.change === null) subscribeWanted(s, line, at, effects);
  }
}

/** Silence asks for a probe, and so do frames that may be old; a probe without an answer starts a race with a second socket. */
function watch(s: LeaderState, line: Line, current: Socket, at: Moment, effects: LeaderEffect[]): void {
  if (line.probe !== null) {
    if (at.now < line.probe.dueAt) return;
    if (line.candidate === null) openCandidate(s, line, null, at, effects);
    else if (line.candidate.ackedAt !== null) takeOver(s, line, at, effects, true);
    else line.change = null;
  } else if (at.now - current.heardAt >= timing.silenceMs(anyVisible(s)) || isProofDue(current, at.now)) {
    probe(s, line, current, at, effects);
  }
}

/**
 * A frame came. Where it proves nothing, and somebody looks, a round trip is asked for at once, lest a break that
 * follows leaves a gap around events that were received.
 */
export function proveTraffic(s: LeaderState, line: Line, at: Moment, effects: LeaderEffect[]): void {
  const { current } = line;
  if (current === null || line.probe !== null || line.drain !== null) return;
  if (isProofDue(current, at.now) && anyVisible(s)) probe(s, line, current, at, effects);
}

/** `current` was lost while a planned change was under way: what stands beside it is the connection now. */
function takeOver(s: LeaderState, line: Line, at: Moment, effects: LeaderEffect[], close: boolean): void {
  s.reconnects += 1;
  replace(s, line, lossCause(s), at, effects, close);
}

/** The network may be another one now: do not wait for deadlines that were set under the old one. */
export function nudgeLine(
  s: LeaderState,
  line: Line,
  cause: Extract<LeaderEvent, { t: 'nudge' }>['cause'],
  at: Moment,
  effects: LeaderEffect[],
): void {
  const { current, candidate } = line;
  if (current !== null && line.probe === null && line.drain === null) probe(s, line, current, at, effects);
  // An unanswered publish says nothing of another network: only whether the path is alive is asked.
  if (cause === 'offline' || cause === 'publish') return;
  if (candidate?.ackedAt === null && at.now - candidate.startedAt >= timing.STALE_ATTEMPT_MS) {
    if (line.change === null) {
      effects.push({ t: 'close', socket: candidate.id });
      line.candidate = null;
    } else {
      failChange(line, 0, at, effects);
    }
  }
  if (line.retry !== null) line.retry = { ...line.retry, attempts: 0, at: at.now };
}

/** The service acknowledged a candidate: it is the connection now, or, in a planned change, stands beside it. */
export function acked(s: LeaderState, line: Line, socket: number, at: Moment, effects: LeaderEffect[]): void {
  const { candidate } = line;
  if (candidate?.id !== socket || candidate.ackedAt !== null) return;
  if (line.change !== null) {
    candidateAcked(line, candidate, at);
    return;
  }
  if (line.current !== null) dropCurrent(line, lossCause(s), effects);
  if (line.everLive) s.reconnects += 1;
  line.everLive = true;
  line.current = { ...candidate, ...proofAtStart(at), ackedAt: at.now };
  line.capacity = timing.MAX_SUBSCRIPTIONS;
  line.lifeDueAt = candidate.startedAt + timing.usefulLifeMs(s.lifetimeMs, at.random);
  line.changeFailures = 0;
  line.changeAfter = 0;
  line.candidate = null;
  line.retry = null;
  line.probe = null;
}

/** A frame came: the path is alive, and a race against it was a false alarm. */
export function heard(line: Line, socket: number, at: Moment, effects: LeaderEffect[]): void {
  if (line.candidate?.id === socket) line.candidate = provenByFrame(line.candidate, at);
  if (line.current?.id !== socket) return;
  line.current = provenByFrame(line.current, at);
  line.probe = null;
  if (line.candidate !== null && line.change === null) {
    effects.push({ t: 'close', socket: line.candidate.id });
    line.candidate = null;
  }
}

/** A socket of this line ended, or never opened. */
export function closed(
  s: LeaderState,
  line: Line,
  { socket, reason, spoke }: Extract<LeaderEvent, { t: 'closed' }>,
  at: Moment,
  effects: LeaderEffect[],
): void {
  const refused = spoke !== 'nothing';
  if (spoke === 'unauthorized') line.forceToken = true;
  if (line.candidate?.id === socket) {
    candidateLost(s, line, { reason, refused }, at, effects);
  } else if (line.current?.id === socket && line.candidate !== null && line.candidate.ackedAt !== null) {
    takeOver(s, line, at, effects, false);
  } else if (line.current?.id === socket) {
    dropCurrent(line, lossCause(s), effects, false);
    line.change = null;
    if (line.candidate === null) lose(s, line, { reason, refused }, at, effects);
  }
}

/** The candidate is no more (closed already): a planned change waits, anything else is a failed attempt. */
export function candidateLost(
  s: LeaderState,
  line: Line,
  why: { reason: string; refused: boolean },
  at: Moment,
  effects: LeaderEffect[],
): void {
  if (line.change === null) {
    line.candidate = null;
    lose(s, line, why, at, effects);
  } else {
    failChange(line, timing.changeRetryMs(line.changeFailures, at.random), at, effects, false);
  }
}

/** No way through: what may still be there counts as lost too, and the next attempt is planned. */
function lose(
  s: LeaderState,
  line: Line,
  { reason, refused }: { reason: string; refused: boolean },
  at: Moment,
  effects: LeaderEffect[],
): void {
  if (line.current !== null) dropCurrent(line, lossCause(s), effects);
  const since = line.retry?.since ?? at.now;
  // The first connect of all is itself the first attempt; after a loss, the first retry is at once.
  const attempts = line.retry === null ? (line.everLive ? 0 : 1) : line.retry.attempts + 1;
  const delay = timing.retryDelayMs({
    attempts,
    outageMs: at.now - since,
    refused,
    visible: anyVisible(s),
    random: at.random,
  });
  line.retry = { since, attempts, at: at.now + delay, reason };
}

/**
 * Ends the current socket, and the coverage of its channels where it certainly listened last: whether a silent one was
 * still alive is not known.
 */
function dropCurrent(line: Line, endedBy: GapCause, effects: LeaderEffect[], close = true): void {
  if (line.current === null) return;
  const { provenWall } = line.current;
  const until = line.drain === null ? provenWall : Math.min(provenWall, line.drain.wall);
  for (const sub of Object.values(line.current.subs)) endCoverage(sub, until, endedBy, effects);
  if (close) effects.push({ t: 'close', socket: line.current.id });
  line.current = null;
  line.drain = null;
  line.probe = null;
}

/** Ends the line with all it has. `cause`: of the end of its coverage. */
export function endLine(line: Line, cause: GapCause, at: Moment, effects: LeaderEffect[]): void {
  if (line.current !== null) endOverlap(line, line.current.id, at, effects);
  dropCurrent(line, cause, effects);
  if (line.candidate !== null) effects.push({ t: 'close', socket: line.candidate.id });
  line.candidate = null;
  line.change = null;
  line.overlap = null;
  line.retry = null;
}

/** Closes a line that nobody wants a channel of any more. */
export function abandon(s: LeaderState, line: Line, at: Moment, effects: LeaderEffect[]): void {
  endLine(line, s.aloneSince === null ? 'not-watched' : 'not-running', at, effects);
}

function lossCause(s: LeaderState): GapCause {
  return s.online ? 'connection-lost' : 'offline';
}

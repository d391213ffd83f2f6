/** When a deadline of the connection's state is due. */
import { changeDueAt, overlapReadyAt } from './change.ts';
import { nextCount } from './overlap.ts';
import type { LeaderState, Line, Socket } from './state.ts';
import { anyVisible } from './subs.ts';
import * as timing from './timing.ts';

/** When the leader must be called again although nothing happened; null when no deadline is open. Monotonic. */
export function nextWake(s: LeaderState): number | null {
  if (s.ended !== null) return null;
  const due = s.lines.flatMap((line) => dueOfLine(s, line));
  const busy = s.lines.some(({ current, candidate, retry }) => current ?? candidate ?? retry);
  if (s.aloneSince !== null && busy) due.push(s.aloneSince + timing.ALONE_GRACE_MS);
  return due.length === 0 ? null : Math.min(...due);
}

function dueOfLine(s: LeaderState, line: Line): number[] {
  const { current, candidate, retry, overlap, drain } = line;
  const due: number[] = [];
  if (candidate?.ackedAt === null) due.push(candidate.startedAt + timing.CONNECT_TIMEOUT_MS);
  else if (current === null && candidate === null && retry !== null && s.leaving !== 'draining') {
    due.push(retry.at);
  }
  if (overlap !== null) due.push(nextCount(overlap));
  if (drain !== null && !drain.done) due.push(drain.dueAt);
  if (current !== null && drain === null) due.push(...dueOfCurrent(s, line, current));
  if (candidate !== null && candidate.ackedAt !== null) due.push(...dueOfChange(line, candidate));
  return due;
}

function dueOfCurrent(s: LeaderState, line: Line, current: Socket): number[] {
  const due = unconfirmedDue(current);
  if (line.probe === null) due.push(current.heardAt + timing.silenceMs(anyVisible(s)));
  // A candidate that is still being opened is raced: its own deadline counts.
  else if (line.candidate === null || line.change !== null) due.push(line.probe.dueAt);
  const change = changeDueAt(s, line);
  if (change !== null) due.push(change);
  const asked = new Set(Object.values(current.subs).map(({ channel }) => channel));
  for (const channel of line.channels) {
    const retryAt = s.parked[channel]?.retryAt ?? null;
    if (retryAt !== null && !asked.has(channel)) due.push(retryAt);
  }
  return due;
}

function dueOfChange(line: Line, candidate: Socket): number[] {
  const due = unconfirmedDue(candidate);
  const { change, drain, probe } = line;
  if (change === null || drain !== null || probe !== null) return due;
  const readyAt = overlapReadyAt(line);
  if (readyAt !== null) due.push(Math.max(readyAt, change.proof?.dueAt ?? 0));
  return due;
}

function unconfirmedDue(socket: Socket): number[] {
  return Object.values(socket.subs)
    .filter(({ live }) => live === null)
    .map(({ askedAt }) => askedAt + timing.SUBSCRIBE_TIMEOUT_MS);
}

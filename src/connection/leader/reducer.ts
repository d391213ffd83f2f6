/**
 * The connection's state machine: one pure function. Every event first changes what is known; then `settle`
 * derives what is due (open, probe, subscribe, replace, give up waiting), so a deadline and an event take the same
 * path. The runner (`runner.ts`) carries out the effects and calls again at `nextWake`.
 */
import type { GapCause } from '../../shared/log.ts';
import { assignChannels } from './assign.ts';
import { answered, beginDrain, failChange } from './change.ts';
import { confirmed, refused } from './channels.ts';
import { acked, candidateLost, closed, endLine, heard, nudgeLine, proveTraffic, settleLine } from './line.ts';
import { hearTwice } from './overlap.ts';
import { unpark } from './park.ts';
import { provenByAnswer } from './proof.ts';
import type { LeaderEffect, LeaderEvent, LeaderState, Line, Moment } from './state.ts';
import { without } from './subs.ts';
import * as timing from './timing.ts';

/** The state after `event`, and what is to be done. Never throws; events of sockets that are gone change nothing. */
export function reduceLeader(
  state: LeaderState,
  event: LeaderEvent,
  at: Moment,
): [LeaderState, LeaderEffect[]] {
  if (state.ended !== null) return [state, []];
  const effects: LeaderEffect[] = [];
  const next = { ...state, lines: state.lines.map((line) => ({ ...line })) };
  apply(next, event, at, effects);
  if (next.ended === null && !isTraffic(event)) settle(next, at, effects);
  return [next, effects];
}

/** Whether the event is plain traffic, of which there are thousands a second: nothing becomes due by it. */
export function isTraffic(event: LeaderEvent): boolean {
  return event.t === 'data' || event.t === 'heard';
}

/** Changes the copy `s`, its lines included, as `event` says. */
function apply(s: LeaderState, event: LeaderEvent, at: Moment, effects: LeaderEffect[]): void {
  switch (event.t) {
    case 'tick':
      return;
    case 'tab': {
      const { wants, visible, locked } = event;
      s.tabs = { ...s.tabs, [event.tab]: { wants, visible, locked } };
      s.online = event.online;
      s.aloneSince = null;
      return;
    }
    case 'tab-gone':
      s.tabs = without(s.tabs, event.tab);
      if (Object.keys(s.tabs).length === 0) s.aloneSince ??= at.now;
      return;
    case 'nudge':
      s.online = event.online;
      if (event.cause === 'retry') s.parked = {};
      for (const line of s.lines) nudgeLine(s, line, event.cause, at, effects);
      return;
    case 'token-changed':
      unpark(s);
      return;
    case 'renew':
      s.generation += 1;
      for (const line of s.lines) line.changeAfter = 0;
      return;
    case 'signed-out':
      end(s, 'signed-out', 'not-running', at, effects);
      return;
    case 'stop':
      end(s, 'stopped', 'leader-lost', at, effects);
      return;
    case 'leave':
      s.leaving = 'settling';
      for (const line of s.lines) if (line.change !== null) failChange(line, 0, at, effects);
      return;
    case 'drain':
      drain(s, at, effects);
      return;
    case 'moved':
      end(s, 'moved', 'moved', at, effects);
      return;
    default: {
      const line = s.lines.find(
        ({ current, candidate }) => current?.id === event.socket || candidate?.id === event.socket,
      );
      if (line === undefined) return;
      applyToLine(s, line, event, at, effects);
      if (isTraffic(event)) proveTraffic(s, line, at, effects);
    }
  }
}

function applyToLine(
  s: LeaderState,
  line: Line,
  event: Extract<LeaderEvent, { socket: number }>,
  at: Moment,
  effects: LeaderEffect[],
): void {
  const { socket } = event;
  switch (event.t) {
    case 'token':
      if (line.candidate?.id === socket) line.candidate = { ...line.candidate, renewAt: event.renewAt };
      return;
    case 'token-failed':
      // Not the service's fault, and asking our own server is cheap: the same short schedule as when it is away.
      if (line.candidate?.id === socket) {
        candidateLost(s, line, { reason: event.reason, refused: false }, at, effects);
      }
      return;
    case 'acked':
      acked(s, line, socket, at, effects);
      return;
    case 'closed':
      closed(s, line, event, at, effects);
      return;
    case 'heard':
      heard(line, socket, at, effects);
      return;
    case 'answered':
      heard(line, socket, at, effects);
      if (line.current?.id !== socket) return;
      line.current = provenByAnswer(line.current, event.probe, at);
      answered(line, event.probe);
      return;
    case 'subscribed':
      heard(line, socket, at, effects);
      confirmed(s, line, event, at, effects);
      return;
    case 'refused':
      heard(line, socket, at, effects);
      refused(s, line, event, at, effects);
      return;
    case 'data':
      heard(line, socket, at, effects);
      data(line, event, at, effects);
      return;
    default:
      event satisfies never;
  }
}

/** One event, to be recorded unless the other socket of a planned change has delivered it already. */
function data(
  line: Line,
  { socket, sub: id, event }: Extract<LeaderEvent, { t: 'data' }>,
  at: Moment,
  effects: LeaderEffect[],
): void {
  const from = line.current?.id === socket ? line.current : line.candidate;
  const channel = from?.subs[id]?.channel;
  if (channel === undefined) return;
  if (line.overlap !== null) {
    const [overlap, first] = hearTwice(line.overlap, socket, { channel, text: event, now: at.now });
    line.overlap = overlap;
    if (!first) return;
  }
  effects.push({ t: 'record', channel, event });
}

/** Derives everything that is due now. */
function settle(s: LeaderState, at: Moment, effects: LeaderEffect[]): void {
  if (s.aloneSince !== null && at.now - s.aloneSince >= timing.ALONE_GRACE_MS) {
    for (const line of s.lines) endLine(line, 'not-running', at, effects);
    return;
  }
  assignChannels(s, at, effects);
  for (const line of s.lines) settleLine(s, line, at, effects);
}

/** The successor hears everything: what is under way here is waited for, and nothing new is asked for. */
function drain(s: LeaderState, at: Moment, effects: LeaderEffect[]): void {
  s.leaving = 'draining';
  for (const line of s.lines) {
    if (line.candidate !== null) effects.push({ t: 'close', socket: line.candidate.id });
    line.candidate = null;
    line.retry = null;
    beginDrain(s, line, at, effects);
  }
}

/** Whether nothing more is to be expected on any line. */
export function isDrained(s: LeaderState): boolean {
  return s.leaving === 'draining' && s.lines.every(({ current, drain }) => current === null || drain?.done);
}

function end(
  s: LeaderState,
  how: NonNullable<LeaderState['ended']>,
  cause: GapCause,
  at: Moment,
  effects: LeaderEffect[],
): void {
  for (const line of s.lines) endLine(line, cause, at, effects);
  s.ended = how;
}

/**
 * The token's life as a pure state machine (docs/token.md). It knows no fetch, no promise and no timer: whoever
 * runs it (`token-cache.ts`) feeds it events with their moment and carries out the effects. Longer than other files, so
 * that every transition is seen in one place.
 */
import { type BackoffPolicy, fullJitterMs } from './backoff.ts';
import type { SignOutReason } from './page-data.ts';
import type { TokenAnswer } from './token.ts';
import { earlier, type HeldToken, holdToken, type Moment, missedMs, SLEEP_STEP_MS } from './token-life.ts';

export type { HeldToken } from './token-life.ts';

export type TokenState =
  | { kind: 'empty' }
  | { kind: 'fetching' }
  | { kind: 'fresh'; token: HeldToken }
  | { kind: 'renewing'; token: HeldToken }
  | { kind: 'usable'; token: HeldToken; retryAt: number }
  | { kind: 'unavailable'; retryAt: number }
  | { kind: 'signed-out'; reason: SignOutReason; epoch: number };

/** Why a load gave no token, other than a definite sign-out. */
export interface LoadFailure {
  code: 'token-unavailable' | 'request-refused';
  message: string;
  /** `network`: no answer came, so the return of the network may end the backoff. */
  from: 'network' | 'server';
  /** What the server asked for, milliseconds. */
  retryAfterMs?: number | undefined;
  /** The device said that it was offline: the try cost nobody anything, and does not lengthen the backoff. */
  offline?: boolean | undefined;
}

interface Flight {
  id: number;
  force: boolean;
  startedAt: Moment;
  /** Whether it replaces a load whose answer was dropped as out of date: it is not replaced once more. */
  again: boolean;
}

export interface TokenMachine {
  state: TokenState;
  /** The highest epoch seen: nothing below it counts. */
  epoch: number;
  /** The only user whose tokens are taken; null: any. */
  sub: string | null;
  flight: Flight | null;
  /** Loads started so far; the id of the newest. */
  loads: number;
  /** Failures in a row. */
  attempt: number;
  /** The last failure, until a token comes. */
  failure: LoadFailure | null;
  forcedAt: number | null;
  /** When a caller last made a signed-out cache ask again. */
  probedAt: number | null;
  /** When the held deadlines were last known to agree with both clocks. */
  anchor: Moment | null;
}

export type TokenEvent = { at: Moment } & (
  | { type: 'wanted'; force: boolean }
  /** `wholeSeconds`: the token's own `exp - iat`, or null. `jitter` in [0, 1). */
  | { type: 'loaded'; id: number; answer: TokenAnswer; wholeSeconds: number | null; jitter: number }
  | { type: 'failed'; id: number; failure: LoadFailure; jitter: number }
  /** `epoch`: of the sign-out, where the server named it. */
  | { type: 'refused'; id: number; epoch: number | null; jitter: number }
  | { type: 'raised'; epoch: number; reason: SignOutReason }
  /** `sub` becomes the only user whose tokens are taken (null: no change); `signedIn`: a sign-in was heard of. */
  | { type: 'seen'; epoch: number; sub: string | null; signedIn: boolean }
  | { type: 'woke' }
);

type TokenEffect =
  | { type: 'load'; id: number; force: boolean }
  | { type: 'cancel'; id: number }
  /** The server gave a token of this user, who is not the one of {@link TokenMachine.sub}. */
  | { type: 'user-changed'; sub: string };

type Step = [TokenMachine, TokenEffect[]];

/** Forced loads, and questions of a signed-out cache, are at least this far apart. */
const FORCE_INTERVAL_MS = 5_000;
/** No retry sooner, whatever the jitter says. */
const MIN_RETRY_MS = 250;
/** A longer `Retry-After` is taken for a mistake of the server. */
const MAX_RETRY_AFTER_MS = 600_000;
const BACKOFF: BackoffPolicy = { baseMs: 1_000, capMs: 60_000 };

/** A machine that holds nothing. */
export function emptyTokenMachine(options: { epoch?: number; sub?: string | null } = {}): TokenMachine {
  return {
    state: { kind: 'empty' },
    epoch: options.epoch ?? 0,
    sub: options.sub ?? null,
    flight: null,
    loads: 0,
    attempt: 0,
    failure: null,
    forcedAt: null,
    probedAt: null,
    anchor: null,
  };
}

/** The token of a state, whether or not it may still be handed out. */
export function heldToken(state: TokenState): HeldToken | null {
  return 'token' in state ? state.token : null;
}

/** The token that may be handed out at monotonic time `now`, or null. */
export function usableToken(state: TokenState, now: number): HeldToken | null {
  const token = heldToken(state);
  return token !== null && now < token.endsAt ? token : null;
}

export function reduceToken(before: TokenMachine, event: TokenEvent): Step {
  const machine = dropEnded(age(before, event.at), event.at.now);
  switch (event.type) {
    case 'wanted':
      return onWanted(machine, event.force, event.at);
    case 'loaded':
      return event.id === machine.flight?.id ? onLoaded(machine, machine.flight, event) : [machine, []];
    case 'failed':
      if (event.id !== machine.flight?.id) return [machine, []];
      return [backOff(machine, event.failure, event.at.now, event.jitter), []];
    case 'refused':
      return event.id === machine.flight?.id ? onRefused(machine, machine.flight, event) : [machine, []];
    case 'raised':
      return onRaised(machine, event.epoch, event.reason);
    case 'seen':
      return onSeen(machine, event);
    case 'woke':
      return [forgiveNetwork(machine, event.at.now), []];
    default:
      return event satisfies never;
  }
}

/** Makes the deadlines earlier by the time that the monotonic clock missed, never later. */
function age(machine: TokenMachine, at: Moment): TokenMachine {
  const { anchor, state } = machine;
  if (anchor === null) return { ...machine, anchor: at };
  const missed = missedMs(anchor, at);
  if (Math.abs(missed) < SLEEP_STEP_MS) return machine;
  if (missed < 0) return setBack(machine, at, missed);
  const older = { ...machine, anchor: at };
  switch (state.kind) {
    case 'fresh':
    case 'renewing':
      return { ...older, state: { ...state, token: earlier(state.token, missed) } };
    case 'usable':
      return {
        ...older,
        state: { ...state, token: earlier(state.token, missed), retryAt: state.retryAt - missed },
      };
    case 'unavailable':
      return { ...older, state: { ...state, retryAt: state.retryAt - missed } };
    default:
      return older;
  }
}

/** A wall clock that was set back says nothing about the token; later sleeps are measured from here. */
function setBack(machine: TokenMachine, at: Moment, ms: number): TokenMachine {
  const { flight } = machine;
  if (flight === null) return { ...machine, anchor: at };
  const startedAt = { now: flight.startedAt.now, wall: flight.startedAt.wall + ms };
  return { ...machine, anchor: at, flight: { ...flight, startedAt } };
}

function dropEnded(machine: TokenMachine, now: number): TokenMachine {
  const { state } = machine;
  if (!('token' in state) || now < state.token.endsAt) return machine;
  if (state.kind === 'renewing') return { ...machine, state: { kind: 'fetching' } };
  if (state.kind === 'usable') {
    return { ...machine, state: { kind: 'unavailable', retryAt: state.retryAt } };
  }
  return { ...machine, state: { kind: 'empty' } };
}

function onWanted(machine: TokenMachine, force: boolean, at: Moment): Step {
  if (machine.flight !== null) return [machine, []];
  const { state } = machine;
  const mayForce = force && (machine.forcedAt === null || at.now - machine.forcedAt >= FORCE_INTERVAL_MS);
  // A server that asked for time gets it; a backoff that came from the network alone yields to a forced load.
  const forceful = mayForce && (!waiting(state, at.now) || machine.failure?.from === 'network');
  switch (state.kind) {
    case 'signed-out':
      if (machine.probedAt !== null && at.now - machine.probedAt < FORCE_INTERVAL_MS) return [machine, []];
      return startLoad({ ...machine, probedAt: at.now }, { force: false, again: false }, at);
    case 'empty':
    case 'fetching':
      return startLoad(machine, { force: forceful, again: false }, at);
    case 'fresh':
    case 'renewing':
      if (!forceful && at.now < state.token.renewAt) return [machine, []];
      return startLoad(machine, { force: forceful, again: false }, at);
    case 'usable':
    case 'unavailable':
      if (!forceful && waiting(state, at.now)) return [machine, []];
      return startLoad(machine, { force: forceful, again: false }, at);
    default:
      return state satisfies never;
  }
}

function waiting(state: TokenState, now: number): boolean {
  return 'retryAt' in state && now < state.retryAt;
}

function startLoad(machine: TokenMachine, how: { force: boolean; again: boolean }, at: Moment): Step {
  const id = machine.loads + 1;
  const token = heldToken(machine.state);
  const state: TokenState =
    machine.state.kind === 'signed-out'
      ? machine.state
      : token === null
        ? { kind: 'fetching' }
        : { kind: 'renewing', token };
  const started: TokenMachine = {
    ...machine,
    state,
    flight: { id, startedAt: at, ...how },
    loads: id,
    forcedAt: how.force ? at.now : machine.forcedAt,
  };
  return [started, [{ type: 'load', id, force: how.force }]];
}

function onLoaded(
  machine: TokenMachine,
  flight: Flight,
  event: Extract<TokenEvent, { type: 'loaded' }>,
): Step {
  const { answer, at } = event;
  if (answer.epoch < machine.epoch) return onOutdated(machine, flight, at, event.jitter);
  const reached: TokenMachine = { ...machine, flight: null, epoch: answer.epoch };
  if (machine.sub !== null && answer.sub !== machine.sub) {
    const state: TokenState = { kind: 'signed-out', reason: 'ended', epoch: answer.epoch };
    return [{ ...reached, state }, [{ type: 'user-changed', sub: answer.sub }]];
  }
  const token = holdToken(answer, event.wholeSeconds, flight.startedAt, at);
  const taken: TokenMachine = { ...reached, probedAt: null };
  if (at.now < token.renewAt) {
    return [{ ...taken, state: { kind: 'fresh', token }, attempt: 0, failure: null }, []];
  }
  // The server had no newer one (its provider is out), or the answer took too long: never ask in a loop.
  const old = heldToken(machine.state);
  const good = at.now < token.endsAt ? token : old?.epoch === answer.epoch ? old : null;
  const state: TokenState = good === null ? { kind: 'empty' } : { kind: 'fresh', token: good };
  return [backOff({ ...taken, state }, NEARLY_OVER, at.now, event.jitter), []];
}

const NEARLY_OVER: LoadFailure = {
  code: 'token-unavailable',
  message: 'The server has no token with enough life left. It is asked again soon.',
  from: 'server',
};

const OUTDATED: LoadFailure = {
  code: 'token-unavailable',
  message: 'The server answered for an earlier sign-in. It is asked again soon.',
  from: 'server',
};

/** An answer from before the newest epoch: asked once more; after that it is a failure like any other. */
function onOutdated(machine: TokenMachine, flight: Flight, at: Moment, jitter: number): Step {
  if (machine.state.kind === 'signed-out' || flight.again) {
    return [backOff(machine, OUTDATED, at.now, jitter), []];
  }
  return startLoad({ ...machine, flight: null }, { force: flight.force, again: true }, at);
}

function onRefused(
  machine: TokenMachine,
  flight: Flight,
  event: Extract<TokenEvent, { type: 'refused' }>,
): Step {
  const outdated = event.epoch !== null && event.epoch < machine.epoch;
  if (outdated && !flight.again && machine.state.kind !== 'signed-out') {
    return onOutdated(machine, flight, event.at, event.jitter);
  }
  const epoch = Math.max(machine.epoch, event.epoch ?? 0);
  const reason = machine.state.kind === 'signed-out' ? machine.state.reason : 'ended';
  return [signOut({ ...machine, flight: null, probedAt: event.at.now }, epoch, reason), []];
}

function onRaised(machine: TokenMachine, epoch: number, reason: SignOutReason): Step {
  if (epoch < machine.epoch) return [machine, []];
  // A token of this very epoch is of a later sign-in than the sign-out we hear of.
  if (epoch === machine.epoch && (heldToken(machine.state) !== null || machine.state.kind === 'signed-out')) {
    return [machine, []];
  }
  return [signOut({ ...machine, flight: null }, epoch, reason), cancelled(machine)];
}

function onSeen(machine: TokenMachine, event: Extract<TokenEvent, { type: 'seen' }>): Step {
  const { epoch } = event;
  if (epoch < machine.epoch) return [machine, []];
  const sub = event.sub ?? machine.sub;
  const held = heldToken(machine.state);
  const foreign = held !== null && sub !== null && held.sub !== sub;
  const returns = event.signedIn && machine.state.kind === 'signed-out';
  // A signed-out cache that is shown its own epoch may ask again at once: it can be the page of a new sign-in.
  if (epoch === machine.epoch && !foreign && !returns) return [{ ...machine, sub, probedAt: null }, []];
  const state: TokenState = { kind: 'empty' };
  const next = { ...machine, sub, state, epoch, flight: null, attempt: 0, failure: null };
  return [{ ...next, forcedAt: null, probedAt: null }, cancelled(machine)];
}

function signOut(machine: TokenMachine, epoch: number, reason: SignOutReason): TokenMachine {
  const state: TokenState = { kind: 'signed-out', reason, epoch };
  return { ...machine, state, epoch, attempt: 0, failure: null, forcedAt: null };
}

function cancelled(machine: TokenMachine): TokenEffect[] {
  return machine.flight === null ? [] : [{ type: 'cancel', id: machine.flight.id }];
}

function backOff(machine: TokenMachine, failure: LoadFailure, now: number, jitter: number): TokenMachine {
  const done: TokenMachine = { ...machine, flight: null };
  // A question of a signed-out cache that fails changes nothing: it stays signed out.
  if (machine.state.kind === 'signed-out') return done;
  const asked = Math.min(failure.retryAfterMs ?? 0, MAX_RETRY_AFTER_MS);
  const attempt = failure.offline === true ? 0 : machine.attempt;
  const delay = Math.max(
    MIN_RETRY_MS,
    asked,
    fullJitterMs(BACKOFF, attempt, () => jitter),
  );
  const retryAt = now + delay;
  const token = heldToken(machine.state);
  const state: TokenState =
    token === null ? { kind: 'unavailable', retryAt } : { kind: 'usable', token, retryAt };
  return { ...done, state, failure, attempt: attempt + (failure.offline === true ? 0 : 1) };
}

function forgiveNetwork(machine: TokenMachine, now: number): TokenMachine {
  const { state } = machine;
  if (!('retryAt' in state) || machine.failure?.from !== 'network') return machine;
  return { ...machine, attempt: 0, state: { ...state, retryAt: Math.min(state.retryAt, now) } };
}

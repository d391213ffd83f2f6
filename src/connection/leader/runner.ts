/**
 * Runs the reducer: gives it time and luck, carries out what it asks for on sockets and tokens, and hands on what
 * was heard. It neither knows tabs nor storage: `leader.ts` speaks and writes, `successor.ts` holds back.
 */
import { errorToWire, isAppError } from '../../shared/errors.ts';
import type { ServerFrame } from '../../shared/events-wire.ts';
import type { HeldToken } from '../../shared/token-machine.ts';
import type { LeaderDeps, LeaderTokens } from './api.ts';
import { nextWake } from './next-wake.ts';
import { isTraffic, reduceLeader } from './reducer.ts';
import { initialLeaderState, type LeaderEffect, type LeaderEvent, type LeaderState } from './state.ts';
import { statusKey } from './status.ts';
import { CONNECT_TIMEOUT_MS } from './timing.ts';
import { openWireSocket, UNREACHABLE, type WireSocket, type WireSocketEvent } from './wire-socket.ts';

/** Where the runner tells what happens. */
export interface RunnerSink {
  record(channel: string, event: string): void;
  cover(interval: Extract<LeaderEffect, { t: 'cover' }>): void;
  /** What the tabs are told of the state is another now. */
  changed(): void;
  /** The session is definitely over. */
  signedOut(): void;
}

export interface Runner {
  state(): LeaderState;
  dispatch(event: LeaderEvent): void;
  /** Sockets open or being opened. */
  sockets(): number;
  /** The token last used and how many there were; null before the first. */
  token(): { held: HeldToken; used: number } | null;
  /**
   * An access token, for other requests of the leader; `force`: certainly another than the last one.
   * @throws AppError as {@link LeaderTokens.get}.
   */
  accessToken(force: boolean): Promise<string>;
  /** The device woke or the network changed. */
  wake(): void;
  renew(tokens: LeaderTokens): void;
  /** Tells `sink` from here on, and nobody else. */
  tell(sink: RunnerSink): void;
  /** Stops time. The state is to be ended before, so that no socket stays open. */
  close(): void;
}

type RunnerDeps = Pick<
  LeaderDeps,
  'events' | 'tokens' | 'clock' | 'random' | 'WebSocket' | 'fetch' | 'online'
>;

interface Opened {
  wire: WireSocket | null;
  accessToken: string | null;
}

export function createRunner(deps: RunnerDeps, first: RunnerSink): Runner {
  const { clock, events } = deps;
  const sockets = new Map<number, Opened>();
  let { tokens } = deps;
  let sink = first;
  let state = initialLeaderState(deps.online, events.lifetimeMs);
  let cancelWake = (): void => {};
  let lastKey = '';
  let held: HeldToken | null = null;
  let tokensUsed = 0;
  let offSignedOut = tokens.onSignedOut(() => sink.signedOut());

  function dispatch(event: LeaderEvent): void {
    const at = { now: clock.monotonic(), wall: clock.wall(), random: deps.random() };
    const [next, effects] = reduceLeader(state, event, at);
    state = next;
    for (const effect of effects) perform(effect);
    // The hot path: traffic only moves deadlines further away, and the tabs hear of it with the beat.
    if (isTraffic(event) && effects.every(({ t }) => t === 'record')) return;
    cancelWake();
    const due = nextWake(state);
    cancelWake =
      due === null
        ? () => {}
        : clock.after(Math.max(0, due - clock.monotonic()), () => dispatch({ t: 'tick' }));
    const key = statusKey(state);
    if (key === lastKey) return;
    lastKey = key;
    sink.changed();
  }

  function perform(effect: LeaderEffect): void {
    switch (effect.t) {
      case 'open':
        sockets.set(effect.socket, { wire: null, accessToken: null });
        void open(effect);
        break;
      case 'close':
        sockets.get(effect.socket)?.wire?.close();
        sockets.delete(effect.socket);
        break;
      case 'subscribe':
        void subscribe(effect);
        break;
      case 'unsubscribe':
        sockets.get(effect.socket)?.wire?.unsubscribe(effect.sub);
        break;
      case 'probe':
        sockets.get(effect.socket)?.wire?.probe(effect.id);
        break;
      case 'record':
        sink.record(effect.channel, effect.event);
        break;
      case 'cover':
        sink.cover(effect);
        break;
      default:
        effect satisfies never;
    }
  }

  async function token(force: boolean): Promise<HeldToken> {
    const next = await tokens.get({ force });
    if (next.accessToken !== held?.accessToken) {
      tokensUsed += 1;
      held = next;
      // After the caller's own step: it may be about to subscribe with this very token.
      queueMicrotask(() => dispatch({ t: 'token-changed' }));
    }
    return next;
  }

  async function open({ socket, forceToken, newerThan, ask }: Extract<LeaderEffect, { t: 'open' }>) {
    try {
      const { accessToken, renewAt } = await token(forceToken);
      if (newerThan !== null && sockets.get(newerThan)?.accessToken === accessToken) {
        fail(socket, 'There is no newer access token yet.');
        return;
      }
      dispatch({ t: 'token', socket, renewAt });
      if (ask) await somebodyAnswers();
      // Given up while the token or the answer was on its way, or just now: it came after the attempt's time.
      if (sockets.get(socket)?.wire !== null) return;
      const wire = openWireSocket({
        realtime: events.realtime,
        host: events.host,
        accessToken,
        WebSocket: deps.WebSocket,
        on: (e) => hear(socket, e),
      });
      sockets.set(socket, { wire, accessToken });
    } catch (error) {
      if (isAppError(error, 'signed-out')) sockets.delete(socket);
      else fail(socket, errorToWire(error).message);
    }
  }

  /** @throws Error when nobody does, whatever the answer. */
  async function somebodyAnswers(): Promise<void> {
    const signal = AbortSignal.timeout(CONNECT_TIMEOUT_MS);
    const address = events.realtime.replace('ws', 'http');
    await deps.fetch(address, { cache: 'no-store', mode: 'no-cors', signal }).catch(() => {
      throw new Error(UNREACHABLE);
    });
  }

  function fail(socket: number, reason: string): void {
    sockets.delete(socket);
    dispatch({ t: 'token-failed', socket, reason });
  }

  async function subscribe({ socket, sub, channel, forceToken }: Extract<LeaderEffect, { t: 'subscribe' }>) {
    try {
      const { accessToken } = await token(forceToken);
      // Let go of while the token was on its way: the `unsubscribe` has gone out already.
      if (!isAskedFor(socket, sub)) return;
      sockets.get(socket)?.wire?.subscribe(sub, channel, accessToken);
    } catch {
      // No token now: the request stays unanswered, and the reducer asks again after its time-out.
    }
  }

  function isAskedFor(socket: number, sub: string): boolean {
    return state.lines.some(({ current, candidate }) =>
      [current, candidate].some((open) => open?.id === socket && open.subs[sub] !== undefined),
    );
  }

  function hear(socket: number, event: WireSocketEvent): void {
    if (event.t === 'closed') sockets.delete(socket);
    if (event.t === 'frame') hearFrame(socket, event.frame);
    else if (event.t === 'unreadable') dispatch({ t: 'heard', socket });
    else dispatch({ ...event, socket });
  }

  function hearFrame(socket: number, frame: ServerFrame): void {
    switch (frame.type) {
      case 'data':
        for (const event of frame.events) dispatch({ t: 'data', socket, sub: frame.id, event });
        break;
      case 'subscribe_success':
        dispatch({ t: 'subscribed', socket, sub: frame.id });
        break;
      case 'subscribe_error':
        dispatch({ t: 'refused', socket, sub: frame.id, fault: frame.fault });
        break;
      case 'unsubscribe_error':
        dispatch({ t: 'answered', socket, probe: frame.id });
        break;
      default:
        dispatch({ t: 'heard', socket });
    }
  }

  return {
    state: () => state,
    dispatch,
    sockets: () => sockets.size,
    token: () => (held === null ? null : { held, used: tokensUsed }),
    accessToken: async (force) => (await token(force)).accessToken,
    wake: () => tokens.wake(),
    renew(newer) {
      offSignedOut();
      tokens = newer;
      offSignedOut = tokens.onSignedOut(() => sink.signedOut());
      dispatch({ t: 'renew' });
    },
    tell(next) {
      sink = next;
    },
    close() {
      cancelWake();
      offSignedOut();
    },
  };
}

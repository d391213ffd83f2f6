/**
 * The leader: runs the reducer and carries out what it asks for. It holds the only socket, writes the log and the
 * coverage, and speaks to all tabs over one BroadcastChannel. The same code in every host; a host only decides
 * when it begins and ends. It must not know React, the page, or how its host was chosen.
 */
import type { Clock } from '../../shared/clock.ts';
import { errorToWire, isAppError } from '../../shared/errors.ts';
import type { ServerFrame } from '../../shared/events-wire.ts';
import { type HostKind, type LeaderMessage, parseLineMessage } from '../../shared/line-messages.ts';
import type { EventsConfig } from '../../shared/page-data.ts';
import type { HeldToken } from '../../shared/token-machine.ts';
import type { History } from '../../store/history.ts';
import { createCoverageWriter } from './coverage-writer.ts';
import { createEventWriter } from './event-writer.ts';
import { nextWake } from './next-wake.ts';
import { isTraffic, reduceLeader } from './reducer.ts';
import { initialLeaderState, type LeaderEffect, type LeaderEvent } from './state.ts';
import { describeLeader, statusKey } from './status.ts';
import { createTabPresence } from './tab-presence.ts';
import { openWireSocket, type WireSocket, type WireSocketEvent } from './wire-socket.ts';

/** All that the leader needs of the session. */
export interface LeaderTokens {
  get(options?: { force?: boolean }): Promise<HeldToken>;
  /** Tells of the definite end of the session. */
  onSignedOut(listener: () => void): () => void;
  /** The device woke or the network changed: waiting times from before no longer hold. */
  wake(): void;
}

export interface LeaderDeps {
  host: HostKind;
  /** Name of the BroadcastChannel to the tabs. */
  line: string;
  history: History;
  events: EventsConfig;
  tokens: LeaderTokens;
  clock: Clock;
  random(): number;
  WebSocket: typeof WebSocket;
  BroadcastChannel: typeof BroadcastChannel;
  locks: LockManager | null;
  online: boolean;
  /** The leader ended by itself: signed out, or a newer one took over. */
  onEnded(): void;
}

export interface Leader {
  /** Ends it: the socket closes, the tabs are told, what was received is stored. */
  stop(): Promise<void>;
}

/** Tabs count on a heartbeat this often while somebody looks. Milliseconds. */
export const BEAT_MS = 1_000;
/** Open intervals of coverage are written this often. Milliseconds. */
const COVERAGE_MS = 5_000;
/** A tick that comes this much too late means that the device slept or the clock was set. Milliseconds. */
const JUMP_MS = 4_000;

/** Starts leading. The caller holds the leader lock, where there are locks. */
export async function startLeader(deps: LeaderDeps): Promise<Leader> {
  const { clock, tokens } = deps;
  const { events: log } = deps.history;
  let history: 'kept' | 'unavailable' | 'full' = deps.history.durable ? 'kept' : 'unavailable';
  const epoch = await log.nextEpoch().catch(() => {
    history = 'unavailable';
    return clock.wall();
  });

  const leaderId = Math.floor(deps.random() * 36 ** 6)
    .toString(36)
    .padStart(6, '0');
  const line = new deps.BroadcastChannel(deps.line);
  const sockets = new Map<number, WireSocket | 'opening'>();
  let state = initialLeaderState(deps.online);
  let cancelWake = (): void => {};
  let lastKey = '';
  let lastStatusAt = Number.NEGATIVE_INFINITY;
  let lastCoverageAt = clock.monotonic();
  let lastBeat = { monotonic: clock.monotonic(), wall: clock.wall() };
  let held: HeldToken | null = null;
  let tokensUsed = 0;
  let over = false;

  const writer = createEventWriter({
    epoch,
    log,
    clock,
    announce: (from, records) => say({ v: 1, t: 'events', epoch, from, records }),
    onHistory(now) {
      if (now === history || !deps.history.durable) return;
      history = now;
      tellStatus();
    },
    onSuperseded: () => void finish('stopped'),
  });
  const coverage = createCoverageWriter({
    epoch,
    log: deps.history.coverage,
    flushEvents: writer.flush,
    announce: (channels) => say({ v: 1, t: 'coverage', epoch, channels }),
  });
  const presence = createTabPresence({
    locks: deps.locks,
    clock,
    onGone: (tab) => dispatch({ t: 'tab-gone', tab }),
  });
  const offSignedOut = tokens.onSignedOut(() => void finish('signed-out'));

  function say(message: LeaderMessage): void {
    if (!over || message.t === 'ended' || message.t === 'status') line.postMessage(message);
  }

  function dispatch(event: LeaderEvent): void {
    const at = { now: clock.monotonic(), wall: clock.wall(), random: deps.random() };
    const [next, effects] = reduceLeader(state, event, at);
    const quiet = isTraffic(event) && next.candidate === state.candidate;
    state = next;
    for (const effect of effects) perform(effect);
    // The hot path: traffic only moves deadlines further away, and the tabs hear of it with the beat.
    if (quiet) return;
    cancelWake();
    const due = nextWake(state);
    if (due !== null)
      cancelWake = clock.after(Math.max(0, due - clock.monotonic()), () => dispatch({ t: 'tick' }));
    if (statusKey(state) !== lastKey) tellStatus();
  }

  function perform(effect: LeaderEffect): void {
    switch (effect.t) {
      case 'open':
        sockets.set(effect.socket, 'opening');
        void open(effect.socket, effect.forceToken);
        break;
      case 'close':
        wire(effect.socket)?.close();
        sockets.delete(effect.socket);
        break;
      case 'subscribe':
        void subscribe(effect);
        break;
      case 'unsubscribe':
        wire(effect.socket)?.unsubscribe(effect.sub);
        break;
      case 'probe':
        wire(effect.socket)?.probe(`probe-${effect.socket}-${Math.round(clock.monotonic())}`);
        break;
      case 'record':
        writer.write(effect.channel, effect.event);
        break;
      case 'cover':
        void coverage.put([effect]);
        break;
      default:
        effect satisfies never;
    }
  }

  function wire(socket: number): WireSocket | undefined {
    const found = sockets.get(socket);
    return found === 'opening' ? undefined : found;
  }

  async function token(force: boolean): Promise<string> {
    const next = await tokens.get({ force });
    if (next.accessToken !== held?.accessToken) {
      tokensUsed += 1;
      held = next;
      // After the caller's own step: it may be about to subscribe with this very token.
      queueMicrotask(() => dispatch({ t: 'token-changed' }));
    }
    return next.accessToken;
  }

  async function open(socket: number, forceToken: boolean): Promise<void> {
    try {
      const accessToken = await token(forceToken);
      if (sockets.get(socket) !== 'opening') return;
      const { realtime, host } = deps.events;
      sockets.set(
        socket,
        openWireSocket({
          realtime,
          host,
          accessToken,
          WebSocket: deps.WebSocket,
          on: (e) => hear(socket, e),
        }),
      );
    } catch (error) {
      sockets.delete(socket);
      if (isAppError(error, 'signed-out')) return;
      const { message: reason } = errorToWire(error);
      dispatch({ t: 'token-failed', socket, reason });
    }
  }

  async function subscribe({ socket, sub, channel, forceToken }: Extract<LeaderEffect, { t: 'subscribe' }>) {
    try {
      const accessToken = await token(forceToken);
      // Let go of while the token was on its way: the `unsubscribe` has gone out already.
      if (state.current?.id !== socket || state.current.subs[sub] === undefined) return;
      wire(socket)?.subscribe(sub, channel, accessToken);
    } catch {
      // No token now: the request stays unanswered, and the reducer asks again after its time-out.
    }
  }

  function hear(socket: number, event: WireSocketEvent): void {
    if (event.t === 'closed') sockets.delete(socket);
    if (event.t === 'frame') hearFrame(socket, event.frame);
    else if (event.t === 'acked') dispatch({ t: 'acked', socket });
    else if (event.t === 'closed')
      dispatch({ t: 'closed', socket, reason: event.reason, spoke: event.spoke });
    else dispatch({ t: 'heard', socket });
  }

  function hearFrame(socket: number, frame: ServerFrame): void {
    if (frame.type === 'data') {
      for (const event of frame.events) dispatch({ t: 'data', socket, sub: frame.id, event });
    } else if (frame.type === 'subscribe_success') {
      dispatch({ t: 'subscribed', socket, sub: frame.id });
    } else if (frame.type === 'subscribe_error') {
      dispatch({ t: 'refused', socket, sub: frame.id, fault: frame.fault });
    } else {
      dispatch({ t: 'heard', socket });
    }
  }

  function tellStatus(): void {
    lastKey = statusKey(state);
    lastStatusAt = clock.monotonic();
    const status = describeLeader(state, {
      now: lastStatusAt,
      leaderId,
      host: deps.host,
      sockets: sockets.size,
      history,
      token: held === null ? null : { endsInMs: held.endsAt - lastStatusAt, used: tokensUsed },
    });
    say({ v: 1, t: 'status', epoch, n: writer.announced(), status });
  }

  line.onmessage = ({ data }: MessageEvent<unknown>) => {
    const message = parseLineMessage(data);
    if (message === null || over) return;
    if (message.t === 'tab') {
      const { tab, wants, visible, online } = message;
      presence.seen(tab, message.locked);
      dispatch({ t: 'tab', tab, wants, visible, online });
      tellStatus();
    } else if (message.t === 'bye') {
      presence.left(message.tab);
    } else if (message.t === 'nudge') {
      nudge(message.cause, message.online);
    } else if (message.t === 'status' && message.epoch > epoch) {
      // Somebody leads with a newer epoch: the lock was taken from us while we slept.
      void finish('stopped');
    }
  };

  function nudge(cause: Extract<LeaderEvent, { t: 'nudge' }>['cause'], online: boolean): void {
    if (cause !== 'offline') tokens.wake();
    dispatch({ t: 'nudge', cause, online });
  }

  function beat(): void {
    const now = { monotonic: clock.monotonic(), wall: clock.wall() };
    const late = Math.max(now.monotonic - lastBeat.monotonic, Math.abs(now.wall - lastBeat.wall)) - BEAT_MS;
    lastBeat = now;
    if (late > JUMP_MS) nudge('clock-jump', state.online);
    if (now.monotonic - lastCoverageAt >= COVERAGE_MS) {
      lastCoverageAt = now.monotonic;
      void coverage.extend(state);
    }
    if (now.monotonic - lastStatusAt >= BEAT_MS) tellStatus();
    cancelBeat = clock.after(BEAT_MS, beat);
  }

  async function finish(how: 'signed-out' | 'stopped'): Promise<void> {
    if (over) return;
    over = true;
    dispatch(how === 'signed-out' ? { t: 'signed-out' } : { t: 'stop' });
    cancelBeat();
    cancelWake();
    offSignedOut();
    presence.close();
    say({ v: 1, t: 'ended', epoch });
    deps.onEnded();
    await coverage.flush();
    deps.history.close();
    line.close();
  }

  let cancelBeat = clock.after(BEAT_MS, beat);
  dispatch({ t: 'tick' });

  return { stop: () => finish('stopped') };
}

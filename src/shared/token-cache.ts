/**
 * Runs the token machine: one request in flight, and every caller answered. The service worker's broker and the
 * token clients of pages and workers are this cache with another way to load. It keeps tokens in memory only,
 * and does not know who calls it or how the request is made.
 */
import type { Clock } from './clock.ts';
import { AppError } from './errors.ts';
import type { SignOutReason } from './page-data.ts';
import { createStore, type Store } from './store.ts';
import { noAnswer, type Outcome, readAnswer, type TokenResponse } from './token-answer.ts';
import {
  emptyTokenMachine,
  type HeldToken,
  reduceToken,
  type TokenEvent,
  type TokenState,
  usableToken,
} from './token-machine.ts';

export interface TokenLoad {
  /** Rejects when no answer came. */
  response: Promise<TokenResponse>;
  /** Nobody may use the answer any more. */
  cancel(): void;
}

export interface TokenCacheDeps {
  /** Asks the token endpoint once. `force`: past every cache; `epoch`: the highest seen here. */
  load(request: { force: boolean; epoch: number }): TokenLoad;
  clock: Clock;
  /** A number in [0, 1). */
  random(): number;
  /** The only user whose tokens are taken, and the lowest epoch; absent: whoever the cookie names. */
  user?: { sub: string; epoch: number } | null;
  /** The server gave the token of another user than `user`. */
  onUserChanged?(sub: string): void;
  /** Whether the device believes that it has a network (default: yes). */
  isOnline?(): boolean;
}

export interface TokenCache {
  readonly state: Store<TokenState>;
  /**
   * @throws AppError `signed-out`, `token-unavailable`, `request-refused`, `closed`; its `cause` is `'network'` where no
   *   answer came, `'server'` where one did.
   */
  get(options?: { force?: boolean }): Promise<HeldToken>;
  /** The highest epoch seen. */
  epoch(): number;
  /** A sign-out: drops everything below `epoch` and refuses later answers below it. */
  raiseEpoch(epoch: number, reason: SignOutReason): void;
  /** A sign-in of `sub` (null: of whoever it was): what was below `epoch` is dropped, callers load again. */
  signedIn(sub: string | null, epoch: number): void;
  /** Somebody knows of this epoch: what is below it is dropped. */
  seen(epoch: number): void;
  /** Wake, return of the network: looks at both clocks and forgets backoff that came from the network. */
  recheck(): void;
  /** Resolves when no load is under way. */
  idle(): Promise<void>;
  close(): void;
}

/** After this long without a whole answer a load has failed; the server may wait 20 s for its provider. */
export const LOAD_TIMEOUT_MS = 30_000;

interface Waiter {
  force: boolean;
  resolve(token: HeldToken): void;
  reject(error: AppError): void;
}

export function createTokenCache(deps: TokenCacheDeps): TokenCache {
  const { clock } = deps;
  let machine = emptyTokenMachine(deps.user ?? {});
  const state = createStore<TokenState>(machine.state);
  let waiters: Waiter[] = [];
  let idlers: (() => void)[] = [];
  let running: { id: number; cancel(): void } | null = null;
  let closed = false;

  const at = () => ({ now: clock.monotonic(), wall: clock.wall() });

  function dispatch(event: TokenEvent): void {
    if (closed) return;
    const [next, effects] = reduceToken(machine, event);
    machine = next;
    let changedTo: string | null = null;
    for (const effect of effects) {
      if (effect.type === 'load') start(effect.id, effect.force);
      else if (effect.type === 'cancel') stop(effect.id);
      else changedTo = effect.sub;
    }
    settle();
    state.set(machine.state);
    if (changedTo !== null) deps.onUserChanged?.(changedTo);
  }

  function start(id: number, force: boolean): void {
    let load: TokenLoad;
    try {
      load = deps.load({ force, epoch: machine.epoch });
    } catch (cause) {
      load = { response: Promise.reject(cause), cancel: () => {} };
    }
    const finish = (outcome: Outcome) => {
      if (running?.id !== id) return;
      stopTimer();
      running = null;
      dispatch({ ...outcome, id, at: at(), jitter: deps.random() });
    };
    const stopTimer = clock.after(LOAD_TIMEOUT_MS, () => {
      load.cancel();
      finish({ type: 'failed', failure: noAnswer('The token endpoint did not answer in time.', true) });
    });
    running = {
      id,
      cancel() {
        stopTimer();
        load.cancel();
      },
    };
    load.response.then(readAnswer).then(finish, () => {
      const online = deps.isOnline?.() ?? true;
      const sentence = online ? 'The token endpoint could not be reached.' : 'The device is offline.';
      finish({ type: 'failed', failure: noAnswer(sentence, online) });
    });
  }

  function stop(id: number): void {
    if (running?.id !== id) return;
    running.cancel();
    running = null;
  }

  /** Answers every caller that the machine has an answer for. */
  function settle(): void {
    const now = clock.monotonic();
    const token = usableToken(machine.state, now);
    const flying = machine.flight !== null;
    const still: Waiter[] = [];
    const ready: Waiter[] = [];
    for (const waiter of waiters) {
      // While a load runs, only those wait who have no token, or who asked for a new one.
      (flying && (token === null || waiter.force) ? still : ready).push(waiter);
    }
    // A load that was dropped for a newer epoch left nothing: its callers are served by a new one.
    const again = !flying && token === null && machine.state.kind === 'empty' && ready.length > 0;
    waiters = again ? [...still, ...ready] : still;
    if (again) {
      dispatch({ type: 'wanted', force: false, at: at() });
      return;
    }
    for (const waiter of ready) {
      if (token === null) waiter.reject(whyNot(now));
      else waiter.resolve(token);
    }
    if (!flying) {
      const done = idlers;
      idlers = [];
      for (const resolve of done) resolve();
    }
  }

  function whyNot(now: number): AppError {
    if (machine.state.kind === 'signed-out')
      return new AppError('signed-out', 'Nobody is signed in. Sign in.');
    const retryAfterMs = 'retryAt' in machine.state ? Math.max(0, machine.state.retryAt - now) : 0;
    const code = machine.failure?.code ?? 'token-unavailable';
    const message = machine.failure?.message ?? 'There is no access token now. Try again later.';
    const retryable = code === 'token-unavailable';
    return new AppError(code, message, { retryable, retryAfterMs, cause: machine.failure?.from });
  }

  return {
    state,
    get({ force = false } = {}) {
      if (closed) return Promise.reject(closedError());
      return new Promise((resolve, reject) => {
        // The machine first: whether this caller has to wait depends on the load that it may have started.
        const waiter: Waiter = { force, resolve, reject };
        waiters.push(waiter);
        dispatch({ type: 'wanted', force, at: at() });
      });
    },
    epoch: () => machine.epoch,
    raiseEpoch: (epoch, reason) => dispatch({ type: 'raised', epoch, reason, at: at() }),
    signedIn: (sub, epoch) => dispatch({ type: 'seen', epoch, sub, signedIn: true, at: at() }),
    seen: (epoch) => dispatch({ type: 'seen', epoch, sub: null, signedIn: false, at: at() }),
    recheck: () => dispatch({ type: 'woke', at: at() }),
    idle: () => (machine.flight === null ? Promise.resolve() : new Promise((done) => idlers.push(done))),
    close() {
      if (closed) return;
      closed = true;
      running?.cancel();
      running = null;
      machine = emptyTokenMachine();
      for (const waiter of waiters.splice(0)) waiter.reject(closedError());
      for (const resolve of idlers.splice(0)) resolve();
      state.set(machine.state);
    },
  };
}

function closedError(): AppError {
  return new AppError('closed', 'This token cache was closed.');
}

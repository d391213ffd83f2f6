/**
 * Runs the token machine: one request in flight, and every caller answered. The service worker's broker and the
 * token clients of pages and workers are this cache with another way to load. It keeps tokens in memory only,
 * and does not know who calls it or how the request is made.
 */
import type { Clock } from './clock.ts';
import { AppError } from './errors.ts';
import type { SignOutReason } from './page-data.ts';
import { createStore, type Store } from './store.ts';
import { decodeClaims, parseTokenAnswer } from './token.ts';
import {
  emptyTokenMachine,
  type HeldToken,
  type LoadFailure,
  reduceToken,
  type TokenEvent,
  type TokenState,
  usableToken,
} from './token-machine.ts';

/** The part of a fetch `Response` that is read. */
export interface TokenResponse {
  status: number;
  headers: { get(name: string): string | null };
  json(): Promise<unknown>;
}

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
  /** @throws AppError `signed-out`, `token-unavailable`, `request-refused`, `closed`. */
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

type Outcome =
  | { type: 'loaded'; answer: ReturnType<typeof parseTokenAnswer>; wholeSeconds: number | null }
  | { type: 'refused'; epoch: number | null }
  | { type: 'failed'; failure: LoadFailure };

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
    if (again) return dispatch({ type: 'wanted', force: false, at: at() });
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
    if (machine.state.kind === 'signed-out') return new AppError('signed-out', 'Nobody is signed in. Sign in.');
    const retryAfterMs = 'retryAt' in machine.state ? Math.max(0, machine.state.retryAt - now) : 0;
    const code = machine.failure?.code ?? 'token-unavailable';
    const message = machine.failure?.message ?? 'There is no access token now. Try again later.';
    return new AppError(code, message, { retryable: code === 'token-unavailable', retryAfterMs });
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
  return new AppError('closed', 'This token cache was closed. Use the one that replaced it.');
}

function noAnswer(message: string, online: boolean): LoadFailure {
  return { code: 'token-unavailable', message, from: 'network', offline: !online };
}

/** What an answer of the token endpoint means. */
async function readAnswer(response: TokenResponse): Promise<Outcome> {
  if (response.status === 200) {
    try {
      const answer = parseTokenAnswer(await response.json());
      return { type: 'loaded', answer, wholeSeconds: wholeLife(answer.accessToken) };
    } catch {
      // A captive portal's page, or a body that broke off: no answer of ours, so nothing is known.
      const message = 'Something between here and the server answered in its place (a Wi-Fi sign-in page?).';
      return { type: 'failed', failure: noAnswer(message, true) };
    }
  }
  const problem = await readProblem(response);
  // A 401 of anything but our own server must not sign anybody out.
  if (response.status === 401 && problem.code === 'signed-out') {
    return { type: 'refused', epoch: typeof problem.epoch === 'number' ? problem.epoch : null };
  }
  const detail = typeof problem.detail === 'string' ? problem.detail : null;
  if (response.status === 403) {
    const message = detail ?? 'The server refused the request for a token.';
    return { type: 'failed', failure: { code: 'request-refused', message, from: 'server' } };
  }
  const failure: LoadFailure = {
    code: 'token-unavailable',
    message: detail ?? `The token endpoint answered ${response.status}.`,
    // A service worker says 503 for "no network" too, and marks it, so that the network's return ends the wait.
    from: problem.cause === 'network' ? 'network' : 'server',
    retryAfterMs: retryAfterMs(response.headers.get('retry-after')),
  };
  return { type: 'failed', failure };
}

async function readProblem(response: TokenResponse): Promise<Record<string, unknown>> {
  try {
    const body = await response.json();
    return typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

/** `Retry-After` in seconds (RFC 9110, 10.2.3). The form with a date would need the client's wall clock. */
function retryAfterMs(header: string | null): number | undefined {
  const text = header?.trim() ?? '';
  return /^\d{1,9}$/.test(text) ? Number(text) * 1000 : undefined;
}

/** The token's whole life, `exp - iat`, seconds; null where it does not say. */
function wholeLife(accessToken: string): number | null {
  try {
    const { exp, iat } = decodeClaims(accessToken);
    return typeof exp === 'number' && typeof iat === 'number' && exp > iat ? exp - iat : null;
  } catch {
    return null;
  }
}

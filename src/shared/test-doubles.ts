/** Fakes for the tests of the token flow: a clock that tests drive, and a token endpoint answered by hand. */
import type { Clock } from './clock.ts';
import type { TokenResponse } from './token-answer.ts';
import type { TokenLoad } from './token-cache.ts';

export interface FakeClock extends Clock {
  /** Both clocks go on; due timers run in order. */
  advance(ms: number): void;
  /** The thread stands still: both clocks go on, and what is due meanwhile runs with the next `advance`. */
  stall(ms: number): void;
  /** The device sleeps: only the wall clock goes on. */
  sleep(ms: number): void;
  /** Somebody sets the wall clock. */
  setBy(ms: number): void;
  pendingTimers(): number;
  /** Milliseconds until the next timer; Infinity without one. */
  untilNextTimer(): number;
}

export function createFakeClock(): FakeClock {
  let now = 1_000;
  let wall = 1_700_000_000_000;
  let timers: { at: number; fn: () => void }[] = [];
  return {
    monotonic: () => now,
    wall: () => wall,
    after(ms, fn) {
      const timer = { at: now + ms, fn };
      timers.push(timer);
      return () => {
        timers = timers.filter((other) => other !== timer);
      };
    },
    advance(ms) {
      const end = now + ms;
      for (;;) {
        const due = timers.filter((timer) => timer.at <= end).sort((a, b) => a.at - b.at)[0];
        if (due === undefined) break;
        timers = timers.filter((timer) => timer !== due);
        const waited = Math.max(0, due.at - now);
        wall += waited;
        now += waited;
        due.fn();
      }
      wall += end - now;
      now = end;
    },
    stall(ms) {
      wall += ms;
      now += ms;
    },
    sleep(ms) {
      wall += ms;
    },
    setBy(ms) {
      wall += ms;
    },
    pendingTimers: () => timers.length,
    untilNextTimer: () => Math.min(...timers.map((timer) => timer.at - now)),
  };
}

/** An unsigned JWT with these claims. */
export function makeJwt(claims: Record<string, unknown>): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'none' })}.${part(claims)}.x`;
}

export function tokenResponse(
  token: { sub?: string; epoch?: number; expiresIn?: number; whole?: number; jti?: string } = {},
): TokenResponse {
  const { sub = 'ann', epoch = 1, expiresIn = 300, whole = 300, jti = '1' } = token;
  const body = { accessToken: makeJwt({ sub, jti, iat: 1_000, exp: 1_000 + whole }), expiresIn, sub, epoch };
  return plainResponse(200, body);
}

export function problemResponse(
  status: number,
  code: string,
  more: Record<string, unknown> = {},
  headers: Record<string, string> = {},
): TokenResponse {
  const body = { type: 'about:blank', title: code, status, detail: `${code}.`, code, ...more };
  return plainResponse(status, body, headers);
}

export function plainResponse(
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): TokenResponse {
  return {
    status,
    headers: { get: (name) => headers[name.toLowerCase()] ?? null },
    json: () => Promise.resolve(body),
  };
}

export interface HandLoad {
  force: boolean;
  epoch: number;
  cancelled: boolean;
  answer(response: TokenResponse): Promise<void>;
  fail(): Promise<void>;
}

/** A `load` that a test answers by hand, in the order of the requests. */
export function createHandLoader(): {
  load(request: { force: boolean; epoch: number }): TokenLoad;
  loads: HandLoad[];
} {
  const loads: HandLoad[] = [];
  return {
    loads,
    load(request) {
      const { promise, resolve, reject } = withResolvers<TokenResponse>();
      const entry: HandLoad = {
        ...request,
        cancelled: false,
        answer(response) {
          resolve(response);
          return flush();
        },
        fail() {
          reject(new TypeError('Failed to fetch'));
          return flush();
        },
      };
      loads.push(entry);
      return {
        response: promise,
        cancel() {
          entry.cancelled = true;
        },
      };
    },
  };
}

/** Lets every promise that is already settled be heard. */
export async function flush(): Promise<void> {
  for (let turn = 0; turn < 12; turn++) await Promise.resolve();
}

export function withResolvers<T>(): {
  promise: Promise<T>;
  resolve(value: T): void;
  reject(reason: unknown): void;
} {
  let resolve: (value: T) => void = () => {};
  let reject: (reason: unknown) => void = () => {};
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}

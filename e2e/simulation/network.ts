/** The way between one browser and the servers: late, out of order, or gone. Owns the browser's cookies. */
import type { Clock } from '../../src/shared/clock.ts';
import { type Fleet, ORIGIN } from './fleet.ts';
import { PlainResponse, type WireAnswer } from './wire.ts';

export interface Served {
  method: string;
  path: string;
  answer: WireAnswer;
  /** The session cookie that came along. */
  ticket: string | undefined;
}

export interface NetworkDeps {
  clock: Clock;
  fleet: Fleet;
  /** The next delay, milliseconds; each way draws one. */
  delay(): number;
  /** Which server gets the next request. */
  instance(): number;
  /** Told the moment that a server begins to work on a request. */
  onArrived(path: string, ticket: string | undefined): void;
  /** Told the moment that a server has answered. */
  onServed(served: Served): void;
  /** Told of an exception in a server: there is none that belongs to a schedule. */
  onFault(error: unknown): void;
}

export interface Network {
  send(path: string, init: RequestInit): Promise<Response>;
  /** The same session from another place, with the cookie as it is now. */
  sendFromElsewhere(path: string): Promise<WireAnswer>;
  online: boolean;
  /** Breaks every request under way. */
  cut(): void;
  readonly cookies: Map<string, string>;
}

export const SESSION_COOKIE = 'switchboard';

export function createNetwork(deps: NetworkDeps): Network {
  const { clock, fleet, delay, instance, onArrived, onServed, onFault } = deps;
  const cookies = new Map<string, string>();
  const flights = new Set<(error: Error) => void>();
  const after = (ms: number) => new Promise<void>((resolve) => void clock.after(ms, resolve));

  async function handle(path: string, init: RequestInit, jar: Map<string, string>): Promise<WireAnswer> {
    const method = init.method ?? 'GET';
    const headers: Record<string, string> = {
      'sec-fetch-site': 'same-origin',
      'sec-fetch-mode': 'same-origin',
      'sec-fetch-dest': 'empty',
      ...(init.headers as Record<string, string> | undefined),
    };
    if (method === 'POST') headers.origin = ORIGIN;
    if (init.cache === 'reload') headers['cache-control'] = 'no-cache';
    const ticket = jar.get(SESSION_COOKIE);
    onArrived(path, ticket);
    const answer = await fleet.handle(instance(), { method, path, headers, cookies: jar }).catch(onFault);
    if (answer === undefined) throw new TypeError('Failed to fetch');
    onServed({ method, path, answer, ticket });
    return answer;
  }

  const network: Network = {
    online: true,
    cookies,
    send(path, init) {
      if (!network.online) return Promise.reject(new TypeError('Failed to fetch'));
      const jar = new Map(cookies);
      const [there, back] = [delay(), delay()];
      return new Promise((resolve, reject) => {
        let over = false;
        const fail = (error: Error) => {
          over = true;
          flights.delete(fail);
          reject(error);
        };
        flights.add(fail);
        // The server does its work, whether or not anybody still waits for it.
        init.signal?.addEventListener('abort', () => fail(new DOMException('Aborted', 'AbortError')));
        void after(there)
          .then(() => (over && init.method !== 'POST' ? null : handle(path, init, jar)))
          .then(async (answer) => {
            await after(back);
            if (over || answer === null) return;
            flights.delete(fail);
            for (const [name, value] of answer.cookies) {
              if (value !== null) cookies.set(name, value);
              // A known limit, left out here: a late removal could take the cookie of a sign-in made meanwhile.
              else if (cookies.get(name) === jar.get(name)) cookies.delete(name);
            }
            resolve(new PlainResponse(answer.body, answer) as unknown as Response);
          })
          .catch(fail);
      });
    },
    sendFromElsewhere: (path) => handle(path, { method: 'POST' }, new Map(cookies)),
    cut() {
      for (const fail of [...flights]) fail(new TypeError('Failed to fetch'));
    },
  };
  return network;
}

/**
 * Answers `GET /api/cognito-token` for every tab and worker of the origin from one token cache in memory: one
 * request in flight, whoever asks. It writes nothing anywhere; when the browser ends the service worker, the next
 * request loads again. docs/token.md has the rules.
 */
import type { Clock } from '../src/shared/clock.ts';
import { type AppError, isAppError } from '../src/shared/errors.ts';
import { parseSessionMessage } from '../src/shared/page-data.ts';
import {
  EPOCH_HEADER,
  type Problem,
  REQUEST_HEADER,
  TOKEN_PATH,
  type TokenAnswer,
} from '../src/shared/token.ts';
import { createTokenCache, type TokenLoad } from '../src/shared/token-cache.ts';
import { tokenEnd } from '../src/shared/token-life.ts';
import type { HeldToken } from '../src/shared/token-machine.ts';

export interface BrokerDeps {
  /** The service worker's own `fetch`: it reaches the network. */
  fetch(url: string, init: RequestInit): Promise<Response>;
  clock: Clock;
  random(): number;
  isOnline(): boolean;
  /** Where pages tell of sign-out and sign-in; null where the browser has no BroadcastChannel. */
  channel: {
    addEventListener(type: 'message', listener: (event: { data: unknown }) => void): void;
  } | null;
}

interface TokenRequestEvent {
  request: Request;
  respondWith(response: Promise<Response>): void;
  waitUntil(work: Promise<unknown>): void;
}

export interface TokenBroker {
  /** Answers the event of a request that `routeOf` called a token request. */
  respond(event: TokenRequestEvent): void;
  /**
   * The token for the service worker's own requests.
   * @throws AppError `signed-out`, `token-unavailable`, `request-refused`.
   */
  get(options: { force: boolean }): Promise<HeldToken>;
}

export function createTokenBroker(deps: BrokerDeps): TokenBroker {
  const { clock } = deps;
  let wasOffline = false;

  function load({ force, epoch }: { force: boolean; epoch: number }): TokenLoad {
    const abort = new AbortController();
    wasOffline = !deps.isOnline();
    const response = deps.fetch(TOKEN_PATH, {
      headers: { accept: 'application/json', [REQUEST_HEADER]: '1', [EPOCH_HEADER]: String(epoch) },
      // As the server's gate wants it: from this origin, with its cookie, for script.
      credentials: 'same-origin',
      mode: 'same-origin',
      redirect: 'error',
      cache: force ? 'reload' : 'default',
      signal: abort.signal,
    });
    return { response, cancel: () => abort.abort() };
  }

  // Not bound to a user: it serves whoever the cookie names; each page checks that it is its own user.
  const cache = createTokenCache({ load, clock, random: deps.random, isOnline: deps.isOnline });

  deps.channel?.addEventListener('message', (event) => {
    const message = parseSessionMessage(event.data);
    if (message?.t === 'signed-out') cache.raiseEpoch(message.epoch, message.reason);
    else if (message?.t === 'signed-in') cache.signedIn(null, message.epoch);
  });

  async function answer(request: Request): Promise<Response> {
    const named = Number(request.headers.get(EPOCH_HEADER));
    if (Number.isSafeInteger(named)) cache.seen(named);
    // A service worker hears no `online` event everywhere: it looks when it is asked.
    if (wasOffline && deps.isOnline()) {
      wasOffline = false;
      cache.recheck();
    }
    try {
      const token = await cache.get({ force: request.cache === 'reload' });
      const { accessToken, sub, epoch } = token;
      const expiresIn = (tokenEnd(token) - clock.monotonic()) / 1000;
      const body: TokenAnswer = { accessToken, expiresIn, sub, epoch };
      return json(200, 'application/json', body);
    } catch (error) {
      return problem(error, cache.epoch());
    }
  }

  return {
    get: cache.get,
    respond(event) {
      event.respondWith(answer(event.request));
      // A renewal behind the answer keeps the service worker alive until it is done.
      event.waitUntil(cache.idle());
    },
  };
}

const STATUS: Partial<Record<AppError['code'], [number, string]>> = {
  'signed-out': [401, 'Signed out'],
  'request-refused': [403, 'Request refused'],
};

/** The shape that the server itself answers with (RFC 9457), so that a client sees one shape. */
function problem(error: unknown, epoch: number): Response {
  const code = isAppError(error, 'signed-out', 'request-refused') ? error.code : 'token-unavailable';
  const [status, title] = STATUS[code] ?? [503, 'No token now'];
  const detail = error instanceof Error ? error.message : 'There is no access token now. Try again later.';
  const body: Problem & { cause?: string } = { type: 'about:blank', title, status, detail, code };
  if (code === 'signed-out') body.epoch = epoch;
  if (!isAppError(error) || code !== 'token-unavailable')
    return json(status, 'application/problem+json', body);
  // So that a page ends its own wait when the network is back.
  if (error.cause === 'network') body.cause = 'network';
  const seconds = Math.max(1, Math.ceil((error.retryAfterMs ?? 0) / 1000));
  return json(status, 'application/problem+json', body, { 'retry-after': String(seconds) });
}

function json(status: number, type: string, body: object, more: Record<string, string> = {}): Response {
  const headers = { 'content-type': type, 'cache-control': 'no-store', ...more };
  return new Response(JSON.stringify(body), { status, headers });
}

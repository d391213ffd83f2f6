/**
 * The token client of a page or a worker: the shared token cache, loaded with `fetch('/api/cognito-token')`.
 * That is the whole protocol: a service worker, where there is one, answers for all tabs; without one the
 * request reaches the server.
 */
import type { Clock } from '../shared/clock.ts';
import { EPOCH_HEADER, REQUEST_HEADER, TOKEN_PATH } from '../shared/token.ts';
import { createTokenCache, type TokenLoad } from '../shared/token-cache.ts';
import type { TokenClient } from './api.ts';

export interface TokenClientDeps {
  fetch(url: string, init: RequestInit): Promise<Response>;
  clock: Clock;
  /** A number in [0, 1). */
  random(): number;
  /** The user whose page this is, where known: nobody else's token is taken. */
  user?: { sub: string; epoch: number } | null;
  /** The cookie is another user's now: this context must not go on. */
  onUserChanged?(sub: string): void;
  /** Calls `listener` when the device wakes or its network returns; the returned function stops that. */
  onWake?(listener: () => void): () => void;
  isOnline?(): boolean;
}

/** The token client with what its session tells it. */
export interface SessionTokenClient extends TokenClient {
  /** This context is of `sub` from now on, and an epoch below `epoch` is over. */
  signedIn(sub: string, epoch: number): void;
  /** The highest epoch seen. */
  epoch(): number;
}

export function createTokenClient(deps: TokenClientDeps): SessionTokenClient {
  /** A broker that failed for lack of a network still waits; a forced request tells it to try at once. */
  let pierce = false;

  function load({ force, epoch }: { force: boolean; epoch: number }): TokenLoad {
    const abort = new AbortController();
    const response = deps.fetch(TOKEN_PATH, {
      headers: { accept: 'application/json', [REQUEST_HEADER]: '1', [EPOCH_HEADER]: String(epoch) },
      credentials: 'same-origin',
      mode: 'same-origin',
      // Never `no-store` for a plain request: to a service worker and a server it would look forced too.
      cache: force || pierce ? 'reload' : 'default',
      signal: abort.signal,
    });
    pierce = false;
    return { response, cancel: () => abort.abort() };
  }

  const cache = createTokenCache({
    load,
    clock: deps.clock,
    random: deps.random,
    user: deps.user ?? null,
    ...(deps.onUserChanged === undefined ? {} : { onUserChanged: deps.onUserChanged }),
    ...(deps.isOnline === undefined ? {} : { isOnline: deps.isOnline }),
  });

  const stopWake = deps.onWake?.(() => {
    const { kind } = cache.state.get();
    pierce = kind === 'unavailable' || kind === 'usable';
    cache.recheck();
  });

  return {
    get: cache.get,
    state: cache.state,
    epoch: cache.epoch,
    raiseEpoch: cache.raiseEpoch,
    signedIn: cache.signedIn,
    close() {
      stopWake?.();
      cache.close();
    },
  };
}

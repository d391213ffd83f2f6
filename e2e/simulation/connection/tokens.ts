/** Access tokens for the connection alone: the flow that gets them has a simulation of its own. */
import type { TokenClient } from '../../../src/session/api.ts';
import { AppError } from '../../../src/shared/errors.ts';
import { createStore } from '../../../src/shared/store.ts';
import type { HeldToken, TokenState } from '../../../src/shared/token-machine.ts';
import type { Realm, World } from './world.ts';

/** Life of a token, milliseconds, and how long before its end a newer one is given. */
const LIFE_MS = 90_000;
const RENEW_BEFORE_MS = 18_000;

export interface SimTokens {
  mode: 'ok' | 'down';
  /** The sign-in whose tokens are given. */
  readonly epoch: number;
  /** The same user signs in again: tokens of before stay good, and are given no more. */
  signIn(): void;
  of(realm: Realm): TokenClient;
  /** What the service thinks of a token. */
  check(token: string): 'good' | 'expired';
}

export function createSimTokens(world: World, delay: () => number): SimTokens {
  const ends = new Map<string, number>();
  let newest: HeldToken | null = null;
  let epoch = 1;

  function issue(force: boolean): HeldToken {
    const now = world.now();
    if (newest === null || force || now >= newest.renewAt) {
      const accessToken = `token-${ends.size + 1}`;
      ends.set(accessToken, now + LIFE_MS);
      newest = {
        accessToken,
        sub: 'ann',
        epoch,
        renewAt: now + LIFE_MS - RENEW_BEFORE_MS,
        endsAt: now + LIFE_MS,
      };
    }
    return newest;
  }

  const tokens: SimTokens = {
    mode: 'ok',
    get epoch() {
      return epoch;
    },
    signIn() {
      epoch += 1;
      newest = null;
    },
    check: (token) => ((ends.get(token) ?? 0) > world.now() ? 'good' : 'expired'),
    of(realm) {
      const state = createStore<TokenState>({ kind: 'empty' });
      return {
        state,
        get: ({ force = false } = {}) =>
          new Promise((resolve, reject) => {
            world.post(delay(), realm, () => {
              if (tokens.mode === 'ok') resolve(issue(force));
              else
                reject(new AppError('token-unavailable', 'The token endpoint is out.', { retryable: true }));
            });
          }),
        raiseEpoch() {},
        close() {},
      };
    },
  };
  return tokens;
}

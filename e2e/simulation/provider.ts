/** An OpenID provider under virtual time that rotates refresh tokens with no grace: a second use is a fault. */
import type { TokenSet } from '../../server/auth/provider.ts';
import { ProviderError } from '../../server/auth/provider-error.ts';
import type { Clock } from '../../src/shared/clock.ts';
import { makeJwt } from '../../src/shared/test-doubles.ts';

/** Life of an access token, seconds. */
export const TOKEN_SECONDS = 300;

interface Grant {
  sub: string;
  /** Names the sign-in. */
  family: number;
  signedInAt: number;
}

/** A sign-in that is younger may not have reached its session yet. */
const SETTLED_MS = 1_000;

export interface SimProvider {
  /** `down`: every request is answered with 503. */
  mode: 'ok' | 'down';
  /** Refresh tokens that were used a second time: a real provider ends the whole family then. */
  reuses: number;
  /** When a refresh was asked for, by session (family), virtual milliseconds. */
  attempts: Map<number, number[]>;
  signIn(sub: string): TokenSet;
  refresh(refreshToken: string): Promise<TokenSet>;
  /** Ends the grant that this refresh token belongs to. */
  revoke(refreshToken: string): Promise<void>;
  /** Ends every settled grant, as an administrator would. */
  revokeAll(): void;
}

/** @param delay how long the next answer takes, milliseconds. */
export function createSimProvider(clock: Clock, delay: () => number): SimProvider {
  const current = new Map<string, Grant>();
  const issued = new Map<string, Grant>();
  const dead = new Set<number>();
  let serial = 0;
  const pause = (ms: number) => new Promise<void>((resolve) => void clock.after(ms, resolve));

  function issue(grant: Grant): TokenSet {
    serial += 1;
    const refreshToken = `refresh-${grant.family}-${serial}`;
    current.set(refreshToken, grant);
    issued.set(refreshToken, grant);
    const iat = Math.floor(clock.wall() / 1_000);
    return {
      accessToken: makeJwt({ sub: grant.sub, jti: serial, iat, exp: iat + TOKEN_SECONDS }),
      accessEndsAt: Math.floor(clock.wall()) + TOKEN_SECONDS * 1_000,
      accessLifeMs: TOKEN_SECONDS * 1_000,
      refreshToken,
      sub: grant.sub,
      username: grant.sub,
      email: null,
    };
  }

  const provider: SimProvider = {
    mode: 'ok',
    reuses: 0,
    attempts: new Map(),
    signIn(sub) {
      serial += 1;
      return issue({ sub, family: serial, signedInAt: clock.monotonic() });
    },
    async refresh(refreshToken) {
      const grant = issued.get(refreshToken);
      if (grant === undefined) throw new ProviderError('rejected', 'No such refresh token.');
      provider.attempts.set(grant.family, [
        ...(provider.attempts.get(grant.family) ?? []),
        clock.monotonic(),
      ]);
      const ms = delay();
      if (provider.mode === 'down') {
        await pause(ms);
        throw new ProviderError('unavailable', 'The provider is down.');
      }
      // It does its work when the request arrives, and answers late.
      const good = current.delete(refreshToken) && !dead.has(grant.family);
      if (!good && !dead.has(grant.family)) provider.reuses += 1;
      const tokens = good ? issue(grant) : null;
      await pause(ms);
      if (tokens === null) throw new ProviderError('rejected', 'invalid_grant');
      return tokens;
    },
    async revoke(refreshToken) {
      const grant = issued.get(refreshToken);
      if (grant !== undefined) dead.add(grant.family);
    },
    revokeAll() {
      for (const { family, signedInAt } of issued.values()) {
        if (clock.monotonic() - signedInAt >= SETTLED_MS) dead.add(family);
      }
    },
  };
  return provider;
}

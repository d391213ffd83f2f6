/**
 * What happens to an access token after it was issued: who it belongs to, checked as AppSync checks it
 * (signature, issuer, expiry, `token_use`, client), and the switch that expires all tokens at once.
 */
import { createLocalJWKSet, errors, type JWK, jwtVerify } from 'jose';

interface TokenHolder {
  sub: string;
  username: string;
  jti: string;
  /** Milliseconds since 1970. */
  expiresAtMs: number;
}

export type TokenVerdict = { ok: true; holder: TokenHolder } | { ok: false; reason: 'invalid' | 'expired' };

export interface AccessTokens {
  /** The issuing side tells each token here; `iat` in seconds since 1970. */
  issued(jti: string, iat: number): void;
  /** Every token issued until now counts as expired. */
  expireAll(): void;
  verify(token: string): Promise<TokenVerdict>;
}

export interface AccessTokensDeps {
  issuer: string;
  clientId: string;
  /** The pool's keys; private parts are not used. */
  jwks: { keys: JWK[] };
  /** Milliseconds since 1970. */
  now(): number;
}

export function createAccessTokens({ issuer, clientId, jwks, now }: AccessTokensDeps): AccessTokens {
  const publicKeys = jwks.keys.map(({ kty, n, e, kid, alg, use }) => ({ kty, n, e, kid, alg, use }) as JWK);
  const keySet = createLocalJWKSet({ keys: publicKeys });
  /** Seconds since 1970 of the last {@link AccessTokens.expireAll}; 0 = never. */
  let expiredUntil = 0;
  /** Tokens of the same second as the switch, but after it, are told apart by this list. */
  const issuedSince = new Set<string>();

  return {
    issued(jti, iat) {
      if (iat === expiredUntil) issuedSince.add(jti);
    },
    expireAll() {
      expiredUntil = Math.floor(now() / 1000);
      issuedSince.clear();
    },
    async verify(token) {
      try {
        const { payload } = await jwtVerify(token, keySet, {
          issuer,
          algorithms: ['RS256'],
          currentDate: new Date(now()),
          requiredClaims: ['exp', 'iat', 'sub', 'jti'],
        });
        const { sub, jti, exp, iat, username } = payload;
        if (
          payload.token_use !== 'access' ||
          payload.client_id !== clientId ||
          typeof username !== 'string' ||
          sub === undefined ||
          jti === undefined ||
          exp === undefined ||
          iat === undefined
        ) {
          return { ok: false, reason: 'invalid' };
        }
        if (iat <= expiredUntil && !issuedSince.has(jti)) return { ok: false, reason: 'expired' };
        return { ok: true, holder: { sub, jti, username, expiresAtMs: exp * 1000 } };
      } catch (error) {
        return { ok: false, reason: error instanceof errors.JWTExpired ? 'expired' : 'invalid' };
      }
    },
  };
}

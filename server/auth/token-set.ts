/** A token answer of the provider in our terms. Parsed at the border: inside, it is trusted. */
import { decodeClaims } from '../../src/shared/token.ts';
import { ProviderError } from './provider-error.ts';

export interface TokenSet {
  accessToken: string;
  /** When it ends, wall-clock milliseconds of this server. */
  accessEndsAt: number;
  accessLifeMs: number;
  /** Null when the provider gave none: no rotation, or no refresh at all. */
  refreshToken: string | null;
  sub: string;
  username: string;
  email: string | null;
}

export interface RawTokens {
  access_token: string;
  refresh_token?: string | undefined;
  expires_in?: number | undefined;
}

/**
 * @param askedAt when the request left, wall-clock milliseconds: life is counted from then with `expires_in`, so
 * the provider's clock does not matter.
 * @throws ProviderError `nonsense`.
 */
export function toTokenSet(raw: RawTokens, idClaims: Record<string, unknown>, askedAt: number): TokenSet {
  const claims = claimsOf(raw.access_token);
  const { sub, iat, exp } = claims;
  if (typeof sub !== 'string' || sub === '') throw nonsense('has no “sub”');
  if (typeof iat !== 'number' || typeof exp !== 'number' || !(exp > iat))
    throw nonsense('has no life (iat, exp)');
  if (typeof idClaims.sub === 'string' && idClaims.sub !== sub) throw nonsense('is of another user');
  const accessLifeMs = (exp - iat) * 1_000;
  const leftMs = Math.min(accessLifeMs, (raw.expires_in ?? Number.POSITIVE_INFINITY) * 1_000);
  return {
    accessToken: raw.access_token,
    // Whole milliseconds: a provider may count its seconds in fractions, and the stores keep integers.
    accessEndsAt: Math.floor(askedAt + leftMs),
    accessLifeMs,
    refreshToken: raw.refresh_token ?? null,
    sub,
    username: firstText(claims.username, idClaims['cognito:username'], idClaims.email) ?? sub,
    email: firstText(idClaims.email),
  };
}

function claimsOf(accessToken: string): Record<string, unknown> {
  try {
    return decodeClaims(accessToken);
  } catch {
    throw nonsense('is not a JWT');
  }
}

function firstText(...values: unknown[]): string | null {
  return values.find((value): value is string => typeof value === 'string' && value !== '') ?? null;
}

function nonsense(what: string): ProviderError {
  return new ProviderError('nonsense', `The provider's access token ${what}.`);
}

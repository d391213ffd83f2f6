/**
 * What `GET /api/cognito-token` answers, as every room reads it. The contract:
 * 200 `{ accessToken, expiresIn, sub, epoch }`; 401 definite sign-out; 403 refused request; 503 with
 * `Retry-After` when no usable token is left and the provider is down. Errors are `application/problem+json`
 * (RFC 9457) with a stable `code`.
 */
import { AppError } from './errors.ts';

export const TOKEN_PATH = '/api/cognito-token';

/**
 * The custom header that marks a request as made by our own code, for browsers that send no Fetch Metadata.
 * A cross-origin page cannot set it without a CORS preflight, which the server never grants.
 */
export const REQUEST_HEADER = 'x-switchboard-request';

/** A page may name the newest sign-out epoch it knows; no answer of an older one comes back. */
export const EPOCH_HEADER = 'x-switchboard-epoch';

export interface TokenAnswer {
  accessToken: string;
  /** Seconds of life left when the server answered, counted by the server. */
  expiresIn: number;
  /** The user, as Cognito's `sub`. */
  sub: string;
  /** Grows with every sign-in and sign-out of this browser; an answer of a lower epoch must be dropped. */
  epoch: number;
}

/** An `application/problem+json` body with our two extensions. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: string;
  /** With `signed-out`: the epoch of the sign-out, where the server knows it. */
  epoch?: number;
}

/** @throws AppError `protocol` when the body is not a token answer. */
export function parseTokenAnswer(body: unknown): TokenAnswer {
  if (typeof body === 'object' && body !== null) {
    const { accessToken, expiresIn, sub, epoch } = body as Record<string, unknown>;
    if (
      typeof accessToken === 'string' &&
      accessToken !== '' &&
      typeof expiresIn === 'number' &&
      Number.isFinite(expiresIn) &&
      typeof sub === 'string' &&
      typeof epoch === 'number' &&
      Number.isFinite(epoch)
    ) {
      return { accessToken, expiresIn, sub, epoch };
    }
  }
  throw new AppError('protocol', 'The token endpoint answered something that is not a token.', {
    retryable: true,
  });
}

/** The claims of a JWT, unchecked: for lifetimes and display only; whoever trusts a token must verify it. */
export function decodeClaims(jwt: string): Record<string, unknown> {
  try {
    // What has no second part has an empty one, which is no JSON.
    const part = jwt.split('.')[1] ?? '';
    const binary = (globalThis as unknown as { atob(text: string): string }).atob(
      part.replace(/-/g, '+').replace(/_/g, '/'),
    );
    const json = decodeURIComponent(
      Array.from(binary, (c) => `%${c.charCodeAt(0).toString(16).padStart(2, '0')}`).join(''),
    );
    return JSON.parse(json) as Record<string, unknown>;
  } catch (cause) {
    throw new AppError('protocol', 'The access token is not a JWT.', { cause });
  }
}

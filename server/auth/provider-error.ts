/**
 * What went wrong with the provider, in the three kinds that make a difference, and what may be logged of it.
 * The library's own errors carry whole answers in `cause`, tokens included: they never leave this file.
 */
import { AuthorizationResponseError, ClientError, ResponseBodyError } from 'openid-client';

export type ProviderFailure =
  /** A definite no (`invalid_grant`): asking again with the same code or token is of no use. */
  | 'rejected'
  /** Not reached, too slow, throttled, or failing on its side (or refusing us for a reason we can mend). */
  | 'unavailable'
  /** It answered, but not what the protocol says. */
  | 'nonsense';

export class ProviderError extends Error {
  readonly kind: ProviderFailure;
  /** Milliseconds that the provider asked us to wait (`Retry-After`). */
  readonly retryAfterMs: number | undefined;

  constructor(kind: ProviderFailure, message: string, retryAfterMs?: number) {
    super(message);
    this.name = 'ProviderError';
    this.kind = kind;
    this.retryAfterMs = retryAfterMs;
  }
}

export function isProviderError(error: unknown, kind?: ProviderFailure): error is ProviderError {
  return error instanceof ProviderError && (kind === undefined || error.kind === kind);
}

/**
 * Any error of a call to the provider as a {@link ProviderError} whose message is safe to log.
 * @param what the call, as in “renewing the tokens”.
 */
export function toProviderError(error: unknown, what: string): ProviderError {
  if (error instanceof ProviderError) return error;
  if (error instanceof ResponseBodyError) {
    const kind = error.error === 'invalid_grant' ? 'rejected' : 'unavailable';
    const text = `The provider refused ${what}: ${error.error} (status ${error.status}).`;
    return new ProviderError(kind, text, retryAfter(error.response));
  }
  if (error instanceof AuthorizationResponseError) {
    return new ProviderError('rejected', `The provider ended the sign-in: ${error.error}.`);
  }
  const response = findResponse(error);
  if (response !== null && (response.status >= 500 || response.status === 429)) {
    const text = `The provider failed at ${what} (status ${response.status}).`;
    return new ProviderError('unavailable', text, retryAfter(response));
  }
  if (error instanceof ClientError && error.code !== 'OAUTH_TIMEOUT' && error.code !== 'OAUTH_ABORT') {
    if (error.code !== undefined) {
      return new ProviderError(
        'nonsense',
        `The provider answered ${what} against the protocol: ${error.code}.`,
      );
    }
  }
  return new ProviderError('unavailable', `The provider was not reached for ${what}: ${reason(error)}.`);
}

function findResponse(error: unknown): Response | null {
  for (let at = error, depth = 0; at instanceof Error && depth < 4; at = at.cause, depth += 1) {
    if (at.cause instanceof Response) return at.cause;
  }
  return null;
}

/** The innermost system code or error name: `ECONNREFUSED`, `TimeoutError`. */
function reason(error: unknown): string {
  let found = 'no answer';
  for (let at = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth += 1) {
    const code = (at as { code?: unknown }).code;
    found = typeof code === 'string' ? code : at.name;
  }
  return found;
}

/** Seconds or an HTTP date (RFC 9110, 10.2.3) as milliseconds from now. */
function retryAfter(response: Response): number | undefined {
  const value = response.headers.get('retry-after');
  if (value === null) return undefined;
  const ms = /^\d+$/.test(value) ? Number(value) * 1_000 : Date.parse(value) - Date.now();
  return Number.isFinite(ms) && ms > 0 ? ms : undefined;
}

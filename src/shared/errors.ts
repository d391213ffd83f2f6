/**
 * The one error type of every room. Callers branch on `code` (it survives `postMessage` and JSON), never on
 * `message`; the message is a sentence that a person can read and act on.
 */

export type ErrorCode =
  /** The provider or the server said definitely that there is no session. Only sign-in helps. */
  | 'signed-out'
  /** No usable token now (offline, server or provider out). Trying again later helps. */
  | 'token-unavailable'
  /** The server refused the shape of the request (Fetch Metadata, origin, header). */
  | 'request-refused'
  /** A channel name does not follow the rules of AppSync Events. */
  | 'bad-channel'
  /** The text is not JSON. */
  | 'bad-json'
  /** An event over 240 KB. */
  | 'event-too-large'
  /** No event, or more than five in one publish. */
  | 'bad-batch'
  /** The service denied the operation on this channel. */
  | 'denied'
  /** Too many requests of one kind; wait and try again. */
  | 'rate-limited'
  /** The network did not carry the request or the answer. */
  | 'network'
  /** A peer (server, provider, service) sent something that its protocol does not allow. */
  | 'protocol'
  /** The browser's storage cannot be used. */
  | 'storage'
  /** The space that the browser gives the app is used up. */
  | 'storage-full'
  /** The object was closed; its caller should not use it any more. */
  | 'closed';

/** Plain form of an {@link AppError}, for messages between contexts. */
export interface WireError {
  code: ErrorCode;
  message: string;
  retryable: boolean;
  retryAfterMs?: number;
}

export interface AppErrorOptions {
  /** Whether the same call can succeed later without anybody changing it. Default false. */
  retryable?: boolean;
  /** Milliseconds to wait before trying again, where the peer named them (`Retry-After`). */
  retryAfterMs?: number | undefined;
  cause?: unknown;
}

export class AppError extends Error {
  readonly code: ErrorCode;
  readonly retryable: boolean;
  readonly retryAfterMs: number | undefined;

  constructor(code: ErrorCode, message: string, options: AppErrorOptions = {}) {
    super(message, options);
    this.name = 'AppError';
    this.code = code;
    this.retryable = options.retryable ?? false;
    this.retryAfterMs = options.retryAfterMs;
  }
}

/** Whether `error` is an {@link AppError}, optionally of one of `codes`. */
export function isAppError(error: unknown, ...codes: ErrorCode[]): error is AppError {
  return error instanceof AppError && (codes.length === 0 || codes.includes(error.code));
}

/** The plain form of any thrown value; unknown ones become retryable `protocol` errors. */
export function errorToWire(error: unknown): WireError {
  if (error instanceof AppError) {
    const { code, message, retryable, retryAfterMs } = error;
    return { code, message, retryable, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
  }
  return {
    code: 'protocol',
    message: error instanceof Error ? error.message : String(error),
    retryable: true,
  };
}

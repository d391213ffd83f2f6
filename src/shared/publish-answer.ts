/**
 * What the answers of AppSync Events to a publish over HTTP mean, whoever sent it: Amplify in a page, one plain
 * `fetch` in the service worker. https://docs.aws.amazon.com/appsync/latest/eventapi/publish-http.html
 */
import { AppError } from './errors.ts';

/** One event that the service did not take although it answered 200. */
export interface RefusedEvent {
  /** Which of the publish's events, from 0. */
  index: number;
  /** The service's words: code and message, as far as it gave them. */
  reason: string;
  /** It would take it later. */
  throttled: boolean;
}

/** The service's names for "too many": `LimitExceededException`, `ThrottlingException`, `TooManyRequestsException`, … */
const THROTTLED = /LimitExceeded|Throttl|TooManyRequests/i;

/** The entries of `failed` in an answer with status 200. */
export function readRefused(failed: unknown): RefusedEvent[] {
  if (!Array.isArray(failed)) return [];
  return failed.map((entry: unknown, position) => {
    const { index, code, message } = (typeof entry === 'object' && entry !== null ? entry : {}) as Record<
      string,
      unknown
    >;
    const words = [code, message].filter((part) => typeof part === 'string' && part !== '');
    return {
      index: typeof index === 'number' ? index : position,
      reason: words.length > 0 ? words.join(': ') : 'no reason given',
      throttled: typeof code === 'string' && THROTTLED.test(code),
    };
  });
}

/** An answer that is not 200. */
export interface PublishRefusal {
  status: number;
  body: string;
  /** Header `Retry-After`. */
  retryAfter: string | null | undefined;
  /** What else is known of the error, where the body says nothing. */
  otherwise?: string;
}

/** The {@link AppError} for an answer that is not 200. */
export function publishError(
  { status, body, retryAfter, otherwise = '' }: PublishRefusal,
  cause?: unknown,
): AppError {
  const words = serviceSays(body) || otherwise;
  const said = words === '' ? '' : ` (${words})`;
  if (status === 429 || THROTTLED.test(words)) {
    const seconds = Number(retryAfter);
    const retryAfterMs = Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : undefined;
    const message = `Too many publishes at once${said}. It is tried again.`;
    return new AppError('rate-limited', message, { retryable: true, retryAfterMs, cause });
  }
  // `UnauthorizedException: Token has expired.` says nothing of the channel, only that there is no newer token yet: one is
  // renewed by force once a minute at most (docs/adr/0005).
  if (status === 401 && /token has expired/i.test(words)) {
    const message = 'The service takes this token no more; a new one is on its way.';
    return new AppError('token-unavailable', message, { retryable: true, cause });
  }
  if (status === 401 || status === 403) {
    return new AppError('denied', `The service does not let you publish on this channel${said}.`, { cause });
  }
  if (
    status === 413 ||
    (status === 400 && /(too|size|length|large|exceed).*(large|size|limit|KB|exceed)/i.test(said))
  ) {
    return new AppError('event-too-large', `The service refused the event for its size${said}.`, { cause });
  }
  if (status === 400 && /channel|namespace/i.test(said)) {
    return new AppError('bad-channel', `The service does not know this channel${said}.`, { cause });
  }
  // A server that broke may have published first.
  if (status >= 500) return answerLost(`The service failed with ${status}${said}.`, cause);
  return new AppError('protocol', `The service refused the publish with ${status}${said}.`, { cause });
}

/** The {@link AppError} for an answer that never came: the service may have taken the publish. */
export function answerLost(sentence: string, cause: unknown): AppError {
  return new AppError('network', `${sentence} It may have been published.`, { retryable: true, cause });
}

function serviceSays(body: string): string {
  try {
    const { errors } = JSON.parse(body) as { errors?: { errorType?: string; message?: string }[] };
    const first = errors?.[0];
    return [first?.errorType, first?.message].filter(Boolean).join(': ');
  } catch {
    return '';
  }
}

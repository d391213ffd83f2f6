/** What an error of Amplify's `events.post` means, as an {@link AppError}. It imports nothing of Amplify. */
import { AppError } from '../shared/errors.ts';

interface Fields {
  name: string | undefined;
  message: string;
  status: number | null;
  body: string;
  retryAfter: string | undefined;
  underlying: unknown;
}

/** Whether the service refused the token itself, so that another one may help. */
export function wasRejectedToken(error: unknown): boolean {
  return read(error).status === 401;
}

/** The {@link AppError} for anything that `events.post` throws. */
export function postError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  const seen = read(error);
  if (seen.underlying instanceof AppError) return seen.underlying;
  if (seen.name === 'NoValidAuthTokens') {
    return new AppError('signed-out', 'Nobody is signed in, so nothing was published. Sign in.', {
      cause: error,
    });
  }
  if (seen.name === 'NoSignedUser') {
    return new AppError('token-unavailable', 'There is no access token now. It is tried again.', {
      retryable: true,
      cause: error,
    });
  }
  if (seen.status !== null) return fromStatus(seen, seen.status, error);
  if (seen.name === 'NetworkError')
    return answerLost('The network did not carry the publish or its answer.', error);
  return new AppError('protocol', seen.message, { cause: error });
}

function fromStatus(seen: Fields, status: number, cause: unknown): AppError {
  const said = serviceSays(seen);
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
  if (status === 429) {
    const seconds = Number(seen.retryAfter);
    const retryAfterMs = Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : undefined;
    const message = `Too many publishes at once${said}. It is tried again.`;
    return new AppError('rate-limited', message, { retryable: true, retryAfterMs, cause });
  }
  // A server that broke may have published first.
  if (status >= 500) return answerLost(`The service failed with ${status}${said}.`, cause);
  return new AppError('protocol', `The service refused the publish with ${status}${said}.`, { cause });
}

function answerLost(sentence: string, cause: unknown): AppError {
  return new AppError('network', `${sentence} It may have been published.`, { retryable: true, cause });
}

/**
 * The {@link AppError} for the entries that `events.post` reports as failed although the request was answered 200.
 * @param of how many events the publish had.
 */
export function partlyFailed(failed: readonly unknown[], of: number): AppError {
  const entries = failed as { index?: number; message?: string }[];
  const why = entries.find((entry) => entry.message)?.message;
  const said = why === undefined ? '' : `: ${why}`;
  if (entries.length < of) {
    const which = entries.map((entry) => (entry.index ?? 0) + 1).join(', ');
    return new AppError(
      'protocol',
      `The service refused event ${which} of ${of}, and took the others${said}.`,
    );
  }
  if (/unauthor|denied|forbidden/i.test(why ?? '')) {
    return new AppError('denied', `The service does not let you publish on this channel${said}.`);
  }
  return new AppError('protocol', `The service refused the publish${said}.`);
}

function serviceSays({ body, name, message }: Fields): string {
  try {
    const { errors } = JSON.parse(body) as { errors?: { errorType?: string; message?: string }[] };
    const first = errors?.[0];
    const text = [first?.errorType, first?.message].filter(Boolean).join(': ');
    if (text !== '') return ` (${text})`;
  } catch {
    // Not JSON: the name that Amplify found is all there is.
  }
  return name === undefined || name === 'UnknownError' ? '' : ` (${name}: ${message})`;
}

/** The fields of Amplify's errors (`AmplifyError`, `ApiError`) that are read here. */
function read(error: unknown): Fields {
  const fields = (typeof error === 'object' && error !== null ? error : {}) as Record<string, unknown>;
  const response = (fields.response ?? {}) as Record<string, unknown>;
  const headers = (response.headers ?? {}) as Record<string, string>;
  return {
    name: typeof fields.name === 'string' ? fields.name : undefined,
    message: typeof fields.message === 'string' ? fields.message : String(error),
    status: typeof response.statusCode === 'number' ? response.statusCode : null,
    body: typeof response.body === 'string' ? response.body : '',
    retryAfter: headers['retry-after'],
    underlying: fields.underlyingError,
  };
}

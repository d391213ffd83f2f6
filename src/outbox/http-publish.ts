/**
 * One publish as one plain `POST` of the HTTP protocol, in a page and in the service worker alike. Amplify's
 * `events.post` is not used for it: it repeats a lost publish up to two times without a word (docs/adr/0008).
 */
import { answerLost, publishError, type RefusedEvent, readRefused } from '../shared/publish-answer.ts';

export interface HttpPublishDeps {
  fetch(url: string, init: RequestInit): Promise<Response>;
  /**
   * An access token of the outbox's user.
   * @throws AppError `signed-out`, `token-unavailable`, `request-refused`.
   */
  token(force: boolean): Promise<string>;
}

/**
 * Sends events, JSON text each, to an endpoint.
 * @returns the events that the service refused although it took the others; empty when it took all.
 * @throws AppError `denied`, `bad-channel`, `event-too-large`, `rate-limited`, `protocol`, and those of `token`
 *   (all: nothing was published); `network`: no answer came, so the service may have taken it.
 */
export type HttpPublish = (
  endpoint: string,
  channel: string,
  events: readonly string[],
  signal: AbortSignal,
  /** Called when all is ready; what it throws keeps the request back. */
  check: () => void,
) => Promise<RefusedEvent[]>;

export function createHttpPublish({ fetch, token }: HttpPublishDeps): HttpPublish {
  return async (endpoint, channel, events, signal, check) => {
    const body = JSON.stringify({ channel: `/${channel}`, events });
    const post = async (force: boolean): Promise<Response> => {
      const authorization = await token(force);
      check();
      return fetch(endpoint, {
        method: 'POST',
        headers: { authorization, 'content-type': 'application/json' },
        body,
        signal,
        mode: 'cors',
        credentials: 'omit',
        cache: 'no-store',
        redirect: 'error',
        referrerPolicy: 'no-referrer',
      }).catch((cause: unknown) => {
        throw answerLost('The network did not carry the publish or its answer.', cause);
      });
    };
    let response = await post(false);
    // The service does not take this token any more (revoked, or a sleep that nobody noticed): once more with a new one.
    if (response.status === 401) response = await post(true);
    return readAnswer(response);
  };
}

async function readAnswer(response: Response): Promise<RefusedEvent[]> {
  const body = await response.text().catch((cause: unknown) => {
    throw answerLost('The answer of the service was cut off.', cause);
  });
  const { status } = response;
  if (status !== 200) {
    const { headers } = response;
    const otherwise = headers.get('x-amzn-errortype') ?? '';
    throw publishError({ status, body, retryAfter: headers.get('retry-after'), otherwise });
  }
  try {
    return readRefused((JSON.parse(body) as { failed?: unknown } | null)?.failed);
  } catch (cause) {
    throw answerLost('The answer of the service cannot be read.', cause);
  }
}

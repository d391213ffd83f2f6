/**
 * The one place that imports aws-amplify (56 kB gzipped): load it with `import()`. It configures Amplify so that
 * its own `events` and `fetchAuthSession` work in the page, and publishes through `events.post`.
 */
import { Amplify } from 'aws-amplify';
import { fetchAuthSession } from 'aws-amplify/auth';
import { events } from 'aws-amplify/data';
import { parseChannel } from '../shared/channel.ts';
import { AppError } from '../shared/errors.ts';
import type { EventsConfig } from '../shared/page-data.ts';
import { checkPublish } from '../shared/publish-rules.ts';
import { partlyFailed, postError, wasRejectedToken } from './amplify-errors.ts';
import { createAmplifyTokenProvider } from './amplify-tokens.ts';
import type { TokenClient } from './api.ts';
import { adaptLoopbackWebSocket, type WebSocketScope } from './loopback-websocket.ts';

/** Configures Amplify's Events API with the session's tokens. Call it before any other use of Amplify. */
export function configureAmplify(
  config: Pick<EventsConfig, 'endpoint' | 'region'>,
  tokens: Pick<TokenClient, 'get'>,
): void {
  Amplify.configure(
    { API: { Events: { endpoint: config.endpoint, region: config.region, defaultAuthMode: 'userPool' } } },
    { Auth: { tokenProvider: createAmplifyTokenProvider(tokens) } },
  );
  adaptLoopbackWebSocket(globalThis as unknown as WebSocketScope, config.endpoint);
}

type Json = Parameters<typeof events.post>[1];

/**
 * Publishes one to five values. Resolves when the service has taken all of them.
 * @throws AppError `bad-channel`, `bad-batch`, `bad-json`, `event-too-large`, `denied`, `rate-limited`, `protocol` (refused),
 *   `signed-out`, `token-unavailable` (all: nothing was published by this call, unless the message says so), and
 *   `network`: the answer was lost, so the service may have taken it.
 */
export async function postEvents(channel: string, values: readonly unknown[]): Promise<void> {
  const name = parseChannel(channel, 'publish');
  checkPublish(values.map(toJson));
  try {
    await post(name, values);
  } catch (error) {
    if (!wasRejectedToken(error)) throw postError(error);
    // The service does not take this token any more (revoked, or a sleep that nobody noticed): once more with a new one.
    try {
      await fetchAuthSession({ forceRefresh: true });
      await post(name, values);
    } catch (again) {
      throw postError(again);
    }
  }
}

function toJson(value: unknown): string {
  const text: string | undefined = JSON.stringify(value);
  if (text === undefined)
    throw new AppError('bad-json', 'JSON cannot carry this event. Publish an object or text.');
  return text;
}

async function post(channel: string, values: readonly unknown[]): Promise<void> {
  const failed = await events.post(channel, [...values] as Json);
  if (Array.isArray(failed) && failed.length > 0) throw partlyFailed(failed, values.length);
}

/**
 * The one place that imports aws-amplify (56 kB gzipped), for apps that use Amplify beside the shared connection: its
 * own `events` and `fetchAuthSession` then work in the page.
 */
import { Amplify } from 'aws-amplify';
import type { EventsConfig } from '../shared/page-data.ts';
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

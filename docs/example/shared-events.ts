/** `events` in Amplify's shape over one connection for all tabs: what the page imports instead of Amplify's. */
import type { Connection, SharedEvents } from '../../src/connection/api.ts';
import { createConnection } from '../../src/connection/index.ts';
import workerUrl from '../../src/connection/worker/leader-worker.ts?worker&url';
import type { SessionInfo } from '../../src/shared/page-data.ts';
import { session } from './app-session.ts';
import { eventsApi } from './events-api.ts';

/** Made once, when somebody is known to be signed in. */
let connection: Promise<Connection> | null = null;

function open(): Promise<Connection> {
  connection ??= signedIn().then((user) =>
    createConnection({
      sub: user.sub,
      epoch: user.epoch,
      build: 'example-1',
      events: eventsApi,
      tokens: session.tokens,
      workerUrl,
      serviceWorker: () => navigator.serviceWorker?.controller != null,
    }),
  );
  return connection;
}

function signedIn(): Promise<SessionInfo> {
  return new Promise((resolve) => {
    const look = (): void => {
      const state = session.state.get();
      if (state.kind === 'signed-in') resolve(state.user);
    };
    session.state.subscribe(look);
    look();
  });
}

export const events: SharedEvents = {
  connect: async (channel) => (await open()).events.connect(channel),
  post: async (channel, values) => (await open()).events.post(channel, values),
};

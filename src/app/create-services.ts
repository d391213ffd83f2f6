/**
 * Composes the rooms for a page in the browser: the session, the installed app, and, while somebody is signed in,
 * the shared connection.
 */

import { type Connection, createConnection, finishWipe } from '../connection/index.ts';
import leaderWorkerUrl from '../connection/worker/leader-worker.ts?worker&url';
import type { Pwa } from '../pwa/api.ts';
import { createBrowserPwa } from '../pwa/browser.ts';
import type { Session } from '../session/api.ts';
import { createBrowserSession } from '../session/browser.ts';
import type { PageData, SessionInfo } from '../shared/page-data.ts';
import { createStore, type WritableStore } from '../shared/store.ts';
import type { Services } from './services.ts';
import type { Catalogue } from './text/catalogue.ts';
import { createLanguage } from './text/language.ts';
import { trustedScriptUrl } from './trusted-types.ts';

/**
 * How long the first page of all waits for its service worker before it asks for a token by itself, milliseconds.
 * Waiting saves a second request; a slow installation must not hold up the first event.
 */
const SERVICE_WORKER_MS = 1_000;

/** How long a sign-out waits for the device to be wiped, milliseconds. */
const WIPE_MS = 1_000;

export function createServices(page: PageData, text: Catalogue): Services {
  const session = createBrowserSession(page);
  const pwa = createBrowserPwa(trustedScriptUrl);
  const connection = createStore<Connection | null>(null);
  void finishWipe(localStorage).catch(() => {
    // Storage is closed to us: then there is nothing to wipe either.
  });
  followSession({ page, session, pwa, connection });

  return {
    page,
    language: createLanguage(text),
    pwa,
    connection,
    session: {
      ...session,
      async signOut(options) {
        const open = connection.get();
        // Local first: the connection is let go while the server is being told.
        const told = session.signOut(options);
        connection.set(null);
        // A frozen tab can hold up the wipe: it is then finished by the next page, and leaving does not wait.
        await Promise.race([open?.end(options), new Promise((resolve) => setTimeout(resolve, WIPE_MS))]);
        return told;
      },
    },
  };
}

interface Following {
  page: PageData;
  session: Session;
  pwa: Pwa;
  connection: WritableStore<Connection | null>;
}

/** One connection for every sign-in, none without. */
function followSession({ page, session, pwa, connection }: Following): void {
  let served: SessionInfo | null = null;

  async function follow(): Promise<void> {
    const state = session.state.get();
    const user = state.kind === 'signed-in' ? state.user : null;
    if (user?.sub === served?.sub && user?.epoch === served?.epoch) return;
    const open = connection.get();
    if (user !== null && user.sub === served?.sub && open !== null) {
      served = user;
      // The same user again: nothing that they see or wait for is touched.
      open.renew(user.epoch);
      return;
    }
    served = user;
    open?.close();
    connection.set(null);
    if (user === null) return;
    await pwa.settled(SERVICE_WORKER_MS);
    if (served !== user) return;
    connection.set(
      createConnection({
        sub: user.sub,
        epoch: user.epoch,
        build: page.build,
        events: page.events,
        tokens: session.tokens,
        onQueued: pwa.requestOutboxSync,
        workerUrl: trustedScriptUrl(leaderWorkerUrl),
        serviceWorker: () => pwa.state.get().serviceWorker === 'controlling',
      }),
    );
  }

  session.state.subscribe(() => void follow());
  void follow();
}

/**
 * A page that publishes a lot: another user of the shared connection beside the app in the app's own page. The test
 * loads it and drives it from outside.
 */
import { createConnection } from '../../src/connection/index.ts';
import { createBrowserSession } from '../../src/session/browser.ts';
import { PAGE_DATA_ID, type PageData } from '../../src/shared/page-data.ts';

declare const __WORKER__: string;

const page = JSON.parse(document.getElementById(PAGE_DATA_ID)?.textContent ?? '') as PageData;
const session = createBrowserSession(page);
const state = session.state.get();
if (state.kind !== 'signed-in') throw new Error('nobody is signed in');
const connection = createConnection({
  sub: state.user.sub,
  epoch: state.user.epoch,
  build: page.build,
  events: page.events,
  tokens: session.tokens,
  workerUrl: __WORKER__,
  serviceWorker: () => true,
});

Object.assign(window, {
  publisher: {
    /** Publishes one after the other, and tells of each as soon as it is queued. */
    async publishAll(items: { channel: string; event: unknown }[], queued: (event: unknown) => void) {
      for (const { channel, event } of items) {
        await connection.events.post(channel, event);
        queued(event);
      }
    },
    rows: () => connection.outbox.get(),
  },
});

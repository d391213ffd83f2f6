/** The service worker, as a table of contents: which event goes to which part. */
import { OUTBOX_SYNC_TAG, type SyncEvent } from '../src/shared/background-sync.ts';
import { createSystemClock } from '../src/shared/clock.ts';
import { SESSION_CHANNEL } from '../src/shared/page-data.ts';
import { answerNavigation, type NavigationDeps } from './navigations.ts';
import { openFromNotification } from './notification-click.ts';
import { loadOutboxPart } from './outbox-part.ts';
import { createPrecache } from './precache.ts';
import { addStaticRoutes, routeOf, type StaticRoutingEvent, setPreload } from './routes.ts';
import { answerShare } from './share-target.ts';
import { createTokenBroker } from './token-broker.ts';

declare const self: ServiceWorkerGlobalScope;

const clock = createSystemClock();
const precache = createPrecache(self.__WB_MANIFEST);
const broker = createTokenBroker({
  fetch: (url, init) => fetch(url, init),
  clock,
  random: Math.random,
  isOnline: () => self.navigator.onLine,
  channel: typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel(SESSION_CHANNEL),
});
const navigation: NavigationDeps = {
  fetch: (request) => fetch(request),
  precached: precache.match,
  clock,
};
/** Whether the browser took the static routes; null when this run of the worker has not installed. */
let staticRoutes: boolean | null = null;

// A new version waits until the pages ask for it (see `message`): never a reload that nobody asked for.
self.addEventListener('install', (event) => {
  precache.install(event);
  event.waitUntil(
    addStaticRoutes(event as StaticRoutingEvent).then((taken) => {
      staticRoutes = taken;
    }),
  );
  // A script that was not there at the installation cannot be imported later.
  if ('sync' in self.registration) event.waitUntil(loadOutboxPart());
});

// The very first version takes the open pages at once, so that they share one token flow from the first visit on.
self.addEventListener('activate', (event) => {
  precache.activate(event);
  event.waitUntil(
    Promise.all([setPreload(self.registration.navigationPreload, staticRoutes), self.clients.claim()]),
  );
});

self.addEventListener('fetch', (event) => {
  switch (routeOf(event.request, self.location.origin)) {
    case 'token':
      return broker.respond(event);
    case 'navigation':
      return event.respondWith(answerNavigation(navigation, event));
    case 'share':
      return event.respondWith(answerShare(event.request));
    case 'asset':
      return precache.respond(event);
    case 'network':
      return;
  }
});

self.addEventListener('notificationclick', (event) => {
  event.notification.close();
  const { clients, location } = self;
  event.waitUntil(openFromNotification({ origin: location.origin, clients }, event.notification.data));
});

self.addEventListener('message', (event) => {
  if ((event.data as { type?: unknown } | null)?.type === 'SKIP_WAITING') event.waitUntil(self.skipWaiting());
});

// A browser with Background Sync: what pages could not send goes out with no page open.
self.addEventListener('sync', (event) => {
  const sync = event as Event & SyncEvent;
  if (sync.tag !== OUTBOX_SYNC_TAG) return;
  sync.waitUntil(
    loadOutboxPart().then((sendOutbox) =>
      sendOutbox({
        token: broker.get,
        fetch: (url, init) => fetch(url, init),
        openLine: (name) => new BroadcastChannel(name),
        locks: self.navigator.locks ?? null,
        clock,
        random: Math.random,
        isOnline: () => self.navigator.onLine,
        countPages: async () => (await self.clients.matchAll({ type: 'window' })).length,
      }),
    ),
  );
});

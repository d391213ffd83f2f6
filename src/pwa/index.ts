/**
 * The installed app: registers the service worker, finds and takes new versions, and offers installation. The only
 * page code that touches `navigator.serviceWorker`. A browser that refuses any of it has a working page all the same.
 */
import { OUTBOX_SYNC_TAG, type SyncManager } from '../shared/background-sync.ts';
import type { Clock } from '../shared/clock.ts';
import { createStore } from '../shared/store.ts';
import type { Pwa, PwaState } from './api.ts';
import { type BadgeNavigator, showBadge } from './badge.ts';
import { createInstallPrompt, type EventSource } from './install-prompt.ts';
import { keepStorage, type StoragePersistence } from './keep-storage.ts';
import { createLaunches, type LaunchPage, type LaunchQueue } from './launches.ts';
import { createNotifications, type NotificationsDeps } from './notifications.ts';

export const SERVICE_WORKER_URL = '/sw.js';
/** A waiting version is looked for this often while the page is open. */
const UPDATE_EVERY_MS = 3_600_000;
/** … and on focus and return of the network, but not more often than this. */
const UPDATE_AGAIN_MS = 60_000;
/** When the new version has not taken over by then, loading the page again is what is left. */
const TAKE_OVER_MS = 3_000;

/** The part of a `Workbox` of workbox-window that is used. */
interface Registrar {
  register(options: { immediate: boolean }): Promise<ServiceWorkerRegistration | undefined>;
  messageSkipWaiting(): void;
}

/** The part of `navigator.serviceWorker` that is used. */
interface Container extends EventSource {
  readonly controller: unknown;
}

export interface PwaDeps {
  /** `navigator.serviceWorker`; undefined where the browser has none (private windows, plain http). */
  container: Container | undefined;
  /** The page's Trusted Types policy: it lets `/sw.js` pass. */
  trustedScriptUrl(url: string): string;
  /** `window`. */
  scope: EventSource;
  standalone: { readonly matches: boolean } & EventSource;
  clock: Clock;
  reload(): void;
  /** `window.launchQueue`; undefined where the browser has none. */
  launchQueue: LaunchQueue | undefined;
  address: LaunchPage['address'];
  tab: LaunchPage['tab'];
  navigator: BadgeNavigator & { readonly storage?: StoragePersistence };
  Notification: NotificationsDeps['Notification'];
  /** For tests; else workbox-window's. */
  createRegistrar?(url: string): Registrar;
}

/**
 * Whether a first version is on its way to take the page. Where one is active already and the page is not its own
 * (a hard reload), nothing will.
 */
function isComing(registration: ServiceWorkerRegistration | null): boolean {
  if (registration === null) return false;
  if (registration.active) return registration.active.state === 'activating';
  return Boolean(registration.installing ?? registration.waiting);
}

/** Not part of the first load: the page can be used before anything is registered. */
async function loadRegistrar(): Promise<(url: string) => Registrar> {
  const { Workbox } = await import('workbox-window');
  return (url) => new Workbox(url, { type: 'classic', scope: '/' });
}

export function createPwa(deps: PwaDeps): Pwa {
  const { container, scope, clock } = deps;
  const install = createInstallPrompt(scope, refresh);
  const launches = createLaunches(deps.launchQueue, deps, container);
  let registration: ServiceWorkerRegistration | null = null;
  let registrar: Registrar | null = null;
  /** Whether there is still something that may come to control the page. */
  let registering = container !== undefined;
  let hadController = Boolean(container?.controller);
  let reloading = false;
  let checkedAt = clock.monotonic();
  /** Whether a request for a background sync is on its way, and whether there is reason for one more after it. */
  let asking = false;
  let askAgain = false;
  let stopHourly = () => {};
  let stopTakeOver = () => {};
  const state = createStore<PwaState>(look());

  function look(): PwaState {
    const controlled = Boolean(container?.controller);
    const coming = registering || isComing(registration);
    const serviceWorker =
      container === undefined ? 'unsupported' : controlled ? 'controlling' : coming ? 'installing' : 'none';
    return {
      serviceWorker,
      // Without a controller the waiting version is the first one, and about to take the page by itself.
      updateReady: controlled && Boolean(registration?.waiting),
      canInstall: install.available(),
      standalone: deps.standalone.matches,
    };
  }

  function refresh(): void {
    const next = look();
    const now = state.get();
    const same = (Object.keys(next) as (keyof PwaState)[]).every((key) => next[key] === now[key]);
    if (!same) state.set(next);
  }

  function reload(): void {
    if (reloading) return;
    reloading = true;
    stopTakeOver();
    deps.reload();
  }

  function onControllerChange(): void {
    // A version takes over open pages only when some window asked for it (`applyUpdate`), or as the very first one.
    if (hadController) reload();
    hadController = true;
    refresh();
  }

  function watch(worker: ServiceWorker | null): void {
    worker?.addEventListener('statechange', refresh);
  }

  function onUpdateFound(): void {
    watch(registration?.installing ?? null);
    refresh();
  }

  async function register(): Promise<void> {
    try {
      const create = deps.createRegistrar ?? (await loadRegistrar());
      registrar = create(deps.trustedScriptUrl(SERVICE_WORKER_URL));
      registration = (await registrar.register({ immediate: true })) ?? null;
    } catch {
      // No script, a strict policy, a private window: the page works without.
    }
    registering = false;
    for (const worker of [registration?.installing, registration?.waiting]) watch(worker ?? null);
    // Not workbox-window's `waiting` event: it comes for the first update only (GoogleChrome/workbox#3285).
    registration?.addEventListener('updatefound', onUpdateFound);
    refresh();
  }

  function checkForUpdate(): void {
    if (registration === null || clock.monotonic() - checkedAt < UPDATE_AGAIN_MS) return;
    checkedAt = clock.monotonic();
    registration.update().catch(() => {
      // Offline, or the server is away: there is another time.
    });
  }

  function hourly(): void {
    checkForUpdate();
    stopHourly = clock.after(UPDATE_EVERY_MS, hourly);
  }

  async function requestOutboxSync(): Promise<void> {
    const { sync } = (registration ?? {}) as { sync?: SyncManager };
    askAgain = true;
    if (sync === undefined || asking) return;
    asking = true;
    while (askAgain) {
      askAgain = false;
      // Refused by the person, or no active version yet: what is queued goes out when the app is open.
      await sync.register(OUTBOX_SYNC_TAG).catch(() => {});
    }
    asking = false;
  }

  container?.addEventListener('controllerchange', onControllerChange);
  deps.standalone.addEventListener('change', refresh);
  scope.addEventListener('focus', checkForUpdate);
  scope.addEventListener('online', checkForUpdate);
  if (container !== undefined) {
    void register();
    stopHourly = clock.after(UPDATE_EVERY_MS, hourly);
  }

  return {
    state,
    settled(timeoutMs) {
      return new Promise((resolve) => {
        const finish = () => {
          stopTimer();
          unsubscribe();
          resolve();
        };
        const check = () => {
          if (state.get().serviceWorker !== 'installing') finish();
        };
        const stopTimer = clock.after(timeoutMs, finish);
        const unsubscribe = state.subscribe(check);
        check();
      });
    },
    applyUpdate() {
      // What waits now, not what an event once named: a newer version may have replaced it. Where none waits any
      // more, another window has taken it, and this one only has to load again.
      if (!registration?.waiting) return reload();
      registrar?.messageSkipWaiting();
      stopTakeOver();
      stopTakeOver = clock.after(TAKE_OVER_MS, reload);
    },
    async install() {
      const accepted = await install.show();
      // Whoever installs means to come back to what is kept here.
      if (accepted) void keepStorage(deps.navigator.storage);
      return accepted;
    },
    onLaunch: launches.subscribe,
    notifications: createNotifications({
      Notification: deps.Notification,
      registration: () => registration,
    }),
    showBadge: (count) => showBadge(deps.navigator, count),
    keepStorage: () => keepStorage(deps.navigator.storage),
    requestOutboxSync: () => void requestOutboxSync(),
    close() {
      launches.close();
      stopHourly();
      stopTakeOver();
      install.close();
      registration?.removeEventListener('updatefound', onUpdateFound);
      container?.removeEventListener('controllerchange', onControllerChange);
      deps.standalone.removeEventListener('change', refresh);
      scope.removeEventListener('focus', checkForUpdate);
      scope.removeEventListener('online', checkForUpdate);
    },
  };
}

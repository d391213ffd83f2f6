import { describe, expect, it } from 'vitest';
import { createFakeClock, flush } from '../shared/test-doubles.ts';
import { showBadge } from './badge.ts';
import { createPwa, SERVICE_WORKER_URL } from './index.ts';
import { keepStorage } from './keep-storage.ts';
import { createNotifications } from './notifications.ts';

class FakeRegistration extends EventTarget {
  installing: EventTarget | null = null;
  waiting: EventTarget | null = null;
  active: { state: string } | null = null;
  updates = 0;
  async update() {
    this.updates += 1;
    throw new TypeError('offline');
  }
  /** A version is found, and waits once it is installed. */
  find(): void {
    const worker = new EventTarget();
    this.installing = worker;
    this.dispatchEvent(new Event('updatefound'));
    this.installing = null;
    this.waiting = worker;
    worker.dispatchEvent(new Event('statechange'));
  }
}

interface Options {
  supported?: boolean;
  controlled?: boolean;
  fails?: boolean;
  takesOver?: boolean;
}

function setUp({ supported = true, controlled = false, fails = false, takesOver = true }: Options = {}) {
  const clock = createFakeClock();
  const registration = new FakeRegistration();
  const container = Object.assign(new EventTarget(), { controller: controlled ? {} : null });
  const scope = new EventTarget();
  const urls: string[] = [];
  let reloads = 0;
  const control = () => {
    container.controller = {};
    registration.waiting = null;
    container.dispatchEvent(new Event('controllerchange'));
  };
  const pwa = createPwa({
    launchQueue: undefined,
    address: () => 'https://app.example/',
    tab: null,
    navigator: {},
    Notification: undefined,
    container: supported ? container : undefined,
    trustedScriptUrl: (url) => {
      urls.push(url);
      return url;
    },
    scope,
    standalone: Object.assign(new EventTarget(), { matches: false }),
    clock,
    reload: () => {
      reloads += 1;
    },
    createRegistrar: () => ({
      async register() {
        if (fails) throw new DOMException('blocked', 'SecurityError');
        return registration as unknown as ServiceWorkerRegistration;
      },
      messageSkipWaiting() {
        if (takesOver) control();
      },
    }),
  });
  return { pwa, clock, registration, container, scope, control, urls, reloads: () => reloads };
}

describe('pwa: the service worker', () => {
  it('says that a browser without service workers has none, and waits for nothing', async () => {
    const { pwa } = setUp({ supported: false });
    expect(pwa.state.get().serviceWorker).toBe('unsupported');
    await pwa.settled(10_000);
  });

  it('takes a registration that fails for no service worker, and waits for nothing', async () => {
    const { pwa } = setUp({ fails: true });
    await pwa.settled(10_000);
    expect(pwa.state.get().serviceWorker).toBe('none');
  });

  it('registers through the Trusted Types policy, and does not reload when the first version takes the page', async () => {
    const { pwa, registration, control, urls, reloads } = setUp();
    expect(urls).toEqual([SERVICE_WORKER_URL]);
    registration.installing = new EventTarget();
    await flush();
    expect(pwa.state.get().serviceWorker).toBe('installing');
    const settled = pwa.settled(10_000);
    control();
    await settled;
    expect(pwa.state.get()).toMatchObject({ serviceWorker: 'controlling', updateReady: false });
    expect(reloads()).toBe(0);
  });

  it('does not wait longer than it is told', async () => {
    const { pwa, registration, clock } = setUp();
    registration.installing = new EventTarget();
    await flush();
    const settled = pwa.settled(500);
    clock.advance(500);
    await settled;
    expect(pwa.state.get().serviceWorker).toBe('installing');
  });

  it('does not wait after a hard reload, which the active version does not control', async () => {
    const { pwa, registration } = setUp();
    registration.active = { state: 'activated' };
    registration.waiting = new EventTarget();
    await pwa.settled(10_000);
    expect(pwa.state.get().serviceWorker).toBe('none');
  });
});

describe('pwa: updates', () => {
  it('offers every waiting version, and reloads once it has taken over', async () => {
    const { pwa, registration, reloads } = setUp({ controlled: true });
    await flush();
    registration.find();
    registration.find();
    expect(pwa.state.get().updateReady).toBe(true);
    expect(reloads()).toBe(0);
    pwa.applyUpdate();
    expect(reloads()).toBe(1);
  });

  it('reloads anyway when the new version does not take over within 3 s', async () => {
    const { pwa, registration, clock, reloads } = setUp({ controlled: true, takesOver: false });
    await flush();
    registration.find();
    pwa.applyUpdate();
    clock.advance(2_999);
    expect(reloads()).toBe(0);
    clock.advance(1);
    expect(reloads()).toBe(1);
  });

  it('reloads once when another window took the update', async () => {
    const { registration, control, reloads } = setUp({ controlled: true });
    await flush();
    registration.find();
    control();
    control();
    expect(reloads()).toBe(1);
  });

  it('looks for a new version on focus, on return of the network and hourly, and minds no failure', async () => {
    const { registration, scope, clock } = setUp({ controlled: true });
    await flush();
    scope.dispatchEvent(new Event('focus'));
    expect(registration.updates).toBe(0);
    clock.advance(60_000);
    scope.dispatchEvent(new Event('focus'));
    scope.dispatchEvent(new Event('focus'));
    expect(registration.updates).toBe(1);
    clock.advance(60_000);
    scope.dispatchEvent(new Event('online'));
    expect(registration.updates).toBe(2);
    clock.advance(3_600_000);
    expect(registration.updates).toBe(3);
    await flush();
  });

  it('leaves nothing behind when it is closed', async () => {
    const { pwa, clock, control, reloads } = setUp({ controlled: true });
    await flush();
    pwa.close();
    control();
    expect(reloads()).toBe(0);
    expect(clock.pendingTimers()).toBe(0);
  });
});

describe('pwa: installation', () => {
  it.each(['accepted', 'dismissed'] as const)('shows the offer of the browser once: %s', async (outcome) => {
    const { pwa, scope } = setUp();
    expect(await pwa.install()).toBe(false);
    const offer = Object.assign(new Event('beforeinstallprompt', { cancelable: true }), {
      prompt: async () => {},
      userChoice: Promise.resolve({ outcome }),
    });
    scope.dispatchEvent(offer);
    expect(offer.defaultPrevented).toBe(true);
    expect(pwa.state.get().canInstall).toBe(true);
    expect(await pwa.install()).toBe(outcome === 'accepted');
    expect(pwa.state.get().canInstall).toBe(false);
  });
});

describe('what an installed app has', () => {
  it('shows a number on the icon, and clears it', () => {
    const shown: (number | null)[] = [];
    const icon = {
      setAppBadge: async (count: number) => void shown.push(count),
      clearAppBadge: async () => void shown.push(null),
    };
    showBadge(icon, 3);
    showBadge(icon, 0);
    expect(shown).toEqual([3, null]);
    expect(() => showBadge({}, 1)).not.toThrow();
    expect(() => showBadge({ setAppBadge: () => Promise.reject(new Error('no app')) }, 1)).not.toThrow();
  });

  it('asks once for storage that stays, and lives with a no', async () => {
    let asked = 0;
    const persist = async () => {
      asked += 1;
      return false;
    };
    expect(await keepStorage({ persisted: async () => true, persist })).toBe(true);
    expect(asked).toBe(0);
    expect(await keepStorage({ persisted: async () => false, persist })).toBe(false);
    expect(asked).toBe(1);
    expect(await keepStorage({ persisted: () => Promise.reject(new Error('closed')) })).toBe(false);
    expect(await keepStorage(undefined)).toBe(false);
  });

  it('shows notifications only where the person agreed', async () => {
    const shown: unknown[] = [];
    const registration = {
      showNotification: async (title: string, options: NotificationOptions) =>
        void shown.push([title, options.data]),
    } as unknown as ServiceWorkerRegistration;
    const api: { permission: NotificationPermission; requestPermission(): Promise<NotificationPermission> } =
      {
        permission: 'default',
        async requestPermission() {
          api.permission = 'granted';
          return 'granted';
        },
      };
    const event = { title: 'orders', body: '{"n":1}', path: '/c/default/orders', tag: 'rule-1' };
    const notifications = createNotifications({ Notification: api, registration: () => registration });
    expect(notifications.state()).toBe('ask');
    await notifications.show(event);
    expect(await notifications.ask()).toBe('granted');
    await notifications.show(event);
    expect(shown).toEqual([['orders', { path: '/c/default/orders' }]]);
    expect(createNotifications({ Notification: undefined, registration: () => registration }).state()).toBe(
      'unsupported',
    );
    expect(createNotifications({ Notification: api, registration: () => null }).state()).toBe('unsupported');
  });
});

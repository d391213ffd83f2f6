/** Everything that happens to connections and sessions in a campaign. Each fault leaves all as it should be. */

import type { Page } from 'playwright';
import { rendererOf } from '../../e2e/support/renderer.ts';
import type { WiredApp } from '../../e2e/support/wired.ts';
import { lasting } from '../support/both.ts';
import { inPage, open } from '../support/browser.ts';
import type { Side } from './side.ts';

export interface Scene {
  app: WiredApp;
  /** The browser that it happens to, where it happens to one. */
  side: Side;
  /** One of its tabs. */
  victim: Page;
  /** Chooses by the campaign's seed. */
  pick<T>(of: readonly [T, ...T[]]): T;
  /** Waits for a time between the two, by the seed; seconds. */
  during(from: number, to: number): Promise<void>;
  /** Ends the process of the Event API and of the provider, and starts it again; nothing reaches it meanwhile. */
  restartService(): Promise<void>;
}

type Fault = (scene: Scene) => Promise<void>;

const silence =
  (directions: 'both' | 'up' | 'down', which: 'open' | 'all'): Fault =>
  async ({ app, during }) => {
    app.wire.silence(directions, which);
    await during(1, 12);
    app.wire.mend();
  };

/** A switch of the Event API, with all sockets of the browsers closed at its beginning: the listener's stays. */
const service =
  (on: object, off: object): Fault =>
  async ({ app, during }) => {
    await app.far.faults({ events: on });
    app.wire.cut('end');
    await during(1, 5);
    await app.far.faults({ events: off });
  };

const onNetwork: Record<string, Fault> = {
  'sockets reset': async ({ app }) => app.wire.cut('reset'),
  'sockets closed': async ({ app }) => app.wire.cut('end'),
  'cut inside a frame': async ({ app }) => app.wire.cutAfter(40),
  'silent both ways': silence('both', 'open'),
  'silent downwards': silence('down', 'open'),
  'silent upwards': silence('up', 'open'),
  'nothing passes': silence('both', 'all'),
  async refused({ app, during }) {
    app.wire.refuse(true);
    app.wire.cut('reset');
    await during(1, 6);
    app.wire.refuse(false);
  },
  async 'a slow line'({ app, during }) {
    app.wire.slow(3_000);
    await during(1, 4);
    app.wire.mend();
  },
  async 'a long way'({ app, during }) {
    app.wire.delay(150);
    app.wire.cut('reset');
    await during(2, 5);
    app.wire.mend();
  },
};

const atService: Record<string, Fault> = {
  'service restarted': ({ restartService }) => restartService(),
  'no acknowledgement of connections': service(
    { withholdConnectionAck: true },
    { withholdConnectionAck: false },
  ),
  'no acknowledgement of subscriptions': service(
    { withholdSubscribeAck: true },
    { withholdSubscribeAck: false },
  ),
  'late acknowledgements': service({ ackDelayMs: 800 }, { ackDelayMs: 0 }),
  async 'answers to publishes lost'({ app, during }) {
    await app.far.faults({ events: { publish: 'lose' } });
    await during(1, 3);
    await app.far.faults({ events: { publish: 'ok' } });
  },
  async 'publishes throttled'({ app, during }) {
    await app.far.faults({ events: { publishPerSecond: 25 } });
    await during(1, 3);
    await app.far.faults({ events: { publishPerSecond: 0 } });
  },
};

const inSession: Record<string, Fault> = {
  async 'tokens expired'({ app }) {
    await app.far.expireTokens();
    app.wire.cut('end');
  },
  async 'provider away while tokens expire'({ app, pick, during }) {
    const mode = pick(['unavailable', 'hang', 'refuse', 'nonsense'] as const);
    await app.far.faults({ provider: { mode } });
    await app.far.expireTokens();
    app.wire.cut('end');
    await during(1, 5);
    await app.far.faults({ provider: { mode: 'ok' } });
  },
  'app’s server restarted': ({ app }) => app.restart(),
  async 'app’s server out of reach'({ app, during }) {
    app.proxy.cut();
    app.wire.cut('end');
    await during(1, 5);
    app.proxy.mend();
  },
  'service worker ended': async ({ side }) => void (await side.warden.send('ServiceWorker.stopAllWorkers')),
};

const toTabs: Record<string, Fault> = {
  'tab closed': ({ victim }) => victim.close(),
  async 'tab crashed'({ victim }) {
    const gone = new Promise((resolve) => victim.once('crash', resolve));
    const devtools = await victim.context().newCDPSession(victim);
    devtools.send('Page.crash').catch(() => {});
    await gone;
    await victim.close();
  },
  async 'tab loaded anew'({ victim }) {
    await open(victim, victim.url());
  },
  async 'tab in the back/forward cache'({ app, victim, during }) {
    const address = victim.url();
    await victim.goto(`${app.origin}/healthz`);
    await during(1, 5);
    // Not back: Playwright loses pages that come out of the cache.
    await open(victim, address);
  },
  async 'tab frozen'({ victim, during }) {
    const devtools = await victim.context().newCDPSession(victim);
    await devtools.send('Page.setWebLifecycleState', { state: 'frozen' });
    await during(1, 6);
    await devtools.send('Page.setWebLifecycleState', { state: 'active' });
    await devtools.detach();
  },
  async 'process of a tab stopped'({ victim, during }) {
    const pid = await rendererOf(victim);
    process.kill(pid, 'SIGSTOP');
    try {
      await during(1, 6);
    } finally {
      process.kill(pid, 'SIGCONT');
    }
  },
  async 'leader moved'({ victim }) {
    await inPage(victim, (bench) => bench.lead());
    // As long as a planned change takes.
    await lasting(4_000);
  },
  async 'browser offline'({ side, during }) {
    await side.context.setOffline(true);
    await during(1, 5);
    await side.context.setOffline(false);
  },
};

export const FAULTS: Readonly<Record<string, Fault>> = {
  ...onNetwork,
  ...atService,
  ...inSession,
  ...toTabs,
};
/** Those of a tab are hardest on one that leads. */
export const HITS_TABS: ReadonlySet<string> = new Set(Object.keys(toTabs));
/** After which no token is taken until one is renewed by force. */
export const ENDS_TOKENS: ReadonlySet<string> = new Set([
  'tokens expired',
  'provider away while tokens expire',
]);

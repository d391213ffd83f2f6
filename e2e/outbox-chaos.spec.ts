/**
 * Thousands of publishes from three tabs over five channels while tabs are closed and crash, the service worker is
 * ended, answers get lost, the service throttles and the network goes: at random, by a seed that is printed. Whatever
 * a tab was told is queued reaches the far end; after second copies are dropped by id, once and in order.
 *
 * OUTBOX_CHAOS_PUBLISHES: how many (600; the full run is 10,000). OUTBOX_CHAOS_SEED: which schedule.
 */
import { randomInt, randomUUID } from 'node:crypto';
import type { BrowserContext, CDPSession, Page } from '@playwright/test';
import { type App, expect, live, signIn, test, upTo } from './support/fixtures.ts';
import { listen } from './support/listener.ts';
import { buildPublisher, type PublisherWindow } from './support/outbox-publisher.ts';

const TOTAL = Number(process.env.OUTBOX_CHAOS_PUBLISHES ?? 600);
const SEED = Number(process.env.OUTBOX_CHAOS_SEED ?? randomInt(2 ** 31));
const CHANNELS = upTo(5).map((n) => `default/chaos-${n}`);
const TABS = 3;
/** Publishes that a tab makes between two faults: the whole run has at least 20 faults, each kind twice or more. */
const CHUNK = Math.min(25, Math.max(1, Math.floor(TOTAL / (20 * TABS))));

/** A published event: its id, the tab's life that published it, and its place in that. */
interface Item {
  id: string;
  by: string;
  n: number;
}

/** mulberry32: small, seeded, good enough to choose faults. */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

test.use({ bypassCSP: true });
test.setTimeout(60_000 + TOTAL * 60);

test('whatever was queued arrives, once and in order', async ({ app, context, page }, info) => {
  const random = createRandom(SEED);
  const pick = <T>(of: readonly T[]): T => of[Math.floor(random() * of.length)] as T;
  info.annotations.push({ type: 'seed', description: String(SEED) });
  console.log(`seed ${SEED}, ${TOTAL} publishes`);
  const script = await buildPublisher();
  const far = await listen(app, CHANNELS);
  const queued: (Item & { channel: string })[] = [];
  const faults: Record<string, number> = {};
  /** Faults to come: each kind once before any comes again. */
  let bag: (typeof FAULTS)[number][] = [];
  let lives = 0;
  let made = 0;

  await context.exposeBinding('tellQueued', (_source, item: Item & { channel: string }) => {
    queued.push(item);
  });
  await signIn(page, app);
  await live(page);
  const warden = await context.newCDPSession(page);
  await warden.send('ServiceWorker.enable');

  async function openTab(): Promise<{ page: Page; by: string; n: number }> {
    const tab = await context.newPage();
    await tab.goto(app.origin);
    await tab.addScriptTag({ content: script, type: 'module' });
    await tab.waitForFunction(() => 'publisher' in window);
    lives += 1;
    return { page: tab, by: `tab ${lives}`, n: 0 };
  }

  /** One tab's next publishes. A tab that dies meanwhile has said of those that are queued that they are. */
  function publishSome(tab: { page: Page; by: string; n: number }): Promise<void> {
    const items = upTo(Math.min(CHUNK, TOTAL - made)).map(() => {
      tab.n += 1;
      made += 1;
      const channel = pick(CHANNELS);
      return { channel, event: { id: randomUUID(), by: tab.by, n: tab.n, channel } };
    });
    return tab.page
      .evaluate((list) => {
        const { publisher, tellQueued } = window as unknown as PublisherWindow & {
          tellQueued(item: unknown): void;
        };
        return publisher.publishAll(list, tellQueued);
      }, items)
      .catch(() => {});
  }

  const tabs = await Promise.all(upTo(TABS).map(openTab));
  while (made < TOTAL) {
    const working = tabs.map(publishSome);
    if (bag.length === 0) bag = [...FAULTS].sort(() => random() - 0.5);
    const fault = bag.pop() ?? 'none';
    faults[fault] = (faults[fault] ?? 0) + 1;
    const hurt = Math.floor(random() * TABS);
    await inflict(fault, { app, context, warden, tab: tabs[hurt]?.page ?? page, ms: 200 + random() * 800 });
    await Promise.all(working);
    if (fault === 'close' || fault === 'crash') tabs[hurt] = await openTab();
  }
  const published = Date.now();

  const key = ({ id }: Item): string => id;
  const heard = (): Item[] => far.heard.map(({ event }) => event as Item);
  await expect
    .poll(
      () => {
        const arrived = new Set(heard().map(key));
        return queued.filter((item) => !arrived.has(item.id)).length;
      },
      { timeout: 30_000 + TOTAL * 30, intervals: [500] },
    )
    .toBe(0);

  const drained = (Date.now() - published) / 1000;
  const told = new Set(queued.map(key));
  let disordered = 0;
  for (const channel of CHANNELS) {
    const seen = new Set<string>();
    const last = new Map<string, number>();
    for (const { channel: on, event } of far.heard) {
      const item = event as Item;
      if (on !== channel || seen.has(item.id)) continue;
      seen.add(item.id);
      if (item.n <= (last.get(item.by) ?? 0)) disordered += 1;
      last.set(item.by, item.n);
    }
  }
  const { httpPublishes } = (await app.far.stats()).events;
  const copies = far.heard.length - new Set(heard().map(key)).size;
  console.log(
    `queued ${told.size} of ${made}; delivered ${far.heard.length} in ${httpPublishes} requests, ` +
      `${copies} second copies; out of order ${disordered}; ${lives} tabs; ` +
      `drained ${drained.toFixed(1)} s after the last publish; faults ${JSON.stringify(faults)}`,
  );
  expect(disordered).toBe(0);
  expect(told.size).toBeGreaterThan(TOTAL / 2);
  far.close();
});

const FAULTS = ['none', 'close', 'crash', 'worker', 'lose', 'network', 'throttle'] as const;

interface Victim {
  app: App;
  context: BrowserContext;
  warden: CDPSession;
  tab: Page;
  ms: number;
}

async function inflict(
  fault: (typeof FAULTS)[number],
  { app, context, warden, tab, ms }: Victim,
): Promise<void> {
  const pause = () => new Promise((resolve) => setTimeout(resolve, ms));
  switch (fault) {
    case 'none':
      return;
    case 'close':
      await tab.close();
      return;
    case 'crash': {
      const gone = new Promise((resolve) => tab.once('crash', resolve));
      const devtools = await context.newCDPSession(tab);
      devtools.send('Page.crash').catch(() => {});
      await gone;
      await tab.close();
      return;
    }
    case 'worker':
      await warden.send('ServiceWorker.stopAllWorkers');
      return;
    case 'lose':
      await app.far.faults({ events: { publish: 'lose' } });
      await pause();
      await app.far.faults({ events: { publish: 'ok' } });
      return;
    case 'network':
      // Cut at both far ends. The browser's own switch does not come back from a service worker that is just ending.
      app.proxy.cut();
      await app.far.faults({ events: { refuseConnections: true } });
      await pause();
      await app.far.faults({ events: { refuseConnections: false } });
      app.proxy.mend();
      return;
    case 'throttle':
      await app.far.faults({ events: { publishPerSecond: 5 } });
      await pause();
      await app.far.faults({ events: { publishPerSecond: 0 } });
  }
}

/**
 * How long the connection takes to survive a fault, against the bounds that it promises (docs/connection.md). All
 * times are wall clock of one machine: from the moment of the fault (the cut, the kill, the `pagehide` of the closed
 * page) to when a surviving page, listening on the line itself, heard of what is measured.
 */
import type { Browser, BrowserContext, Page } from '@playwright/test';
import { CHROMIUM, CHROMIUM_ARGS } from '../scripts/chromium.mjs';
import { expect, live, signIn, subscribed, without } from './support/fixtures.ts';
import { expectHonest } from './support/honesty.ts';
import { type Heard, lastHeard, momentHeard, tellLeaving, watchLine } from './support/line-watch.ts';
import { type Published, publishSteadily } from './support/publisher.ts';
import { rendererOf } from './support/renderer.ts';
import { type Measured, measure, type TimedRow } from './support/timings.ts';
import { test, type WiredApp } from './support/wired.ts';

// Playwright turns the back/forward cache off.
test.use({
  launchOptions: {
    executablePath: CHROMIUM,
    args: CHROMIUM_ARGS,
    ignoreDefaultArgs: ['--disable-back-forward-cache'],
  },
});

const CHANNEL = 'default/one';
const WORKER = 'SharedWorker';
const TAB = 'elected tab';
const HOSTS = [WORKER, TAB] as const;
// Until a leader that hangs is challenged.

interface Stage {
  app: WiredApp;
  context: BrowserContext;
  /** Leads, or has started the SharedWorker. */
  first: Page;
  /** Watches the line. */
  survivor: Page;
}

/** A test that takes one row, every run in a browser profile of its own with two tabs that are live. */
function row(timed: TimedRow, run: (stage: Stage) => Promise<Measured>): void {
  test(`${timed.fault} (${timed.host})`, async ({ wired, browser }) => {
    // Else the app's own pages, which are never stored anywhere, do not go into the back/forward cache.
    wired.proxy.letPagesBeCached();
    await measure(timed, async () => {
      const stage = await setStage(wired, browser, timed.host);
      try {
        return await run(stage);
      } finally {
        wired.wire.mend();
        await stage.context.close();
      }
    });
  });
}

async function setStage(app: WiredApp, browser: Browser, host: string): Promise<Stage> {
  const context = await browser.newContext();
  if (host === TAB) await without(context, 'SharedWorker');
  const first = await context.newPage();
  await signIn(first, app, 'ada', `/c/${CHANNEL}`);
  await live(first);
  const survivor = await context.newPage();
  await survivor.goto(`${app.origin}/c/${CHANNEL}`);
  await live(survivor);
  await subscribed(app, [CHANNEL]);
  await watchLine(survivor);
  await tellLeaving(first);
  return { app, context, first, survivor };
}

/** When the survivor first heard of a status that `is` true of. */
function statusHeard(
  survivor: Page,
  what: string,
  is: (status: Heard['statuses'][number]) => boolean,
): Promise<number> {
  return momentHeard(survivor, what, ({ statuses }) => statuses.find(is)?.at);
}

/** When the survivor heard a first event that was published after `since`. */
function eventHeard(survivor: Page, published: readonly Published[], since: number): Promise<number> {
  return momentHeard(survivor, 'an event from after the fault', ({ events }) => {
    const after = new Set(published.filter(({ sentAt }) => sentAt > since).map(({ n }) => n));
    return events.find(({ n }) => after.has(n))?.at;
  });
}

const leftAt = (survivor: Page): Promise<number> =>
  momentHeard(survivor, 'pagehide', ({ left }) => left[0]?.at);

/** Resolves when `ms` have passed: the length of an outage. */
async function lasting(ms: number): Promise<void> {
  const begun = performance.now();
  await expect.poll(() => performance.now() - begun, { timeout: ms + 5_000 }).toBeGreaterThan(ms);
}

async function kill(page: Page): Promise<number> {
  const pid = await rendererOf(page);
  const at = Date.now();
  process.kill(pid, 'SIGKILL');
  return at;
}

const gapShown = (survivor: Page): Promise<void> =>
  expect(survivor.getByRole('log')).toContainText('Not listening');

async function close(page: Page, survivor: Page): Promise<number> {
  await page.close();
  return leftAt(survivor);
}

for (const [fault, end] of [
  ['leading tab closed', close],
  ['renderer of the leading tab killed', kill],
] as const) {
  row(
    { fault, host: TAB, bounds: { 'new leader heard': 100, 'all channels live': 600 } },
    async ({ first, survivor }) => {
      const { epoch } = await lastHeard(survivor);
      const at = await end(first, survivor);
      const led = await statusHeard(survivor, 'a new leader', (status) => status.epoch > epoch);
      const back = await statusHeard(survivor, 'live', (status) => status.epoch > epoch && status.live);
      await gapShown(survivor);
      return { 'new leader heard': led - at, 'all channels live': back - at };
    },
  );
}

row(
  {
    fault: 'tab that created the worker closed',
    host: WORKER,
    bounds: { 'events lost': 0, 'new sockets': 0 },
    unit: 'count',
  },
  async ({ app, first, survivor }) => {
    const { socketsOpened } = (await app.far.stats()).events;
    const publisher = publishSteadily(app.far, CHANNEL);
    const hears = (n: number) =>
      momentHeard(survivor, `event ${n}`, ({ events }) => events.find((event) => event.n >= n)?.at);
    await hears(25);
    await first.close();
    await hears(publisher.published.length + 25);
    await publisher.stop();
    await hears(publisher.published.length);
    const account = await expectHonest(survivor, CHANNEL, publisher.published);
    const { events } = await app.far.stats();
    return { 'events lost': account.missing.length, 'new sockets': events.socketsOpened - socketsOpened };
  },
);

row(
  {
    fault: 'renderer of the tab that created the worker killed',
    host: WORKER,
    bounds: { 'all channels live': 1_000 },
  },
  async ({ first, survivor }) => {
    const { epoch } = await lastHeard(survivor);
    const at = await kill(first);
    const back = await statusHeard(survivor, 'live', (status) => status.epoch > epoch && status.live);
    await gapShown(survivor);
    return { 'all channels live': back - at };
  },
);

/** Stops `first` without closing it; resolves with when, and how to let it go on. */
type Stop = (stage: Stage) => Promise<{ at: number; goOn(): Promise<void> }>;

const STOPS: Record<string, Stop> = {
  'leading page in the back/forward cache': async ({ app, first, survivor }) => {
    await first.goto(`${app.origin}/healthz`);
    const cached = await momentHeard(
      survivor,
      'a page that may be cached',
      ({ left }) => left.find(({ persisted }) => persisted)?.at,
    );
    return { at: cached, goOn: async () => {} };
  },
  'leading page frozen by the browser': async ({ context, first }) => {
    const session = await context.newCDPSession(first);
    const at = Date.now();
    await session.send('Page.setWebLifecycleState', { state: 'frozen' });
    return {
      at,
      goOn: async () => void (await session.send('Page.setWebLifecycleState', { state: 'active' })),
    };
  },
  'process of the leading page stopped': async ({ first }) => {
    const pid = await rendererOf(first);
    const at = Date.now();
    process.kill(pid, 'SIGSTOP');
    return { at, goOn: async () => void process.kill(pid, 'SIGCONT') };
  },
};

for (const [fault, stop] of Object.entries(STOPS)) {
  for (const host of HOSTS) {
    row({ fault, host, bounds: { 'another tab hears events': 3_000 } }, async (stage) => {
      const { app, survivor } = stage;
      const publisher = publishSteadily(app.far, CHANNEL);
      const { at, goOn } = await stop(stage);
      try {
        // What was on its way at that moment may still have been passed on by the stopped leader.
        const heard = await eventHeard(survivor, publisher.published, at + 50);
        await live(survivor);
        return { 'another tab hears events': heard - at };
      } finally {
        await publisher.stop();
        await goOn();
      }
    });
  }
}

for (const host of HOSTS) {
  row(
    {
      fault: 'all sockets dropped',
      host,
      bounds: { 'RST: all channels live': 1_000, 'FIN: all channels live': 1_000 },
    },
    async ({ app, survivor }) => ({
      'RST: all channels live': await liveAfterCut(app, survivor, 'reset'),
      'FIN: all channels live': await liveAfterCut(app, survivor, 'end'),
    }),
  );

  row(
    { fault: 'Events server restarted, 5 s away', host, bounds: { 'all channels live': 1_000 } },
    async ({ app, survivor }) => {
      const { reconnects } = await lastHeard(survivor);
      app.wire.refuse(true);
      await Promise.all([lasting(5_000), app.service.stop().then(app.service.start)]);
      const at = Date.now();
      app.wire.refuse(false);
      const back = await statusHeard(survivor, 'live', (now) => now.live && now.reconnects > reconnects);
      await subscribed(app, [CHANNEL]);
      await gapShown(survivor);
      return { 'all channels live': back - at };
    },
  );

  row(
    { fault: 'socket silent, visible and idle', host, bounds: { 'replaced and live': 12_000 } },
    async ({ app, survivor }) => {
      const { reconnects } = await lastHeard(survivor);
      // The worst case: something was heard a moment ago.
      await app.far.publish(CHANNEL, [{ n: 1 }]);
      await momentHeard(survivor, 'the event', ({ events }) => events[0]?.at);
      const at = Date.now();
      app.wire.silence('both', 'open');
      const back = await statusHeard(survivor, 'live', (now) => now.live && now.reconnects > reconnects);
      await gapShown(survivor);
      return { 'replaced and live': back - at };
    },
  );

  row(
    {
      fault: 'socket silent, after a wake trigger',
      host,
      bounds: { 'both ways, online': 4_000, 'only down, focus': 4_000, 'only up, visible': 4_000 },
    },
    async ({ app, survivor }) => ({
      'both ways, online': await wakeTime(app, survivor, 'both', 'online'),
      'only down, focus': await wakeTime(app, survivor, 'down', 'focus'),
      'only up, visible': await wakeTime(app, survivor, 'up', 'visibilitychange'),
    }),
  );

  row(
    {
      fault: 'tab with a channel of its own ends',
      host,
      bounds: { 'closed: subscription gone': 100, 'killed: subscription gone': 100 },
    },
    async (stage) => ({
      'closed: subscription gone': await subscriptionGone(stage, close),
      'killed: subscription gone': await subscriptionGone(stage, kill),
    }),
  );
}

/** From the cut to live on another socket. Milliseconds. */
async function liveAfterCut(app: WiredApp, survivor: Page, how: 'reset' | 'end'): Promise<number> {
  const { reconnects } = await lastHeard(survivor);
  const at = Date.now();
  app.wire.cut(how);
  const back = await statusHeard(survivor, 'live', (now) => now.live && now.reconnects > reconnects);
  await subscribed(app, [CHANNEL]);
  return back - at;
}

/** From the trigger, in the page, to live on another socket. Milliseconds. */
async function wakeTime(
  app: WiredApp,
  survivor: Page,
  silent: 'both' | 'up' | 'down',
  trigger: 'online' | 'focus' | 'visibilitychange',
): Promise<number> {
  const { reconnects } = await lastHeard(survivor);
  app.wire.silence(silent, 'open');
  const at = await survivor.evaluate((type) => {
    const now = Date.now();
    (type === 'visibilitychange' ? document : window).dispatchEvent(new Event(type));
    return now;
  }, trigger);
  const back = await statusHeard(survivor, 'live', (now) => now.live && now.reconnects > reconnects);
  app.wire.mend();
  return back - at;
}

/** From the end of a tab that alone wanted a channel to when the service counts no subscription to it. Milliseconds. */
async function subscriptionGone(
  { app, context, survivor }: Stage,
  end: (page: Page, survivor: Page) => Promise<number>,
): Promise<number> {
  const channel = 'default/two';
  const tab = await context.newPage();
  await tab.goto(`${app.origin}/c/${channel}`);
  await live(tab);
  await subscribed(app, [channel]);
  await tellLeaving(tab);
  const ending = end(tab, survivor);
  const begun = performance.now();
  let gone = false;
  // Asked without a pause: the answers are a few milliseconds apart.
  while (!gone && performance.now() - begun < 10_000) {
    const { events } = await app.far.stats();
    gone = events.sockets.every(({ subscriptions }) =>
      subscriptions.every(({ channel: name }) => !name.endsWith(channel)),
    );
  }
  expect(gone, 'the subscription is gone').toBe(true);
  return Date.now() - (await ending);
}

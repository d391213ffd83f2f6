/**
 * The leading page or worker stops without a word: its process hangs, or the page lies in the back/forward cache.
 * In a file of its own: the browser starts with its back/forward cache.
 */
import type { Page } from '@playwright/test';
import { CHROMIUM, CHROMIUM_ARGS } from '../scripts/chromium.mjs';
import { type App, expect, live, shown, signIn, subscribed, test, without } from './support/fixtures.ts';
import { expectHonest } from './support/honesty.ts';
import { publishSteadily } from './support/publisher.ts';
import { rendererOf } from './support/renderer.ts';

const CHANNEL = 'default/one';

test.use({
  launchOptions: {
    executablePath: CHROMIUM,
    args: CHROMIUM_ARGS,
    // Playwright turns it off.
    ignoreDefaultArgs: ['--disable-back-forward-cache'],
  },
});

/** The page that leads (or whose process the worker lives in), and another one; both are live. */
async function twoTabs(page: Page, app: App): Promise<[Page, Page]> {
  await signIn(page, app, 'ada', `/c/${CHANNEL}`);
  await live(page);
  return [page, await openBeside(page, app)];
}

async function openBeside(page: Page, app: App): Promise<Page> {
  const other = await page.context().newPage();
  await other.goto(`${app.origin}/c/${CHANNEL}`);
  await live(other);
  await subscribed(app, [CHANNEL]);
  return other;
}

/**
 * A page that was started without a network, and is live since. It came from the device, so the browser may keep it
 * in its back/forward cache; one that came from the server says `no-store`.
 */
async function startOffline(page: Page, app: App): Promise<void> {
  await signIn(page, app, 'ada', `/c/${CHANNEL}`);
  await live(page);
  await page.evaluate(async () => void (await navigator.serviceWorker.ready));
  await page.context().setOffline(true);
  await page.goto(`${app.origin}/c/${CHANNEL}`);
  await page.context().setOffline(false);
  await live(page);
}

/** How long it took, from `since`, until a socket after the first has the channel on it. Milliseconds. */
async function anotherListens(app: App, since: number): Promise<number> {
  const [old] = (await app.far.stats()).events.sockets;
  await expect
    .poll(
      async () => {
        const { sockets } = (await app.far.stats()).events;
        return sockets.some(({ id, subscriptions }) => id !== old?.id && subscriptions.length === 1);
      },
      { intervals: [20] },
    )
    .toBe(true);
  const took = performance.now() - since;
  test.info().annotations.push({ type: 'listening again', description: `${Math.round(took)} ms` });
  return took;
}

for (const host of ['SharedWorker', 'elected tab'] as const) {
  test(`${host}: when its process hangs, another tab is live within 3 s; when it goes on, it does no harm`, async ({
    app,
    context,
    page,
  }) => {
    if (host === 'elected tab') await without(context, 'SharedWorker');
    const [leading, other] = await twoTabs(page, app);
    const pid = await rendererOf(leading);
    const publisher = publishSteadily(app.far, CHANNEL);
    await expect.poll(async () => (await shown(other, 'n')).length).toBeGreaterThan(10);
    const stopped = performance.now();
    process.kill(pid, 'SIGSTOP');
    try {
      expect(await anotherListens(app, stopped)).toBeLessThan(3_000);
      await live(other);
      const seen = publisher.published.length;
      await expect.poll(async () => (await shown(other, 'n')).at(-1)).toBeGreaterThan(seen);
    } finally {
      process.kill(pid, 'SIGCONT');
    }

    // The one that hung has its socket still, and what the service sent meanwhile lies unread in it.
    await expect
      .poll(async () =>
        (await app.far.stats()).events.sockets.map(({ subscriptions }) => subscriptions.length),
      )
      .toEqual([1]);
    for (const each of [leading, other]) await live(each);
    const seen = publisher.published.length;
    for (const each of [leading, other]) {
      await expect.poll(async () => (await shown(each, 'n')).at(-1)).toBeGreaterThan(seen);
    }
    await publisher.stop();
    for (const each of [leading, other]) {
      await expect.poll(async () => (await shown(each, 'n')).at(-1)).toBe(publisher.published.length);
      const { gaps } = await expectHonest(each, CHANNEL, publisher.published);
      expect(gaps).toHaveLength(1);
    }
    expect((await app.far.stats()).events.socketsOpened).toBe(2);
  });
}

for (const notice of ['with', 'without'] as const) {
  test(`elected tab: the leading page goes into the back/forward cache ${notice} notice; another is live within 3 s`, async ({
    app,
    context,
    page,
  }) => {
    await without(context, 'SharedWorker');
    await page.addInitScript((told) => {
      addEventListener('pageshow', (event) => {
        if (event.persisted) document.documentElement.setAttribute('data-from-cache', '');
      });
      // As if the browser had frozen it at once: the app hears of nothing.
      if (!told) addEventListener('pagehide', (event) => event.stopImmediatePropagation(), { capture: true });
    }, notice === 'with');
    await startOffline(page, app);
    const other = await openBeside(page, app);
    await app.far.publish(CHANNEL, [{ n: 1 }]);
    await expect.poll(() => shown(other, 'n')).toEqual([1]);

    const left = performance.now();
    const gone = anotherListens(app, left);
    await page.goto(`${app.origin}/healthz`);
    expect(await gone).toBeLessThan(3_000);
    await live(other);
    await app.far.publish(CHANNEL, [{ n: 2 }]);
    await expect.poll(() => shown(other, 'n')).toEqual([1, 2]);
    await expect(other.getByRole('log')).toContainText('Not listening');

    await page.goBack();
    await live(page);
    const restored = await page.evaluate(() => document.documentElement.hasAttribute('data-from-cache'));
    test.info().annotations.push({ type: 'came back from the cache', description: `${restored}` });
    await app.far.publish(CHANNEL, [{ n: 3 }]);
    for (const each of [page, other]) await expect.poll(() => shown(each, 'n')).toEqual([1, 2, 3]);
    await expect.poll(async () => (await app.far.stats()).events.socketsOpen).toBe(1);
  });
}

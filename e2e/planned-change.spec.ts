/** The socket is replaced before it ends, and more than one is used where one is not enough: nobody notices. */
import type { Page } from '@playwright/test';
import { type FarEndStats, subscribedTwice } from './support/far-end.ts';
import type { App } from './support/fixtures.ts';
import { expect, live, shown, signIn, subscribed, test, upTo, without } from './support/fixtures.ts';

const CHANNEL = 'default/one';
const TALL = { width: 900, height: 60_000 };

/** Publishes 50 events a second for `ms`, one after the other; resolves with how many. */
async function publishFor(app: App, ms: number): Promise<number> {
  const end = performance.now() + ms;
  let n = 0;
  for (let next = performance.now(); performance.now() < end; next += 20) {
    n += 1;
    await app.far.publish(CHANNEL, [{ n }]);
    const wait = next + 20 - performance.now();
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
  }
  return n;
}

/** What the log on the device holds, whatever the feed shows of it. */
function logged(page: Page): Promise<number[]> {
  return page.evaluate(async () => {
    const name = (await indexedDB.databases()).find((db) => db.name?.startsWith('switchboard:'))?.name ?? '';
    const db = await new Promise<IDBDatabase>((resolve, reject) => {
      const request = indexedDB.open(name);
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
    const rows = await new Promise<{ event: string }[]>((resolve, reject) => {
      const request = db.transaction('events').objectStore('events').getAll();
      request.onsuccess = () => resolve(request.result as { event: string }[]);
      request.onerror = () => reject(request.error);
    });
    db.close();
    return rows.map(({ event }) => (JSON.parse(event) as { n: number }).n);
  });
}

/** Every text that the status line showed since `watchStatus`. */
async function watchStatus(page: Page): Promise<() => Promise<string[]>> {
  await page.evaluate(() => {
    const status = document.querySelector('[role="status"]');
    const seen: string[] = [status?.textContent ?? ''];
    Object.assign(window, { seenStatus: seen });
    new MutationObserver(() => seen.push(status?.textContent ?? '')).observe(status ?? document.body, {
      childList: true,
      characterData: true,
      subtree: true,
    });
  });
  return () => page.evaluate(() => (window as unknown as { seenStatus: string[] }).seenStatus);
}

async function expectNothingMissed(page: Page, app: App, count: number): Promise<FarEndStats> {
  await expect.poll(async () => (await logged(page)).length).toBeGreaterThanOrEqual(count);
  expect(await logged(page)).toEqual(upTo(count));
  await expect(page.getByRole('log')).not.toContainText('Not listening');
  const stats = await app.far.stats();
  expect(subscribedTwice(stats)).toEqual([]);
  return stats;
}

for (const host of ['a SharedWorker', 'an elected tab']) {
  test.describe(`with the connection in ${host}, at 50 events a second`, () => {
    test.beforeEach(async ({ context, page }) => {
      if (host === 'an elected tab') await without(context, 'SharedWorker');
      await page.setViewportSize(TALL);
    });

    test('connections that the service ends after 20 s are replaced in time', async ({ app, page }) => {
      await app.far.faults({ events: { maxConnectionMs: 20_000 } });
      await signIn(page, app, 'ada', `/c/${CHANNEL}`);
      await live(page);
      await subscribed(app, [CHANNEL]);
      const seen = await watchStatus(page);
      const count = await publishFor(app, 30_000);
      const { events } = await expectNothingMissed(page, app, count);
      expect(events.socketsOpened).toBeGreaterThanOrEqual(3);
      expect((await seen()).filter((text) => !text.startsWith('Live'))).toEqual([]);
    });

    test.describe('and tokens of 20 s, at whose end the service closes', () => {
      test.use({ env: { LOCAL_TOKEN_SECONDS: '20' } });

      test('a newer token opens another connection in time', async ({ app, page }) => {
        await app.far.faults({ events: { closeOnTokenExpiry: true } });
        await signIn(page, app, 'ada', `/c/${CHANNEL}`);
        await live(page);
        await subscribed(app, [CHANNEL]);
        const seen = await watchStatus(page);
        const count = await publishFor(app, 30_000);
        const { events, provider } = await expectNothingMissed(page, app, count);
        expect(events.socketsOpened).toBeGreaterThanOrEqual(2);
        expect(provider.refreshes).toBeLessThanOrEqual(events.socketsOpened);
        expect((await seen()).filter((text) => !text.startsWith('Live'))).toEqual([]);
      });
    });
  });
}

test('250 channels on one desk: all live, on two connections, none with more than 200', async ({
  app,
  page,
}) => {
  await signIn(page, app, 'ada', `/c/${CHANNEL}`);
  await live(page);
  const others = Array.from({ length: 249 }, (_, index) => `default/c${index}`);
  const channels = [CHANNEL, ...others];
  await expect.poll(() => page.evaluate(() => JSON.stringify(localStorage))).toContain(CHANNEL);
  // Before the app's own scripts: what the page writes when it is left comes before that.
  await page.addInitScript((names) => {
    const key = Object.keys(localStorage).find((name) => name.startsWith('switchboard-window:')) ?? '';
    const desk = JSON.parse(localStorage.getItem(key) ?? '{}') as object;
    const open = names.map((name) => ({ name, pinned: false }));
    localStorage.setItem(key, JSON.stringify({ ...desk, channels: open }));
  }, channels);
  await page.reload();
  await live(page, 20_000);
  await subscribed(app, channels);
  const stats = await app.far.stats();
  const sizes = stats.events.sockets.map(({ subscriptions }) => subscriptions.length);
  expect(sizes).toHaveLength(2);
  expect(Math.max(...sizes)).toBeLessThanOrEqual(200);
  expect(subscribedTwice(stats)).toEqual([]);
  await app.far.publish('default/c248', [{ n: 1 }]);
  await page.getByRole('link', { name: 'default/c248' }).click();
  await expect.poll(() => shown(page, 'n')).toEqual([1]);
});

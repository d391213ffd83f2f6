/** The network goes while the app is in use, and before it is opened. Sockets are cut at the far end as well. */
import type { BrowserContext } from '@playwright/test';
import type { App } from './support/fixtures.ts';
import { expect, live, openChannels, shown, signIn, subscribed, test } from './support/fixtures.ts';

const CHANNEL = 'default/one';

async function cutNetwork(app: App, context: BrowserContext): Promise<void> {
  await context.setOffline(true);
  app.proxy.cut();
  await app.far.faults({ events: { refuseConnections: true } });
  await app.far.drop();
}

async function mendNetwork(app: App, context: BrowserContext): Promise<number> {
  app.proxy.mend();
  await app.far.faults({ events: { refuseConnections: false } });
  const mended = performance.now();
  await context.setOffline(false);
  return mended;
}

test.beforeEach(async ({ app, page }) => {
  await signIn(page, app);
  await openChannels(page, [CHANNEL]);
  await live(page);
  await subscribed(app, [CHANNEL]);
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
  await app.far.publish(CHANNEL, [{ n: 1 }, { n: 2 }]);
  await expect.poll(() => shown(page, 'n')).toEqual([1, 2]);
});

test('in an open tab: says Offline, keeps what is there, and is live within 1 s of the return', async ({
  app,
  context,
  page,
}) => {
  await cutNetwork(app, context);
  await expect(page.getByRole('status')).toHaveText(/^Offline/);
  expect(await shown(page, 'n')).toEqual([1, 2]);
  const mended = await mendNetwork(app, context);
  await live(page, 5_000);
  expect(performance.now() - mended).toBeLessThan(1_000);
  await app.far.publish(CHANNEL, [{ n: 3 }]);
  await expect.poll(() => shown(page, 'n')).toEqual([1, 2, 3]);
  await expect(page.getByRole('log')).toContainText('Not listening');
});

test('a new tab opens offline, shows who and what was there, and is live within 1 s of the return', async ({
  app,
  context,
  page,
}) => {
  await page.close();
  await cutNetwork(app, context);
  const tab = await context.newPage();
  await tab.goto(`${app.origin}/c/${CHANNEL}`);
  await expect(tab.getByRole('status')).toHaveText(/^Offline/);
  await expect(tab.getByRole('banner')).toContainText('ada');
  await expect.poll(() => shown(tab, 'n')).toEqual([1, 2]);
  const mended = await mendNetwork(app, context);
  await live(tab, 5_000);
  expect(performance.now() - mended).toBeLessThan(1_000);
  await app.far.publish(CHANNEL, [{ n: 3 }]);
  await expect.poll(() => shown(tab, 'n')).toEqual([1, 2, 3]);
});

test('what is published offline is kept, also over a reload, and arrives once and in order', async ({
  app,
  context,
  page,
}) => {
  await cutNetwork(app, context);
  await expect(page.getByRole('status')).toHaveText(/^Offline/);
  for (const n of [11, 12]) {
    await page.getByRole('textbox', { name: 'Event' }).fill(JSON.stringify({ n }));
    await page.getByRole('button', { name: 'Publish' }).click();
    // Each: before the app says so, nothing is promised over a reload.
    await expect(page.getByRole('textbox', { name: 'Event' })).toHaveValue('');
    await expect(page.getByRole('main')).toContainText(/queued/i);
  }
  await page.reload();
  await page.getByRole('textbox', { name: 'Event' }).fill('{"n":13}');
  await page.getByRole('button', { name: 'Publish' }).click();
  await mendNetwork(app, context);
  await live(page);
  await expect.poll(() => shown(page, 'n'), { timeout: 15_000 }).toEqual([1, 2, 11, 12, 13]);
  // One for the test's own two events, and one for the three that waited.
  expect((await app.far.stats()).events.httpPublishes).toBe(2);
});

test('the server being restarted signs nobody out and interrupts no connection', async ({ app, page }) => {
  await app.restart();
  await page.reload();
  await live(page);
  await expect(page.getByRole('banner')).toContainText('ada');
});

/** The tab that started or leads the connection goes: what the others see, and what the service sees. */
import type { Page } from '@playwright/test';
import type { App } from './support/fixtures.ts';
import {
  expect,
  live,
  openChannels,
  shown,
  signIn,
  subscribed,
  test,
  upTo,
  without,
} from './support/fixtures.ts';
import { publishSteadily } from './support/publisher.ts';

const TALL = { width: 900, height: 8_000 };
const CHANNEL = 'default/one';

/** How long it took, from now, until the only socket is a second one with the channel on it. Milliseconds. */
async function secondSocketListens(app: App): Promise<number> {
  const start = performance.now();
  await expect
    .poll(
      async () => {
        const { events } = await app.far.stats();
        return [events.socketsOpened, ...events.sockets.map(({ subscriptions }) => subscriptions.length)];
      },
      { intervals: [20] },
    )
    .toEqual([2, 1]);
  const took = performance.now() - start;
  test.info().annotations.push({ type: 'listening again', description: `${Math.round(took)} ms` });
  return took;
}

async function threeTabs(page: Page, app: App): Promise<Page[]> {
  await page.setViewportSize(TALL);
  await signIn(page, app);
  await openChannels(page, [CHANNEL]);
  const pages = [page];
  for (const _ of upTo(2)) {
    const next = await page.context().newPage();
    await next.setViewportSize(TALL);
    await next.goto(`${app.origin}/c/${CHANNEL}`);
    pages.push(next);
  }
  for (const each of pages) await live(each);
  await subscribed(app, [CHANNEL]);
  return pages;
}

test('closing the tab that started the SharedWorker loses no event and opens no socket', async ({
  app,
  page,
}) => {
  const [first, ...rest] = await threeTabs(page, app);
  const publisher = publishSteadily(app.far, CHANNEL);
  await expect.poll(async () => (await shown(rest[0] as Page, 'n')).length).toBeGreaterThan(20);
  await first?.close();
  const at = (await shown(rest[0] as Page, 'n')).length;
  await expect.poll(async () => (await shown(rest[0] as Page, 'n')).length).toBeGreaterThan(at + 40);
  await publisher.stop();
  const count = publisher.published.length;
  for (const each of rest)
    await expect.poll(async () => (await shown(each, 'n')).toSorted((a, b) => a - b)).toEqual(upTo(count));
  expect((await app.far.stats()).events.socketsOpened).toBe(1);
});

for (const end of ['closed', 'crashed'] as const) {
  test(`elected tab: with the leading tab ${end}, another is live within 1 s, and the gap is shown`, async ({
    app,
    context,
    page,
  }) => {
    await without(context, 'SharedWorker');
    const [first, ...rest] = await threeTabs(page, app);
    await app.far.publish(CHANNEL, [{ n: 1 }]);
    for (const each of rest) await expect.poll(() => shown(each, 'n')).toEqual([1]);

    if (end === 'closed') await first?.close();
    else await first?.goto('chrome://crash').catch(() => {});
    // From the moment the tab was gone; closing a page takes the browser itself a while.
    expect(await secondSocketListens(app)).toBeLessThan(1_000);
    for (const each of rest) await live(each);
    await app.far.publish(CHANNEL, [{ n: 2 }]);
    for (const each of rest) {
      await expect.poll(() => shown(each, 'n')).toEqual([1, 2]);
      await expect(each.getByRole('log')).toContainText('Not listening');
    }
    expect((await app.far.stats()).events.socketsOpen).toBe(1);
  });
}

test('a crash of the tab that started the SharedWorker: the others are live again within 1 s', async ({
  app,
  page,
}) => {
  const [first, ...rest] = await threeTabs(page, app);
  await first?.goto('chrome://crash').catch(() => {});
  expect(await secondSocketListens(app)).toBeLessThan(1_000);
  for (const each of rest) await live(each);
  await app.far.publish(CHANNEL, [{ n: 5 }]);
  for (const each of rest) await expect.poll(async () => (await shown(each, 'n')).at(-1)).toBe(5);
});

test('elected tab: another tab can be made the leader', async ({ app, context, page }) => {
  await without(context, 'SharedWorker');
  const [, , last] = await threeTabs(page, app);
  if (last === undefined) throw new Error('the third tab is missing');
  await last
    .getByRole('button', { name: /connection/i })
    .first()
    .click();
  await last.getByRole('button', { name: 'Lead from this window' }).click();
  await expect(last.getByRole('button', { name: 'Lead from this window' })).toHaveCount(0);
  await live(last);
  await subscribed(app, [CHANNEL]);
  expect((await app.far.stats()).events.socketsOpen).toBe(1);
  await page.close();
  await app.far.publish(CHANNEL, [{ n: 1 }]);
  await expect.poll(() => shown(last, 'n')).toEqual([1]);
});

/** The desk as outside programs rely on it: addresses, wildcards, export, and what a reload brings back. */
import { readFileSync } from 'node:fs';
import { expect, live, openChannels, shown, signIn, subscribed, test } from './support/fixtures.ts';

test('a wildcard opened by its address shows what is published anywhere below it', async ({ app, page }) => {
  await signIn(page, app, 'ada', '/c/default/*');
  await live(page);
  await subscribed(app, ['default/*']);
  await app.far.publish('default/deep/er', [{ n: 1 }]);
  await app.far.publish('default/other', [{ n: 2 }]);
  await expect.poll(() => shown(page, 'n')).toEqual([1, 2]);
});

test('Export downloads every logged event of the channel, a line each', async ({ app, page }) => {
  await signIn(page, app, 'ada', '/c/default/one');
  await live(page);
  await subscribed(app, ['default/one']);
  const events = [{ n: 1, text: 'ä "quoted"\n' }, [1, 2], 'plain', null, 12.5];
  await app.far.publish('default/one', events);
  await expect(page.getByRole('log')).toContainText('12.5');
  const started = Date.now();
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Export' }).click();
  const text = readFileSync(await (await download).path(), 'utf8');
  const lines = text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { channel: string; event: unknown; receivedAt: string });
  expect(lines.map(({ event }) => event)).toEqual(events);
  for (const line of lines) {
    expect(Object.keys(line).sort()).toEqual(['channel', 'event', 'receivedAt']);
    expect(line.channel).toBe('default/one');
    expect(Math.abs(Date.parse(line.receivedAt) - started)).toBeLessThan(60_000);
  }
});

test('a reload brings back the channels, the draft and what arrived', async ({ app, page }) => {
  await signIn(page, app);
  await openChannels(page, ['default/two', 'default/one']);
  await live(page);
  await subscribed(app, ['default/one', 'default/two']);
  await app.far.publish('default/one', [{ n: 1 }]);
  await expect.poll(() => shown(page, 'n')).toEqual([1]);
  await page.getByRole('textbox', { name: 'Event' }).fill('{"half": ');
  await page.reload();
  await live(page);
  await expect(page.getByRole('textbox', { name: 'Event' })).toHaveValue('{"half": ');
  await expect.poll(() => shown(page, 'n')).toEqual([1]);
  await page.getByRole('link', { name: 'default/two' }).click();
  await expect(page).toHaveURL(/\/c\/default\/two$/);
  await expect(page.getByRole('textbox', { name: 'Event' })).toHaveValue('');
  await page.goBack();
  await expect(page).toHaveURL(/\/c\/default\/one$/);
});

test('a notice covers no event, and who follows the end still does when it comes and goes', async ({
  app,
  context,
  page,
}) => {
  const cut = async (away: boolean): Promise<void> => {
    await app.far.faults({ events: { refuseConnections: away } });
    if (away) await app.far.drop();
    await context.setOffline(away);
  };
  await signIn(page, app, 'ada', '/c/default/one');
  await live(page);
  await subscribed(app, ['default/one']);
  await app.far.publish('default/one', [{ n: 1 }]);
  await expect.poll(() => shown(page, 'n')).toEqual([1]);
  await cut(true);
  const notice = await page.getByText('You are offline.').boundingBox();
  const first = await page.getByText('"n":1').boundingBox();
  expect((notice?.y ?? 0) + (notice?.height ?? 0)).toBeLessThanOrEqual(first?.y ?? 0);

  await cut(false);
  await live(page);
  await subscribed(app, ['default/one']);
  for (let n = 2; n <= 60; n += 1) await app.far.publish('default/one', [{ n }]);
  await expect(page.getByText('"n":60}')).toBeInViewport();
  await cut(true);
  await expect(page.getByText('You are offline.')).toBeVisible();
  await expect(page.getByText(/Not listening since/)).toBeInViewport();
  await cut(false);
  await live(page);
  await subscribed(app, ['default/one']);
  await app.far.publish('default/one', [{ n: 61 }]);
  await expect(page.getByText('"n":61}')).toBeInViewport();
});

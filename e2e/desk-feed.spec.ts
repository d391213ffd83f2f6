/** Reading a channel: holding still, going back, finding a time, filtering, and looking at one event. */
import type { Page } from '@playwright/test';
import { type App, expect, live, shown, signIn, subscribed, test } from './support/fixtures.ts';

/** Publishes `{n, kind}` for each n, five in a request as the service allows. */
async function publishUpTo(app: App, channel: string, from: number, to: number): Promise<void> {
  for (let n = from; n <= to; n += 5) {
    const batch = Array.from({ length: Math.min(5, to - n + 1) }, (_, at) => n + at);
    await app.far.publish(
      channel,
      batch.map((one) => ({ n: one, kind: one % 10 === 0 ? 'tenth' : 'plain' })),
    );
  }
}

async function open(page: Page, app: App): Promise<void> {
  await signIn(page, app, 'ada', '/c/default/one');
  await live(page);
  await subscribed(app, ['default/one']);
}

const row = (page: Page, n: number) =>
  page
    .getByRole('log')
    .getByRole('button')
    .filter({ hasText: `"n":${n},` });

test('holds still while somebody reads, counts what waits, and goes back to the beginning of the log', async ({
  app,
  page,
}) => {
  await open(page, app);
  await publishUpTo(app, 'default/one', 1, 600);
  await expect(row(page, 600)).toBeInViewport();
  const log = page.getByRole('log');
  await log.evaluate((node) => node.scrollBy(0, -400));
  const jump = page.getByRole('button', { name: 'To the newest' });
  await expect(jump).toBeVisible();
  const before = await shown(page, 'n');
  await publishUpTo(app, 'default/one', 601, 612);
  await expect(page.getByRole('button', { name: '12 new' })).toBeVisible();
  expect(await shown(page, 'n')).toEqual(before);

  // Up through the kept pages, without a click.
  await expect
    .poll(async () => {
      await log.evaluate((node) => node.scrollTo(0, 0));
      return (await shown(page, 'n'))[0];
    })
    .toBe(1);
  await page.getByRole('button', { name: '12 new' }).click();
  await expect(row(page, 612)).toBeInViewport();
  await expect(jump).toBeHidden();
});

test('a reload comes back to the same place, and a time is found', async ({ app, page }) => {
  await open(page, app);
  await publishUpTo(app, 'default/one', 1, 300);
  await expect(row(page, 300)).toBeInViewport();
  await page.getByRole('log').evaluate((node) => node.scrollTo(0, 3_000));
  await expect(row(page, 110)).toBeInViewport();
  const top = async () => {
    const box = await row(page, 110).boundingBox();
    return Math.round(box?.y ?? -1);
  };
  const y = await top();
  await expect
    .poll(() =>
      page.evaluate(() => Object.values({ ...localStorage }).some((text) => /"place":\{/.test(text))),
    )
    .toBe(true);
  await page.reload();
  await expect(row(page, 110)).toBeInViewport();
  await expect.poll(async () => Math.abs((await top()) - y)).toBeLessThanOrEqual(2);

  await page.getByRole('button', { name: 'Go to a time' }).click();
  await page.getByLabel('Date and time').fill('2020-01-01T00:00:00');
  await page.getByRole('button', { name: 'Go', exact: true }).click();
  await expect(row(page, 1)).toBeInViewport();
});

test('a filter covers the log and what arrives; a mistake is shown where it is and changes nothing', async ({
  app,
  page,
}) => {
  await open(page, app);
  await publishUpTo(app, 'default/one', 1, 60);
  await expect(row(page, 60)).toBeInViewport();
  const kind = page.getByRole('combobox', { name: 'Kind of filter' });
  const field = page.getByRole('searchbox', { name: 'Filter' });
  await kind.selectOption('path');
  await field.fill('kind=tenth');
  await expect.poll(() => shown(page, 'n')).toEqual([10, 20, 30, 40, 50, 60]);
  await publishUpTo(app, 'default/one', 61, 70);
  await expect.poll(() => shown(page, 'n')).toEqual([10, 20, 30, 40, 50, 60, 70]);
  await expect(page.getByText('7 matches')).toBeVisible();

  await kind.selectOption('regex');
  await field.fill('"n":(1|2');
  await expect(page.getByText('Column 5: this group is not closed')).toBeVisible();
  await expect(field).toHaveAttribute('aria-invalid', 'true');
  expect(await shown(page, 'n')).toEqual([10, 20, 30, 40, 50, 60, 70]);
  await field.fill('"n":(1|2)\\b');
  await expect.poll(() => shown(page, 'n')).toEqual([1, 2]);

  await page.getByRole('button', { name: 'Save view' }).click();
  await page.getByRole('textbox', { name: 'Name of the view' }).fill('First two');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByRole('button', { name: 'Clear filter' }).click();
  await expect(row(page, 70)).toBeInViewport();
  await page.getByRole('button', { name: 'First two, a view of default/one' }).click();
  await expect.poll(() => shown(page, 'n')).toEqual([1, 2]);
  await page.reload();
  await expect.poll(() => shown(page, 'n')).toEqual([1, 2]);
});

test('an expression that would take for ever is ended, and the page goes on', async ({ app, page }) => {
  await open(page, app);
  await app.far.publish('default/one', [{ n: 1, text: 'a'.repeat(40) }]);
  await expect.poll(() => shown(page, 'n')).toEqual([1]);
  await page.getByRole('combobox', { name: 'Kind of filter' }).selectOption('regex');
  await page.getByRole('searchbox', { name: 'Filter' }).fill('(a+)+$x');
  await expect(page.getByText('This expression takes too long')).toBeVisible();
  await page.getByRole('button', { name: 'Clear filter' }).click();
  await expect.poll(() => shown(page, 'n')).toEqual([1]);
});

test('details: pretty and raw, found text, the change since the event before, and the way back by keyboard', async ({
  app,
  page,
}) => {
  await open(page, app);
  await app.far.publish('default/one', [{ n: 1, total: 10, same: true }]);
  await app.far.publish('default/one', [{ n: 2, total: 12, same: true }]);
  await row(page, 2).click();
  const detail = page.getByRole('complementary', { name: 'Event details' });
  await expect(detail).toContainText('"total": 12');
  await detail.getByRole('searchbox', { name: 'Find in this event' }).fill('TOTAL');
  await expect(detail).toContainText('1 of 1');
  await detail.getByRole('radio', { name: 'Raw' }).check();
  await expect(detail).toContainText('"total":12');
  await detail.getByRole('button', { name: 'Compare with the previous event' }).click();
  await expect(detail.locator('del')).toContainText(['"n": 1', '"total": 10']);
  await expect(detail.locator('ins')).toContainText(['"n": 2', '"total": 12']);

  await page.keyboard.press('Escape');
  await expect(detail).toBeHidden();
  await expect(row(page, 2)).toBeFocused();
  await page.keyboard.press('Enter');
  await page.keyboard.press('ArrowUp');
  await expect(row(page, 1)).toBeFocused();
  await expect(detail).toContainText('"total":10');
  await page.reload();
  await expect(detail).toContainText('"total":10');
});

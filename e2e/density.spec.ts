/** A change of the density: every row has the new height at once, and the list stays where it was. */
import type { Page } from '@playwright/test';
import { type App, expect, live, shown, signIn, subscribed, test, upTo } from './support/fixtures.ts';

const CHANNEL = 'default/one';

async function publish(app: App, from: number, to: number): Promise<void> {
  for (let n = from; n <= to; n += 5)
    await app.far.publish(
      CHANNEL,
      upTo(5).map((at) => ({ n: n + at - 1 })),
    );
}

/** Rows over each other or apart, pixels, and how far the list is from its end. */
const layout = (page: Page) =>
  page.getByRole('log').evaluate((node) => {
    const rows = new Map(
      [...node.querySelectorAll<HTMLElement>('.feed-row')].map((row) => [
        Number(row.dataset.index),
        row.getBoundingClientRect(),
      ]),
    );
    // The row that the Tab key leads to is there as well, wherever the list is.
    const edges = [...rows].map(([index, { bottom }]) =>
      Math.abs((rows.get(index + 1)?.top ?? bottom) - bottom),
    );
    return {
      height: Math.min(...[...rows.values()].map(({ height }) => height)),
      apart: Math.round(Math.max(0, ...edges)),
      beforeEnd: Math.round(node.scrollHeight - node.clientHeight - node.scrollTop),
    };
  });

async function choose(page: Page, density: 'Compact' | 'Comfortable'): Promise<void> {
  await page.getByRole('button', { name: /^Account/ }).click();
  await page.getByRole('radio', { name: density }).check();
  await page.keyboard.press('Escape');
}

test('rows, gaps among them, take their new height; the end is still followed, and a place is kept', async ({
  app,
  page,
}) => {
  await signIn(page, app, 'ada', `/c/${CHANNEL}`);
  await live(page);
  await subscribed(app, [CHANNEL]);
  await publish(app, 1, 200);
  await expect.poll(async () => (await shown(page, 'n')).at(-1)).toBe(200);
  await app.far.faults({ events: { refuseConnections: true } });
  await app.far.drop();
  await expect(page.getByRole('status')).toHaveText(/^Reconnecting/);
  await app.far.faults({ events: { refuseConnections: false } });
  await live(page, 30_000);
  await publish(app, 201, 205);
  await expect.poll(async () => (await shown(page, 'n')).at(-1)).toBe(205);
  await expect(page.getByRole('log').locator('.gap')).toBeVisible();
  expect(await layout(page)).toEqual({ height: 30, apart: 0, beforeEnd: 0 });

  for (const [density, height] of [
    ['Compact', 22],
    ['Comfortable', 30],
  ] as const) {
    await choose(page, density);
    await expect.poll(() => layout(page)).toEqual({ height, apart: 0, beforeEnd: 0 });
    await expect(page.getByRole('log').locator('.gap')).toBeInViewport();
  }
  await publish(app, 206, 210);
  await expect.poll(async () => (await shown(page, 'n')).at(-1)).toBe(210);
  expect((await layout(page)).beforeEnd).toBe(0);

  // Somebody reads in the middle: the first row that is seen stays the first.
  await page.getByRole('log').evaluate((node) => node.scrollTo(0, 3_008));
  await expect(page.getByRole('button', { name: 'To the newest' })).toBeVisible();
  const first = () =>
    page.getByRole('log').evaluate((node) => {
      const { top, left } = node.getBoundingClientRect();
      return document
        .elementFromPoint(left + 40, top + 2)
        ?.closest('.feed-row')
        ?.getAttribute('data-index');
    });
  const before = await first();
  for (const density of ['Compact', 'Comfortable'] as const) {
    await choose(page, density);
    await expect.poll(first).toBe(before);
    expect((await layout(page)).apart).toBe(0);
  }
});

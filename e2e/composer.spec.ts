/** Writing: mistakes and how to get to them, templates with variables, what was sent, batches, the outbox. */
import type { Page } from '@playwright/test';
import { type App, expect, live, shown, signIn, subscribed, test, upTo } from './support/fixtures.ts';

const CHANNEL = 'default/one';

async function open(page: Page, app: App): Promise<void> {
  await signIn(page, app, 'ada', `/c/${CHANNEL}`);
  await live(page);
  await subscribed(app, [CHANNEL]);
  await expect(page.getByRole('button', { name: 'Templates' })).toBeVisible();
}

const field = (page: Page) => page.getByRole('textbox', { name: 'Event' });
const publish = (page: Page) => page.getByRole('button', { name: 'Publish' }).click();

test('the caret goes to the mistake; Enter indents, Format tidies, and the Tab key moves on', async ({
  app,
  page,
}) => {
  await open(page, app);
  await field(page).fill('{\n  "a": 1,\n  "b": tru\n}');
  await expect(page.getByRole('main')).toContainText('Line 3, column 8');
  await page.getByRole('button', { name: 'Go to the error' }).click();
  await expect(field(page)).toBeFocused();
  expect(
    await field(page).evaluate((node: HTMLTextAreaElement) => node.value.slice(node.selectionStart)),
  ).toBe('tru\n}');

  await field(page).fill('');
  await field(page).pressSequentially('{');
  await page.keyboard.press('Enter');
  await page.keyboard.type('"n":[1,{"x":2}]}');
  await expect(field(page)).toHaveValue('{\n  "n":[1,{"x":2}]}');
  await page.getByRole('button', { name: 'Format' }).click();
  await expect(field(page)).toHaveValue('{\n  "n": [\n    1,\n    {\n      "x": 2\n    }\n  ]\n}');
  await expect(field(page)).toBeFocused();
  await page.keyboard.press('Control+z');
  await expect(field(page)).toHaveValue('{\n  "n":[1,{"x":2}]}');
  await page.keyboard.press('Tab');
  await expect(field(page)).not.toBeFocused();
});

test('a template with variables: saved, inserted, previewed, sent; there after a reload, gone after signing out', async ({
  app,
  page,
}) => {
  await open(page, app);
  const source = '{"n": {{counter}}, "id": "{{uuid}}", "at": "{{now}}", "k": "{{pick:a|b}}"}';
  await field(page).fill('{"n": {{conter}}}');
  await expect(page.getByRole('main')).toContainText('there is no variable {{conter}}');
  await publish(page);
  await expect(field(page)).toHaveValue('{"n": {{conter}}}');
  await field(page).fill(source);
  await expect(page.getByRole('main')).toContainText(/Sent as \{"n": 1, "id": "[0-9a-f-]{36}"/);
  await page.getByRole('button', { name: 'Templates' }).click();
  await page.getByRole('textbox', { name: 'Name of the template' }).fill('Order');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('button', { name: 'Insert Order' })).toBeVisible();
  await page.getByRole('button', { name: 'Rename Order' }).click();
  await page.keyboard.type('My order');
  await page.keyboard.press('Control+a');
  await page.keyboard.type('Test order');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('button', { name: 'Rename Test order' })).toBeFocused();
  await page.keyboard.press('Escape');

  await page.reload();
  await live(page);
  await field(page).fill('');
  for (const n of [1, 2]) {
    await page.getByRole('button', { name: 'Templates' }).click();
    await page.getByRole('button', { name: 'Insert Test order' }).click();
    await expect(field(page)).toHaveValue(source);
    await publish(page);
    await expect.poll(() => shown(page, 'n')).toEqual(upTo(n));
  }

  await page.getByRole('button', { name: 'Sign out' }).click();
  await expect(page.getByRole('status')).toHaveText(/^Signed out/);
  // The page is on its way to the provider and back: asked again until it has arrived.
  await expect(async () => {
    const kept = await page.evaluate(() =>
      Object.keys(localStorage).filter((key) => /templates|sent/.test(key)),
    );
    expect(kept).toEqual([]);
  }).toPass();
});

test('what was sent is found again, sent again and edited', async ({ app, page }) => {
  await open(page, app);
  for (const n of [1, 2]) {
    await field(page).fill(`{"n":${n}}`);
    await publish(page);
    await expect.poll(() => shown(page, 'n')).toEqual(upTo(n));
  }
  await page.reload();
  await live(page);
  await page.getByRole('button', { name: 'History' }).click();
  const entries = page.getByRole('dialog').getByRole('listitem');
  await expect(entries).toHaveCount(2);
  await page.getByRole('searchbox', { name: 'Find in what you sent' }).fill('"n":1');
  await expect(entries).toHaveCount(1);
  await page.getByRole('button', { name: /^Send again/ }).click();
  await expect(page.getByRole('dialog')).toContainText('Queued 1 event');
  await expect.poll(() => shown(page, 'n')).toEqual([1, 2, 1]);
  await page.getByRole('button', { name: /^Edit/ }).first().click();
  await expect(field(page)).toHaveValue('{"n":1}');
  await expect(field(page)).toBeFocused();
});

test('a list goes out as single events, in order; many are asked about first', async ({ app, page }) => {
  await open(page, app);
  const list = (count: number) => JSON.stringify(upTo(count).map((n) => ({ n })));
  await field(page).fill(list(7));
  await page.getByRole('button', { name: 'Send as 7 events' }).click();
  await expect.poll(() => shown(page, 'n')).toEqual(upTo(7));
  await expect(page.getByRole('main')).toContainText('7 events: 7 delivered');
  await expect(field(page)).toBeFocused();

  await field(page).fill(list(26));
  await page.getByRole('button', { name: 'Send as 26 events' }).click();
  await expect(page.getByRole('dialog')).toContainText('26 events');
  await page.getByRole('button', { name: 'Cancel' }).click();
  await expect(field(page)).toHaveValue(list(26));
  await page.getByRole('button', { name: 'Send as 26 events' }).click();
  await page.getByRole('button', { name: 'Send all' }).click();
  await expect(page.getByRole('main')).toContainText('26 events: 26 delivered');

  await field(page).fill(JSON.stringify([1, 2, 3, 4, 5, 'x'.repeat(241 * 1024)]));
  const before = (await app.far.stats()).events.httpPublishes;
  await page.getByRole('button', { name: 'Send as 6 events' }).click();
  await expect(page.getByRole('main')).toContainText('Event 6 of the list');
  expect((await app.far.stats()).events.httpPublishes).toBe(before);
});

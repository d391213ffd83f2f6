/** Every main state without axe violations, and the main path by keyboard alone. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from '@playwright/test';
import { type App, expect, live, openChannels, shown, signIn, subscribed, test } from './support/fixtures.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const LOOKS = [
  { name: 'light', media: { colorScheme: 'light' } },
  { name: 'dark', media: { colorScheme: 'dark' } },
  { name: 'forced colours', media: { forcedColors: 'active' } },
] as const;
const SIZES = [
  { width: 1280, height: 800 },
  { width: 360, height: 740 },
];

/** Violations in every look and size, as `look size rule: targets`. */
async function violations(page: Page): Promise<string[]> {
  const found: string[] = [];
  for (const size of SIZES) {
    await page.setViewportSize(size);
    for (const { name, media } of LOOKS) {
      await page.emulateMedia({ colorScheme: null, forcedColors: null, reducedMotion: 'reduce', ...media });
      await page.evaluate(AXE);
      const rules = await page.evaluate(async () => {
        const { axe } = window as unknown as {
          axe: { run(): Promise<{ violations: { id: string; nodes: { target: string[] }[] }[] }> };
        };
        return (await axe.run()).violations.map(
          ({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target).join(', ')}`,
        );
      });
      found.push(...rules.map((rule) => `${name} ${size.width} ${rule}`));
    }
  }
  await page.setViewportSize({ width: 1280, height: 800 });
  await page.emulateMedia({ colorScheme: null, forcedColors: null });
  return found;
}

// The page's policy forbids `eval`, which is how the checker gets in.
test.use({ bypassCSP: true });

test('signed out, empty desk, a full feed, the connection panel, a denied channel', async ({ app, page }) => {
  test.setTimeout(180_000);
  await page.goto(app.origin);
  expect(await violations(page)).toEqual([]);
  await signIn(page, app);
  await live(page);
  expect(await violations(page)).toEqual([]);
  await openChannels(page, ['denied/secrets', 'default/one']);
  await live(page);
  await subscribed(app, ['default/one']);
  for (const n of [1, 2, 3]) await app.far.publish('default/one', [{ n, text: 'Hello' }]);
  await expect.poll(() => shown(page, 'n')).toEqual([1, 2, 3]);
  expect(await violations(page)).toEqual([]);
  await page
    .getByRole('button', { name: /connection/i })
    .first()
    .click();
  expect(await violations(page)).toEqual([]);
  await page.goto(`${app.origin}/c/denied/secrets`);
  await live(page);
  expect(await violations(page)).toEqual([]);
});

/** Signed in, with two greetings in the feed of default/one. */
async function twoGreetings(page: Page, app: App): Promise<void> {
  await signIn(page, app, 'ada', '/c/default/one');
  await live(page);
  await subscribed(app, ['default/one']);
  for (const n of [1, 2]) await app.far.publish('default/one', [{ n, text: 'Hello' }]);
  await expect.poll(() => shown(page, 'n')).toEqual([1, 2]);
}

test('details and comparison', async ({ app, page }) => {
  test.setTimeout(180_000);
  await twoGreetings(page, app);
  await page.getByRole('log').getByRole('button').last().click();
  await expect(page.getByRole('complementary')).toContainText('"n": 2');
  expect(await violations(page)).toEqual([]);
  await page.getByRole('button', { name: 'Compare with the previous event' }).click();
  await expect(page.locator('ins')).toContainText('"n": 2');
  expect(await violations(page)).toEqual([]);
});

test('a filter, its saving, and one with a mistake', async ({ app, page }) => {
  test.setTimeout(180_000);
  await twoGreetings(page, app);
  const filter = page.getByRole('searchbox', { name: 'Filter' });
  await filter.fill('hello');
  await expect(page.getByText('2 matches')).toBeVisible();
  expect(await violations(page)).toEqual([]);
  await page.getByRole('button', { name: 'Save view' }).click();
  await expect(page.getByRole('textbox', { name: 'Name of the view' })).toBeVisible();
  expect(await violations(page)).toEqual([]);
  await page.getByRole('textbox', { name: 'Name of the view' }).fill('Greetings');
  await page.keyboard.press('Enter');
  await page.getByRole('combobox', { name: 'Kind of filter' }).selectOption('regex');
  await filter.fill('(');
  await expect(filter).toHaveAttribute('aria-invalid', 'true');
  expect(await violations(page)).toEqual([]);
});

test('palette and shortcuts', async ({ app, page }) => {
  test.setTimeout(180_000);
  await twoGreetings(page, app);
  await page.keyboard.press('Control+k');
  await expect(page.getByRole('listbox').getByRole('option').first()).toBeVisible();
  expect(await violations(page)).toEqual([]);
  await page.keyboard.press('Escape');
  await expect(page.getByRole('listbox')).toBeHidden();
  await page.getByRole('main').focus();
  await page.keyboard.press('?');
  await expect(page.getByRole('dialog')).toBeVisible();
  expect(await violations(page)).toEqual([]);
});

test('watch rules', async ({ app, page }) => {
  test.setTimeout(180_000);
  await twoGreetings(page, app);
  // A filter with a mistake is no beginning for a rule.
  await page.getByRole('combobox', { name: 'Kind of filter' }).selectOption('regex');
  await page.getByRole('searchbox', { name: 'Filter' }).fill('(');
  await expect(page.getByRole('searchbox', { name: 'Filter' })).toHaveAttribute('aria-invalid', 'true');
  await page.getByRole('button', { name: /^Watch rules/ }).click();
  const rules = page.getByRole('dialog', { name: 'Watch rules' });
  await rules.getByRole('button', { name: 'Add rule' }).click();
  await expect(rules.getByRole('alert')).toBeVisible();
  expect(await violations(page)).toEqual([]);
  await rules.getByRole('textbox', { name: 'Name' }).fill('Greetings');
  await rules.getByRole('button', { name: 'Add rule' }).click();
  await rules.getByRole('button', { name: 'Test Greetings' }).click();
  await expect(rules.getByText(/^It finds/)).toBeVisible();
  expect(await violations(page)).toEqual([]);
});

test('the account menu, and the desk in Chinese', async ({ app, page }) => {
  test.setTimeout(180_000);
  await twoGreetings(page, app);
  await page.getByRole('button', { name: /account/i }).click();
  expect(await violations(page)).toEqual([]);
  await page.getByRole('radio', { name: '中文' }).check();
  await expect(page.getByRole('button', { name: '发布' })).toBeVisible();
  expect(await violations(page)).toEqual([]);
});

test('templates, what was sent, a recording with broken lines, its replay', async ({ app, page }) => {
  test.setTimeout(180_000);
  await signIn(page, app, 'ada', '/c/default/one');
  await live(page);
  const event = page.getByRole('textbox', { name: 'Event' });
  await event.fill('[{"n":1},{"n":2}]');
  await page.getByRole('button', { name: 'Send as 2 events' }).click();
  await expect(page.getByRole('main')).toContainText('2 events: 2 delivered');
  await event.fill('{"n": {{counter}}}');
  await page.getByRole('button', { name: 'Templates' }).click();
  await page.getByRole('textbox', { name: 'Name of the template' }).fill('Count');
  await page.keyboard.press('Enter');
  expect(await violations(page)).toEqual([]);
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'History' }).click();
  expect(await violations(page)).toEqual([]);
  await page.keyboard.press('Escape');
  const chooser = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Open a recording…' }).click();
  const line = '{"channel":"default/two","event":{"n":1},"receivedAt":"2026-11-23T10:02:11.042Z"}';
  await (await chooser).setFiles({
    name: 'two.ndjson',
    mimeType: 'application/x-ndjson',
    buffer: Buffer.from(`${line}\nbroken\n${line}`),
  });
  await page.getByText('1 line could not be read').click();
  await page.getByRole('textbox', { name: 'Into channel' }).fill('default/one');
  await page.getByRole('button', { name: 'Start' }).click();
  expect(await violations(page)).toEqual([]);
  await page.getByRole('checkbox').check();
  await page.getByRole('button', { name: 'Start' }).click();
  await expect(page.getByRole('main')).toContainText('Replay ended');
  expect(await violations(page)).toEqual([]);
});

test('open a channel and publish without a mouse', async ({ app, page }) => {
  await signIn(page, app);
  await live(page);
  const field = page.getByRole('textbox', { name: 'Open channel' });
  for (
    let presses = 0;
    presses < 15 && !(await field.evaluate((node) => node === document.activeElement));
    presses += 1
  ) {
    await page.keyboard.press('Tab');
  }
  await expect(field).toBeFocused();
  await page.keyboard.type('default/keys');
  await page.keyboard.press('Enter');
  await subscribed(app, ['default/keys']);
  const event = page.getByRole('textbox', { name: 'Event' });
  for (
    let presses = 0;
    presses < 25 && !(await event.evaluate((node) => node === document.activeElement));
    presses += 1
  ) {
    await page.keyboard.press('Tab');
  }
  await expect(event).toBeFocused();
  await page.keyboard.type('{"n":1}');
  await page.keyboard.press('Control+Enter');
  await expect.poll(() => shown(page, 'n')).toEqual([1]);
});

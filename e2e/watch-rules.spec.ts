/** Watch rules: they tell once however many windows are open, count on the icon, and a click shows the event. */
import type { BrowserContext, Page } from '@playwright/test';
import { expect, live, openChannels, signIn, subscribed, test } from './support/fixtures.ts';

declare global {
  interface Window {
    /** What this window told the browser to show. */
    told: { title: string; body: string; path: string }[];
    /** The number on the icon, as this window set it last; null: never. */
    badge: number | null;
  }
}

/** Notes what each window shows; notifications themselves are the system's. */
async function noteWhatIsTold(context: BrowserContext): Promise<void> {
  await context.grantPermissions(['notifications']);
  await context.addInitScript(() => {
    window.told = [];
    window.badge = null;
    ServiceWorkerRegistration.prototype.showNotification = async (title, options = {}) => {
      const { path } = options.data as { path: string };
      window.told.push({ title, body: options.body ?? '', path });
    };
    navigator.setAppBadge = async (count = 0) => {
      window.badge = count;
    };
    navigator.clearAppBadge = async () => {
      window.badge = 0;
    };
  });
}

async function addRule(page: Page, name: string, channel: string, filter: string): Promise<void> {
  await page.getByRole('button', { name: /^Watch rules/ }).click();
  const dialog = page.getByRole('dialog', { name: 'Watch rules' });
  await dialog.getByRole('textbox', { name: 'Name' }).fill(name);
  await dialog.getByRole('textbox', { name: 'Channel' }).fill(channel);
  await dialog.getByRole('textbox', { name: 'Filter' }).fill(filter);
  await dialog.getByRole('button', { name: 'Add rule' }).click();
  await expect(dialog.getByRole('checkbox', { name: `Watch for ${name}` })).toBeChecked();
  await dialog.getByRole('button', { name: 'Close' }).click();
}

const told = async (pages: readonly Page[]) =>
  (await Promise.all(pages.map((page) => page.evaluate(() => window.told)))).flat();
const badges = async (pages: readonly Page[]) =>
  (await Promise.all(pages.map((page) => page.evaluate(() => window.badge)))).filter((one) => one !== null);

test('one window of three tells, once; what is looked at counts no more; the address shows the event', async ({
  app,
  context,
  page,
}) => {
  await noteWhatIsTold(context);
  await signIn(page, app);
  await openChannels(page, ['default/chat']);
  await addRule(page, 'Failed', 'default/pay', 'failed');
  const second = await context.newPage();
  const third = await context.newPage();
  const pages = [page, second, third];
  for (const other of [second, third]) {
    await other.goto(`${app.origin}/c/default/chat`);
    await live(other);
  }
  // Nobody has the channel open: the rule wants it.
  await subscribed(app, ['default/pay']);
  await app.far.publish('default/pay', [{ state: 'ok' }, { state: 'failed', id: 7 }]);
  await expect.poll(() => told(pages)).toHaveLength(1);
  expect(await badges(pages)).toContain(1);

  // Whoever watched goes: the next one goes on, and says nothing twice.
  const one = (await told(pages))[0];
  await page.close();
  const rest = pages.slice(1);
  await app.far.publish('default/pay', [{ state: 'failed', id: 8 }]);
  await expect.poll(async () => (await badges(rest)).at(-1)).toBe(2);
  expect((await told(rest)).filter(({ path }) => path === one?.path)).toEqual([]);

  // A click on the notification leads to its address, in a window that is open: here as a page hears of it.
  expect(one?.path).toMatch(/^\/c\/default\/pay#e\d+\.\d+$/);
  await second.getByRole('textbox', { name: 'Event' }).fill('{"half":');
  await second.evaluate((path) => {
    const data = { type: 'OPEN_ADDRESS', url: location.origin + path };
    navigator.serviceWorker.dispatchEvent(new MessageEvent('message', { data }));
  }, one?.path ?? '');
  await expect(second).toHaveURL(`${app.origin}/c/default/pay`);
  await expect(second.getByRole('complementary', { name: 'Event details' })).toContainText('7');
  await expect.poll(async () => (await badges(rest)).at(-1)).toBe(0);
  // It came there without a reload: what was being written is there.
  await second.getByRole('link', { name: 'default/chat' }).click();
  await expect(second.getByRole('textbox', { name: 'Event' })).toHaveValue('{"half":');
});

test('a rule is tested, made quiet, switched off and removed; a wrong one is refused with a reason', async ({
  app,
  context,
  page,
}) => {
  await noteWhatIsTold(context);
  await signIn(page, app);
  await openChannels(page, ['default/pay', 'default/chat']);
  await live(page);
  await subscribed(app, ['default/pay']);
  await app.far.publish('default/pay', [{ state: 'failed' }, { state: 'ok' }]);
  await expect(page).toHaveTitle('(2) default/chat · Switchboard');
  await addRule(page, 'Failed', 'default/pay', 'failed');
  await page.keyboard.press('b');
  const dialog = page.getByRole('dialog', { name: 'Watch rules' });
  await dialog.getByRole('button', { name: 'Test Failed' }).click();
  await expect(dialog.getByText('It finds 1 of the last 2 events kept here.')).toBeVisible();
  expect(await told([page])).toMatchObject([{ body: 'This is how it will look.' }]);
  await dialog.getByRole('checkbox', { name: /^Failed: count only/ }).check();
  await app.far.publish('default/pay', [{ state: 'failed', id: 2 }]);
  await expect(dialog.getByText('1 not seen')).toBeVisible();
  expect(await told([page])).toHaveLength(1);
  await dialog.getByRole('button', { name: 'Show the newest event of Failed' }).click();
  await expect(page).toHaveURL(/\/c\/default\/pay$/);

  await page.getByRole('button', { name: /^Watch rules/ }).click();
  await dialog.getByRole('combobox', { name: 'Kind of filter' }).selectOption('Regular expression');
  await dialog.getByRole('textbox', { name: 'Name' }).fill('Broken');
  await dialog.getByRole('textbox', { name: 'Filter' }).fill('(open');
  await dialog.getByRole('button', { name: 'Add rule' }).click();
  await expect(dialog.getByRole('alert')).toContainText('not closed');
  await expect(dialog.getByRole('textbox', { name: 'Filter' })).toBeFocused();
  await dialog.getByRole('button', { name: 'Remove the rule Failed' }).click();
  await expect(dialog.getByText('There is no rule yet.')).toBeVisible();
});

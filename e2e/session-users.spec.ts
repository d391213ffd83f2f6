/** Another user signs in, or somebody signs out, while pages of the first one are open, cached or offline. */
import type { BrowserContext, Page } from '@playwright/test';
import { CHROMIUM, CHROMIUM_ARGS } from '../scripts/chromium.mjs';
import type { App } from './support/fixtures.ts';
import { expect, live, shown, signIn, subscribed, test } from './support/fixtures.ts';
import { readStores } from './support/secrets.ts';

const CHANNEL = 'default/one';
const SECRET = 'for-ada-only';

/** A page of ada that shows an event of hers. */
async function adaWatches(page: Page, app: App): Promise<void> {
  await signIn(page, app, 'ada', `/c/${CHANNEL}`);
  await live(page);
  await subscribed(app, [CHANNEL]);
  await app.far.publish(CHANNEL, [{ n: 1, note: SECRET }]);
  await expect.poll(() => shown(page, 'n')).toEqual([1]);
}

/** Signs in as `user` in a tab where somebody is signed in already, as another person at the same device. */
async function signInOver(page: Page, app: App, context: BrowserContext, user: string): Promise<void> {
  // The provider, too, must ask who it is.
  await context.clearCookies({ name: /^switchboard_local_session/ });
  await page.goto(`${app.origin}/auth/sign-in?return=${encodeURIComponent(`/c/${CHANNEL}`)}`);
  await page.getByRole('button', { name: `Continue as ${user}` }).click();
  await page.waitForURL(`${app.origin}/c/${CHANNEL}`);
}

test('another user signs in in one tab: the other tabs let go of the first, and show nothing of theirs', async ({
  app,
  context,
  page,
}) => {
  await adaWatches(page, app);
  const second = await context.newPage();
  await second.goto(`${app.origin}/c/${CHANNEL}`);
  await expect.poll(() => shown(second, 'n')).toEqual([1]);

  const third = await context.newPage();
  await signInOver(third, app, context, 'grace');
  await live(third);
  for (const each of [page, second, third]) {
    await expect(each.getByRole('banner')).toContainText('grace');
    await expect(each.locator('body')).not.toContainText(SECRET);
    await expect(each.locator('body')).not.toContainText('ada');
    await live(each);
    const { sub } = await each.evaluate(() =>
      fetch('/api/cognito-token').then((response) => response.json() as Promise<{ sub: string }>),
    );
    expect(new Set(app.proxy.seen.map(({ url }) => url.includes(sub)))).toEqual(new Set([false]));
  }
  // Ada's session is over at the provider, and no socket of hers is left.
  await expect.poll(async () => (await app.far.stats()).provider.revocations).toBe(1);
  await expect
    .poll(async () => new Set((await app.far.stats()).events.sockets.map(({ user }) => user)).size)
    .toBe(1);
});

test('signed out while offline: gone from the device at once, told to the server when the network is back', async ({
  app,
  context,
  page,
}) => {
  await adaWatches(page, app);
  await context.setOffline(true);
  app.proxy.cut();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await expect(page.getByRole('status')).toHaveText(/^Signed out/, { timeout: 1_000 });
  await expect(page.locator('body')).not.toContainText(SECRET);
  await expect.poll(async () => JSON.stringify(await readStores(page))).not.toContain(SECRET);
  expect(app.proxy.count('/auth/sign-out', 'POST')).toBe(0);
  expect((await app.far.stats()).provider.revocations).toBe(0);

  app.proxy.mend();
  await context.setOffline(false);
  await expect.poll(async () => (await app.far.stats()).provider.revocations).toBe(1);
  expect(app.proxy.count('/auth/sign-out', 'POST')).toBe(1);
  expect(await page.evaluate(() => fetch('/api/cognito-token').then(({ status }) => status))).toBe(401);
});

test.describe('with a back/forward cache', () => {
  test.use({
    launchOptions: {
      executablePath: CHROMIUM,
      args: CHROMIUM_ARGS,
      // Playwright turns it off for everybody else.
      ignoreDefaultArgs: ['--disable-back-forward-cache'],
    },
  });

  for (const then of ['a sign-out', 'the sign-in of another user'] as const) {
    test(`going back after ${then} shows nothing of the first user`, async ({ app, context, page }) => {
      await page.addInitScript(() => {
        addEventListener('pageshow', (event) => {
          if (event.persisted) document.documentElement.setAttribute('data-from-cache', '');
        });
      });
      await adaWatches(page, app);
      await page.goto(`${app.origin}/healthz`);
      const other = await context.newPage();
      if (then === 'a sign-out') {
        await other.goto(`${app.origin}/c/${CHANNEL}`);
        await other.getByRole('button', { name: 'Sign out' }).click();
        await expect.poll(async () => (await app.far.stats()).provider.revocations).toBe(1);
      } else {
        await signInOver(other, app, context, 'grace');
        await live(other);
      }
      await page.goBack();
      await page.waitForURL(`${app.origin}/c/${CHANNEL}`);
      if (then === 'a sign-out') await expect(page.getByRole('status')).toHaveText(/^Signed out/);
      else await expect(page.getByRole('banner')).toContainText('grace');
      await expect(page.locator('body')).not.toContainText(SECRET);
      await expect(page.locator('body')).not.toContainText('ada');
    });
  }
});

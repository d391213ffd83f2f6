/** Going back to a page of a session that is over. In a file of its own: the browser starts with its back/forward cache. */
import { CHROMIUM, CHROMIUM_ARGS } from '../scripts/chromium.mjs';
import { expect, live, test } from './support/fixtures.ts';
import { adaWatches, CHANNEL, SECRET, signInOver } from './support/two-users.ts';

test.use({
  launchOptions: {
    executablePath: CHROMIUM,
    args: CHROMIUM_ARGS,
    // Playwright turns it off.
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

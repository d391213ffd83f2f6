/** Where am I signed in: the list, and ending other sessions from it. */
import { expect, live, signIn, test } from './support/fixtures.ts';

test('lists the sessions of the user, and ends another one at once', async ({ app, browser, page }) => {
  await signIn(page, app, 'ada', '/c/default/one');
  await live(page);
  const elsewhere = await browser.newContext();
  const other = await elsewhere.newPage();
  await signIn(other, app, 'ada', '/c/default/one');
  await live(other);
  const stranger = await browser.newContext();
  const grace = await stranger.newPage();
  await signIn(grace, app, 'grace');
  await live(grace);

  await page.getByRole('button', { name: /account/i }).click();
  await page.getByRole('link', { name: 'Where you are signed in' }).click();
  await expect(page.getByRole('main')).toContainText('Chrome');
  await expect(
    page.getByRole('button', { name: /^End this session|^Sign out there|^End/ }).first(),
  ).toBeVisible();
  await page.getByRole('button', { name: 'End all other sessions' }).click();
  await expect(page).toHaveURL(`${app.origin}/auth/sessions`);

  const statusOf = (tab: typeof page) =>
    tab.evaluate(() => fetch('/api/cognito-token', { cache: 'reload' }).then(({ status }) => status));
  expect(await statusOf(other)).toBe(401);
  // As on a wake or a return of the network; at the latest a visible page asks within a minute.
  await other.evaluate(() => window.dispatchEvent(new Event('online')));
  await expect(other.getByRole('status')).toHaveText(/^Signed out/);
  expect(await statusOf(grace)).toBe(200);
  await page.goto(`${app.origin}/c/default/one`);
  await live(page);
  await elsewhere.close();
  await stranger.close();
});

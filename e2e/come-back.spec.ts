/** What is still there after a sign-in, a reload and a crash: what the app was opened with, and what waits unread. */
import type { Page } from '@playwright/test';
import { expect, live, openChannels, signIn, subscribed, test } from './support/fixtures.ts';

/** Signs in on the page that is shown, wherever it then leads. */
async function signInHere(page: Page): Promise<void> {
  await page.evaluate(async () => void (await navigator.serviceWorker.ready));
  await page.getByRole('link', { name: 'Sign in' }).first().click();
  await page.getByRole('button', { name: 'Continue as ada' }).click();
}

test('a link that is opened signed out leads to its channel after the sign-in', async ({ app, page }) => {
  await page.goto(`${app.origin}/?link=web%2Bswitchboard%3Adefault%2Forders`);
  await signInHere(page);
  await expect(page).toHaveURL(`${app.origin}/c/default/orders`);
});

test('text that is shared signed out is there after the sign-in, once, and no server saw it', async ({
  app,
  page,
}) => {
  await page.goto(`${app.origin}/#share=${encodeURIComponent('{"note": "unheard-of"}')}`);
  await signInHere(page);
  await openChannels(page, ['default/chat']);
  await expect(page.getByRole('textbox', { name: 'Event' })).toHaveValue('{"note": "unheard-of"}');
  // Once is enough.
  await page.getByRole('textbox', { name: 'Event' }).fill('');
  await page.reload();
  await live(page);
  await expect(page).toHaveURL(`${app.origin}/c/default/chat`);
  await expect(page.getByRole('textbox', { name: 'Event' })).toHaveValue('');
  expect(JSON.stringify(app.proxy.seen)).not.toContain('unheard-of');
});

test('what waits unread is counted on after a reload and after a crash', async ({ app, context, page }) => {
  await signIn(page, app);
  await openChannels(page, ['default/orders', 'default/chat']);
  await live(page);
  await subscribed(app, ['default/orders', 'default/chat']);
  await app.far.publish('default/orders', [{ n: 1 }, { n: 2 }]);
  await app.far.publish('default/chat', [{ n: 1 }]);
  await expect(page).toHaveTitle('(2) default/chat · Switchboard');
  await page.reload();
  await live(page);
  await expect(page).toHaveTitle('(2) default/chat · Switchboard');
  await app.far.publish('default/orders', [{ n: 3 }]);
  await expect(page).toHaveTitle('(3) default/chat · Switchboard');

  const tools = await context.newCDPSession(page);
  const crashed = page.waitForEvent('crash');
  void tools.send('Page.crash').catch(() => {});
  await crashed;
  const again = await context.newPage();
  await again.goto(app.origin);
  await live(again);
  await expect(again).toHaveTitle('(3) default/chat · Switchboard');
  await again.getByRole('link', { name: 'default/orders' }).click();
  await expect(again).toHaveTitle('default/orders · Switchboard');
  await again.reload();
  await live(again);
  await expect(again.getByRole('link', { name: 'default/chat' })).toBeVisible();
  await expect(again).toHaveTitle('default/orders · Switchboard');
});

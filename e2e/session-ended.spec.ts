/** A session that was ended somewhere else, and a device whose clock is wrong. */
import type { BrowserContext, Page } from '@playwright/test';
import type { App } from './support/fixtures.ts';
import { expect, live, openChannels, shown, signIn, subscribed, test } from './support/fixtures.ts';

const CHANNEL = 'default/one';
const HOUR_MS = 3_600_000;

/** Ends the session from another place that has its cookie: the server knows, this browser does not. */
async function endElsewhere(app: App, context: BrowserContext): Promise<void> {
  const cookies = await context.cookies(app.origin);
  const response = await fetch(`${app.origin}/auth/sign-out`, {
    method: 'POST',
    redirect: 'manual',
    headers: {
      cookie: cookies.map(({ name, value }) => `${name}=${value}`).join('; '),
      origin: app.origin,
      accept: 'application/json',
      'x-switchboard-request': '1',
      'sec-fetch-site': 'same-origin',
      'sec-fetch-mode': 'cors',
      'sec-fetch-dest': 'empty',
    },
  });
  expect(response.status).toBe(200);
}

const signedOut = (page: Page, timeout = 10_000) =>
  expect(page.getByRole('status')).toHaveText(/^Signed out/, { timeout });

test.describe('a session ended elsewhere', () => {
  test('is noticed at the next use of a token, in every tab', async ({ app, context, page }) => {
    await signIn(page, app, 'ada', `/c/${CHANNEL}`);
    await live(page);
    const other = await context.newPage();
    await other.goto(`${app.origin}/c/${CHANNEL}`);
    await live(other);
    await endElsewhere(app, context);
    // The service no longer takes the old token: a new one is asked for.
    await app.far.expireTokens();
    await app.far.drop();
    for (const each of [page, other]) await signedOut(each, 5_000);
    await expect.poll(async () => (await app.far.stats()).events.socketsOpen).toBe(0);
  });

  test('is noticed when the network returns', async ({ app, context, page }) => {
    await signIn(page, app, 'ada', `/c/${CHANNEL}`);
    await live(page);
    await endElsewhere(app, context);
    await context.setOffline(true);
    await context.setOffline(false);
    await signedOut(page, 5_000);
  });

  test('is noticed when the page is seen again', async ({ app, context, page }) => {
    await page.clock.install();
    await signIn(page, app, 'ada', `/c/${CHANNEL}`);
    await live(page);
    await endElsewhere(app, context);
    // Longer than the pause between two looks, shorter than the look that comes by itself.
    await page.clock.runFor(10_000);
    await expect(page.getByRole('status')).toHaveText(/^Live/);
    await page.evaluate(() => dispatchEvent(new Event('focus')));
    await signedOut(page, 5_000);
  });

  test('is noticed within 60 s by a page that is merely open', async ({ app, context, page }) => {
    await page.clock.install();
    await signIn(page, app, 'ada', `/c/${CHANNEL}`);
    await live(page);
    await endElsewhere(app, context);
    const looks = app.proxy.count('/api/session');
    await page.clock.runFor(60_000);
    await signedOut(page, 5_000);
    expect(app.proxy.count('/api/session')).toBe(looks + 1);
  });
});

for (const hours of [-26, 26]) {
  test(`a device whose clock is ${hours} h off: signs in, watches and publishes, and asks for no token twice`, async ({
    app,
    page,
  }) => {
    await page.clock.install({ time: Date.now() + hours * HOUR_MS });
    await page.clock.resume();
    await signIn(page, app);
    await openChannels(page, [CHANNEL]);
    await live(page);
    await subscribed(app, [CHANNEL]);
    await page.getByRole('textbox', { name: 'Event' }).fill('{"n":1}');
    await page.getByRole('button', { name: 'Publish' }).click();
    await expect.poll(() => shown(page, 'n')).toEqual([1]);
    // One, or two where the very first page asked before its service worker was there.
    expect(app.proxy.count('/api/cognito-token')).toBeLessThanOrEqual(2);
    expect((await app.far.stats()).provider.refreshes).toBe(0);
  });
}

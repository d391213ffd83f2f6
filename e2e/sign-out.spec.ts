/** Signing out is final, everywhere, and leaves nothing behind. */
import type { Page } from '@playwright/test';
import { expect, live, openChannels, shown, signIn, subscribed, test, upTo } from './support/fixtures.ts';
import { readStores } from './support/secrets.ts';

const CHANNEL = 'default/one';

test('in one tab: all tabs show it within 500 ms, the socket closes, the provider knows, nothing is left', async ({
  app,
  context,
  page,
}) => {
  await signIn(page, app);
  await openChannels(page, [CHANNEL]);
  const others: Page[] = [];
  for (const _ of upTo(2)) {
    const other = await context.newPage();
    await other.goto(`${app.origin}/c/${CHANNEL}`);
    await live(other);
    others.push(other);
  }
  await subscribed(app, [CHANNEL]);
  await app.far.publish(CHANNEL, [{ n: 1, private: 'for-ada-only' }]);
  for (const each of [page, ...others]) await expect.poll(() => shown(each, 'n')).toEqual([1]);

  // Each tab notes by itself when it shows the sign-out; the clock is the browser's own.
  const noted = others.map((other) =>
    other.evaluate(
      () =>
        new Promise<number>((resolve) => {
          const look = () => {
            if (document.querySelector('[role=status]')?.textContent?.startsWith('Signed out')) {
              observer.disconnect();
              resolve(Date.now());
            }
          };
          const observer = new MutationObserver(look);
          observer.observe(document.body, { subtree: true, childList: true, characterData: true });
          look();
        }),
    ),
  );
  const pressed = page.evaluate(
    () =>
      new Promise<number>((resolve) =>
        document.addEventListener('click', () => resolve(Date.now()), { capture: true, once: true }),
      ),
  );
  await page.getByRole('button', { name: 'Sign out' }).click();
  const clicked = await pressed;
  for (const at of await Promise.all(noted)) expect(at - clicked).toBeLessThan(500);

  await page.waitForURL(`${app.origin}/`);
  await expect(page.getByRole('status')).toHaveText(/^Signed out/);
  await expect.poll(async () => (await app.far.stats()).events.socketsOpen).toBe(0);
  await expect.poll(async () => (await app.far.stats()).provider.revocations).toBe(1);
  expect((await app.far.stats()).provider.logouts).toBe(1);
  const answer = await page.evaluate(() => fetch('/api/cognito-token').then((response) => response.status));
  expect(answer).toBe(401);

  for (const each of [page, ...others]) {
    await expect(each.locator('body')).not.toContainText('for-ada-only');
    expect(JSON.stringify(await readStores(each))).not.toContain('for-ada-only');
  }
  await expect
    .poll(async () => {
      const { databases, local } = await readStores(page);
      return [Object.keys(databases), Object.keys(local)];
    })
    .toEqual([[], []]);
});

test('keeps the history on the device for those who chose so, and shows it to nobody else', async ({
  app,
  page,
}) => {
  await signIn(page, app);
  await openChannels(page, [CHANNEL]);
  await live(page);
  await subscribed(app, [CHANNEL]);
  await app.far.publish(CHANNEL, [{ n: 1 }]);
  await expect.poll(() => shown(page, 'n')).toEqual([1]);
  await page.getByRole('button', { name: /account/i }).click();
  await page.getByRole('checkbox', { name: 'Keep my history on this device' }).check();
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.waitForURL(`${app.origin}/`);

  await signIn(page, app, 'grace', `/c/${CHANNEL}`);
  await live(page);
  expect(await shown(page, 'n')).toEqual([]);
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.waitForURL(`${app.origin}/`);

  await signIn(page, app, 'ada', `/c/${CHANNEL}`);
  await expect.poll(() => shown(page, 'n')).toEqual([1]);
});

/** Another user signs in, or somebody signs out without a network, while pages of the first one are open. */
import { expect, live, shown, test } from './support/fixtures.ts';
import { readStores } from './support/secrets.ts';
import { adaWatches, CHANNEL, SECRET, signInOver } from './support/two-users.ts';

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

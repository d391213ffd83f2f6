/** A new version: a calm offer, taken in all windows at one click, and what is being written stays. */
import { expect, live, openChannels, signIn, test } from './support/fixtures.ts';

test('an update waits for a click, takes all windows, and loses neither drafts nor channels', async ({
  app,
  context,
  page,
}) => {
  await signIn(page, app);
  await openChannels(page, ['default/one', 'default/two']);
  await live(page);
  const other = await context.newPage();
  await other.goto(`${app.origin}/c/default/one`);
  await live(other);
  const pages = [page, other];
  for (const [at, window] of pages.entries()) {
    await window.getByRole('textbox', { name: 'Event' }).fill(`{"draft": ${at}`);
    await window.evaluate(() => Object.assign(window, { oldVersion: true }));
  }

  const script = await (await fetch(`${app.origin}/sw.js`)).text();
  app.proxy.serve('/sw.js', 'text/javascript', `${script}\n// The next version.`);
  await page.evaluate(async () => void (await (await navigator.serviceWorker.ready).update()));
  for (const window of pages) {
    await expect(window.getByRole('button', { name: 'Update' })).toBeVisible();
    expect(await window.evaluate(() => 'oldVersion' in window)).toBe(true);
  }

  await page.getByRole('button', { name: 'Update' }).click();
  for (const [at, window] of pages.entries()) {
    await expect.poll(() => window.evaluate(() => 'oldVersion' in window).catch(() => true)).toBe(false);
    await live(window);
    await expect(window.getByRole('button', { name: 'Update' })).toBeHidden();
    await expect(window.getByRole('textbox', { name: 'Event' })).toHaveValue(`{"draft": ${at}`);
    await expect(window.getByRole('link', { name: 'default/one' })).toBeVisible();
  }
});

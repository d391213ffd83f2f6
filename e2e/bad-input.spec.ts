/** Bad input gets a sentence where it happened, costs nothing else, and nothing that was written is lost. */
import { expect, live, openChannels, shown, signIn, subscribed, test } from './support/fixtures.ts';

test('a channel that cannot exist, typed or in the address', async ({ app, page }) => {
  await signIn(page, app);
  const field = page.getByRole('textbox', { name: 'Open channel' });
  for (const bad of ['no spaces allowed', 'a/b/c/d/e/f', 'default/*/x', '*', 'default/under_score']) {
    await field.fill(bad);
    await page.getByRole('button', { name: 'Open', exact: true }).click();
    await expect(field).toHaveAttribute('aria-invalid', 'true');
    await expect(field).toHaveValue(bad);
  }
  const answer = await page.goto(`${app.origin}/c/default/under_score`);
  expect(answer?.status()).toBe(404);
  await expect(page.getByRole('main')).toContainText('under_score');
  await openChannels(page, ['default/fine']);
  await live(page);
});

test('an event that is no JSON, or too large: said beside the text, which stays', async ({ app, page }) => {
  await signIn(page, app);
  await openChannels(page, ['default/one']);
  await live(page);
  await subscribed(app, ['default/one']);
  const text = page.getByRole('textbox', { name: 'Event' });
  const publish = page.getByRole('button', { name: 'Publish' });
  await text.fill('{"a": }');
  await publish.click();
  await expect(page.getByRole('main')).toContainText(/line 1/i);
  await expect(text).toHaveValue('{"a": }');
  await text.fill(JSON.stringify({ big: 'x'.repeat(241 * 1024) }));
  await publish.click();
  await expect(page.getByRole('main')).toContainText('240 KB');
  expect((await app.far.stats()).events.httpPublishes).toBe(0);
  await text.fill('{"n": 1}');
  await publish.click();
  await expect.poll(() => shown(page, 'n')).toEqual([1]);
});

test('hostile text is shown as text', async ({ app, page }) => {
  const alerts: string[] = [];
  page.on('dialog', (dialog) => {
    alerts.push(dialog.message());
    void dialog.dismiss();
  });
  await signIn(page, app);
  await openChannels(page, ['default/one']);
  await live(page);
  await subscribed(app, ['default/one']);
  const hostile = '<img src=x onerror=alert(1)><script>alert(2)</script>\u202Etxt';
  await app.far.publish('default/one', [{ hostile }]);
  await expect(page.getByRole('log')).toContainText('<img src=x onerror=alert(1)>');
  expect(alerts).toEqual([]);
});

test('a tampered cookie is a signed-out visitor, and a callback without its state is a page with a way back', async ({
  app,
  context,
  page,
}) => {
  await signIn(page, app);
  await live(page);
  const [cookie] = (await context.cookies(app.origin)).filter(({ name }) => /switchboard$/.test(name));
  expect(cookie?.httpOnly).toBe(true);
  if (cookie === undefined) return;
  await context.addCookies([{ ...cookie, value: `${cookie.value.slice(0, -4)}AAAA` }]);
  await page.goto(app.origin);
  await expect(page.getByRole('status')).toHaveText(/^Signed out/);

  for (const query of ['', '?code=abc', '?code=abc&state=wrong', '?error=access_denied']) {
    const answer = await page.goto(`${app.origin}/auth/callback${query}`);
    expect(answer?.status()).toBe(400);
    await expect(page.getByRole('link')).not.toHaveCount(0);
  }
});

test('with the provider out, the page says so and the app stays usable for those who are signed in', async ({
  app,
  page,
}) => {
  await signIn(page, app, 'ada', '/c/default/one');
  await live(page);
  await app.far.faults({ provider: { mode: 'unavailable' } });
  await page.reload();
  await live(page);
  await app.far.faults({ provider: { mode: 'ok' } });
});

/** The first HTML already shows who is signed in and which channel is open, and runs under a strict policy. */
import { expect, live, signIn, test } from './support/fixtures.ts';

test('names the user and the channel, and breaks no policy when it comes to life', async ({
  app,
  context,
  page,
}) => {
  const violations: string[] = [];
  page.on('console', (message) => {
    if (/Content Security Policy|Trusted ?Type|hydrat/i.test(message.text())) violations.push(message.text());
  });
  page.on('pageerror', (error) => violations.push(error.message));
  await signIn(page, app, 'ada', '/c/default/orders');
  await live(page);
  const html = await (await context.request.get(`${app.origin}/c/default/orders`)).text();
  expect(html).toContain('ada');
  expect(html).toContain('default/orders');
  expect(violations).toEqual([]);
});

test('the shell knows nobody', async ({ app, context, page }) => {
  await signIn(page, app);
  const answer = await context.request.get(`${app.origin}/shell`);
  expect(await answer.text()).not.toContain('ada');
  const again = await (await context.request.get(`${app.origin}/shell`, { headers: { cookie: '' } })).text();
  const withoutNonce = (html: string): string => html.replaceAll(/nonce="[^"]*"/g, '');
  expect(withoutNonce(again)).toBe(withoutNonce(await answer.text()));
});

/** No token rests anywhere in the browser, in an address, or in what the server prints. */

import { expect, live, openChannels, shown, signIn, subscribed, test } from './support/fixtures.ts';
import { readStores } from './support/secrets.ts';

/** A JWT's first two parts: what every access and ID token has. */
const JWT = /eyJ[\w-]{8,}\.eyJ[\w-]{8,}/;

test('after signing in, watching, publishing, a cut and a sign-out, no token is found', async ({
  app,
  context,
  page,
}) => {
  const printed: string[] = [];
  const addresses: string[] = [];
  const bodies: { url: string; text: string }[] = [];
  context.on('console', (message) => printed.push(message.text()));
  context.on('request', (request) => addresses.push(request.url()));
  context.on('response', async (response) => {
    if (!response.url().startsWith(app.origin)) return;
    const text = await response.text().catch(() => '');
    bodies.push({ url: response.url(), text });
  });

  await signIn(page, app);
  await openChannels(page, ['default/one']);
  await live(page);
  await subscribed(app, ['default/one']);
  await page.getByRole('textbox', { name: 'Event' }).fill('{"n":1}');
  await page.getByRole('button', { name: 'Publish' }).click();
  await expect.poll(() => shown(page, 'n')).toEqual([1]);
  // The page itself can have the token (that is the product), so the scan can tell what to look for.
  const { accessToken } = await page.evaluate(() =>
    fetch('/api/cognito-token').then((response) => response.json() as Promise<{ accessToken: string }>),
  );
  expect(accessToken).toMatch(JWT);
  await app.far.drop();
  await live(page);

  const signature = accessToken.split('.')[2] ?? accessToken;
  const scan = async (): Promise<void> => {
    const places = {
      stores: JSON.stringify(await readStores(page)),
      console: printed.join('\n'),
      addresses: addresses.join('\n'),
      requests: app.proxy.seen.map(({ url }) => url).join('\n'),
      server: app.output(),
    };
    for (const [place, text] of Object.entries(places)) {
      expect(text, place).not.toContain(signature);
      expect(text, place).not.toMatch(JWT);
    }
  };
  await scan();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.waitForURL(`${app.origin}/`);
  await scan();

  // Whatever the server answered to the browser: only the token route carries a token, and none a refresh token.
  for (const { url, text } of bodies) {
    expect(text, url).not.toContain('refresh_token');
    if (!url.endsWith('/api/cognito-token')) expect(text, url).not.toMatch(JWT);
  }
});

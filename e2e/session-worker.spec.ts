/** The service worker is ended, or replaced by another version, while pages use it. Counted at the server's door. */
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from '@playwright/test';
import { test as base, expect, live, signIn, subscribed, upTo } from './support/fixtures.ts';

const CHANNEL = 'default/one';
const TOKEN = '/api/cognito-token';

const controlled = (page: Page) =>
  expect.poll(() => page.evaluate(() => navigator.serviceWorker.controller !== null)).toBe(true);

/** Status of a token request as any part of the page makes it. */
const askToken = (page: Page) => page.evaluate((path) => fetch(path).then(({ status }) => status), TOKEN);

base.describe('a service worker that is ended', () => {
  base('costs one more request each time, and never a sign-in', async ({ app, context, page }) => {
    await signIn(page, app, 'ada', `/c/${CHANNEL}`);
    await live(page);
    await controlled(page);
    expect(await askToken(page)).toBe(200);
    const before = app.proxy.count(TOKEN);
    const devtools = await context.newCDPSession(page);
    await devtools.send('ServiceWorker.enable');
    for (const kills of upTo(3)) {
      await devtools.send('ServiceWorker.stopAllWorkers');
      for (const _ of upTo(3)) expect(await askToken(page)).toBe(200);
      expect(app.proxy.count(TOKEN)).toBe(before + kills);
    }
    const { provider } = await app.far.stats();
    expect([provider.authorizations, provider.codeGrants, provider.refreshes]).toEqual([1, 1, 0]);
    await expect(page.getByRole('status')).toHaveText(/^Live/);
  });

  base(
    'in the middle of requests signs nobody out; whoever asks again has a token',
    async ({ app, context, page }) => {
      await signIn(page, app, 'ada', `/c/${CHANNEL}`);
      await live(page);
      await controlled(page);
      const devtools = await context.newCDPSession(page);
      await devtools.send('ServiceWorker.enable');
      for (const _ of upTo(5)) {
        const asked = page.evaluate(
          (path) =>
            Promise.all(
              Array.from({ length: 8 }, () =>
                fetch(path).then(
                  ({ status }) => status,
                  () => null,
                ),
              ),
            ),
          TOKEN,
        );
        await devtools.send('ServiceWorker.stopAllWorkers');
        // The browser may fail a request whose worker it ended; it never turns into an answer of another kind.
        for (const status of await asked) expect([200, null]).toContain(status);
        expect(await askToken(page)).toBe(200);
      }
      expect((await app.far.stats()).provider.authorizations).toBe(1);
      await expect(page.getByRole('status')).toHaveText(/^Live/);
    },
  );
});

/** A server whose `sw.js` can change: a second proxy between the counting one and the server. */
const test = base.extend<{ port: number }>({
  // Any free port; the server is told it, so that the second proxy knows where to go.
  port: async ({ browserName: _ }, use) => {
    const probe = createServer().listen(0, 'localhost');
    await new Promise((resolve) => probe.once('listening', resolve));
    const { port } = probe.address() as AddressInfo;
    await new Promise((resolve) => probe.close(resolve));
    await use(port);
  },
  env: async ({ port }, use) => use({ PORT: `${port}` }),
});

test('a new version beside old tabs: they keep their token flow, and it takes over without a sign-in', async ({
  app,
  context,
  page,
  port,
}) => {
  let version = '';
  const front = createServer((incoming, outgoing) => {
    const { method, url: path, headers } = incoming;
    // The whole script, as plain text: something is added to it.
    if (path === '/sw.js') {
      for (const name of ['accept-encoding', 'if-none-match', 'if-modified-since']) delete headers[name];
    }
    const upstream = request({ host: 'localhost', port, method, path, headers }, (answer) => {
      const changed = path === '/sw.js' && version !== '';
      const { 'content-length': _length, etag: _etag, ...others } = answer.headers;
      outgoing.writeHead(answer.statusCode ?? 502, changed ? others : answer.headers);
      if (!changed) return void answer.pipe(outgoing);
      answer.pipe(outgoing, { end: false });
      answer.once('end', () => outgoing.end(version));
    });
    upstream.on('error', () => outgoing.destroy());
    incoming.pipe(upstream);
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => front.once('listening', resolve));
  app.proxy.target((front.address() as AddressInfo).port);

  await signIn(page, app, 'ada', `/c/${CHANNEL}`);
  const other = await context.newPage();
  await other.goto(`${app.origin}/c/${CHANNEL}`);
  for (const each of [page, other]) {
    await live(each);
    await controlled(each);
    await each.evaluate(() => document.documentElement.setAttribute('data-same-page', ''));
  }
  await subscribed(app, [CHANNEL]);
  const before = app.proxy.count(TOKEN);

  version = '\n// another version\n';
  await page.evaluate(async () => {
    const registration = await navigator.serviceWorker.ready;
    await registration.update();
  });
  await expect
    .poll(() => page.evaluate(async () => (await navigator.serviceWorker.ready).waiting !== null))
    .toBe(true);
  for (const each of [page, other]) expect(await askToken(each)).toBe(200);
  expect(app.proxy.count(TOKEN)).toBe(before);

  for (const each of [page, other]) {
    expect(await each.evaluate(() => document.documentElement.hasAttribute('data-same-page'))).toBe(true);
  }

  // One tab asks for the new version: both are loaded again with it, and go on.
  await page.evaluate(async () => {
    (await navigator.serviceWorker.ready).waiting?.postMessage({ type: 'SKIP_WAITING' });
  });
  for (const each of [page, other]) {
    await expect(each.locator('html')).not.toHaveAttribute('data-same-page');
    await live(each);
    expect(await askToken(each)).toBe(200);
  }
  expect(app.proxy.count(TOKEN)).toBe(before + 1);
  expect((await app.far.stats()).provider.authorizations).toBe(1);
  front.closeAllConnections();
  front.close();
});

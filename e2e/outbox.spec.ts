/** What is published is sent: with no tab open, when the service takes no more, and only for whoever published it. */
import type { BrowserContext, Page } from '@playwright/test';
import { type App, expect, live, openChannels, signIn, test, upTo } from './support/fixtures.ts';
import { listen } from './support/listener.ts';
import { buildPublisher, type PublisherWindow, rowsOf } from './support/outbox-publisher.ts';
import { readStores } from './support/secrets.ts';
import { signInOver } from './support/two-users.ts';

const CHANNEL = 'default/one';

async function publish(page: Page, event: unknown): Promise<void> {
  await page.getByRole('textbox', { name: 'Event' }).fill(JSON.stringify(event));
  await page.getByRole('button', { name: 'Publish' }).click();
  // The composer is empty again when the publish is durable.
  await expect(page.getByRole('textbox', { name: 'Event' })).toHaveValue('');
}

async function cut(app: App, context: BrowserContext): Promise<void> {
  await context.setOffline(true);
  await app.far.faults({ events: { refuseConnections: true } });
}

async function mend(app: App, context: BrowserContext): Promise<void> {
  await app.far.faults({ events: { refuseConnections: false } });
  await context.setOffline(false);
}

const numbers = (heard: readonly { event: unknown }[]): unknown[] =>
  heard.map(({ event }) => (event as { n: unknown }).n);

test('with every tab closed: the service worker sends what was queued offline, once and in order', async ({
  app,
  context,
  page,
}) => {
  const far = await listen(app, [CHANNEL]);
  await signIn(page, app);
  await openChannels(page, [CHANNEL]);
  await live(page);
  await cut(app, context);
  for (const n of upTo(7)) await publish(page, { n });
  await expect(page.getByRole('main')).toContainText(/queued/i);

  // The browser itself has no network here, so no sync is on its way: the test says when.
  const blank = await context.newPage();
  const devtools = await context.newCDPSession(blank);
  const registered = new Promise<string>((resolve) => {
    devtools.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => {
      const [first] = registrations;
      if (first !== undefined) resolve(first.registrationId);
    });
  });
  await devtools.send('ServiceWorker.enable');
  const registrationId = await registered;
  await page.close();
  expect(far.heard).toEqual([]);
  await mend(app, context);
  await devtools.send('ServiceWorker.dispatchSyncEvent', {
    origin: app.origin,
    registrationId,
    tag: 'switchboard-outbox',
    lastChance: false,
  });
  await expect.poll(() => numbers(far.heard)).toEqual(upTo(7));

  // Opened again, the app shows what became of it, and no token rests anywhere.
  const tab = await context.newPage();
  await tab.goto(`${app.origin}/c/${CHANNEL}`);
  await expect(tab.getByRole('main')).toContainText(/delivered/i);
  await live(tab);
  const { accessToken } = await tab.evaluate(() =>
    fetch('/api/cognito-token').then((response) => response.json() as Promise<{ accessToken: string }>),
  );
  expect(JSON.stringify(await readStores(tab))).not.toContain(accessToken.split('.')[2]);
  expect(numbers(far.heard)).toEqual(upTo(7));
  far.close();
});

test('the browser is asked for a background sync for every publish', async ({ app, page }) => {
  await signIn(page, app, 'ada', `/c/${CHANNEL}`);
  await live(page);
  await page.evaluate(async () => {
    const { sync } = (await navigator.serviceWorker.ready) as unknown as {
      sync: { register(tag: string): Promise<void> };
    };
    const asked: string[] = [];
    Object.assign(window, { asked });
    const register = sync.register.bind(sync);
    Object.getPrototypeOf(sync).register = (tag: string) => {
      asked.push(tag);
      return register(tag);
    };
  });
  await publish(page, { n: 1 });
  await expect
    .poll(() => page.evaluate(() => (window as unknown as { asked: string[] }).asked))
    .toEqual(['switchboard-outbox']);
});

test('without a session the event ends quietly, the rows stay; another user neither sees nor sends them', async ({
  app,
  context,
  page,
}) => {
  const far = await listen(app, [CHANNEL]);
  await signIn(page, app, 'ada', `/c/${CHANNEL}`);
  await live(page);
  await cut(app, context);
  await publish(page, { n: 1, note: 'for-ada-only' });
  const other = await context.newPage();
  await page.close();
  // Her session ends without her, and so does the token that is still in memory; somebody else signs in at this device.
  await context.clearCookies();
  await app.far.expireTokens();
  await mend(app, context);
  await signInOver(other, app, context, 'grace');
  await live(other);
  await publish(other, { n: 2 });
  await expect.poll(() => numbers(far.heard)).toEqual([2]);
  await expect(other.getByRole('main')).not.toContainText('for-ada-only');
  expect(numbers(far.heard)).toEqual([2]);
  // She comes back: what she wrote goes out.
  await signInOver(other, app, context, 'ada');
  await expect.poll(() => numbers(far.heard), { timeout: 15_000 }).toEqual([2, 1]);
  far.close();
});

test.describe('many at once', () => {
  test.use({ bypassCSP: true });

  test('200 under a limit of 25 a second: all delivered, in order, none refused, and the wait is shown', async ({
    app,
    page,
  }) => {
    const script = await buildPublisher();
    const channels = upTo(5).map((n) => `default/many-${n}`);
    const far = await listen(app, channels);
    await app.far.faults({ events: { publishPerSecond: 25 } });
    await signIn(page, app);
    await live(page);
    await page.addScriptTag({ content: script, type: 'module' });
    await page.waitForFunction(() => 'publisher' in window);
    const items = upTo(200).map((n) => ({
      channel: channels[n % 5] ?? '',
      event: { n, id: crypto.randomUUID() },
    }));
    const published = page.evaluate(
      (list) => (window as unknown as PublisherWindow).publisher.publishAll(list, () => {}),
      items,
    );
    await expect
      .poll(async () => (await rowsOf(page)).some(({ reason }) => /a second|just now/.test(reason ?? '')))
      .toBe(true);
    await published;
    await expect.poll(() => far.heard.length, { timeout: 30_000 }).toBe(200);
    for (const channel of channels) {
      const sent = items.filter((item) => item.channel === channel).map(({ event }) => event.n);
      expect(numbers(far.heard.filter((one) => one.channel === channel))).toEqual(sent);
    }
    const rows = await rowsOf(page);
    expect(rows.filter(({ state }) => state === 'refused')).toEqual([]);
    far.close();
  });
});

/** The connection or the token goes away, and comes back. */
import type { App } from './support/fixtures.ts';
import { expect, live, openChannels, shown, signIn, subscribed, test, upTo } from './support/fixtures.ts';

const CHANNEL = 'default/one';

/** How many sockets the service has ever had. */
async function socketsOpened(app: App): Promise<number> {
  return (await app.far.stats()).events.socketsOpened;
}

/**
 * Resolves with how long after `since` the service had one socket with the channel on it, opened after the first
 * `before` ones. Milliseconds.
 */
async function untilListening(app: App, since: number, before: number): Promise<number> {
  await expect
    .poll(
      async () => {
        const { events } = await app.far.stats();
        return (
          events.socketsOpened > before && events.sockets.map(({ subscriptions }) => subscriptions.length)
        );
      },
      { intervals: [20], timeout: 20_000 },
    )
    .toEqual([1]);
  return performance.now() - since;
}

test.describe('the connection', () => {
  test.beforeEach(async ({ app, page }) => {
    await signIn(page, app, 'ada', `/c/${CHANNEL}`);
    await live(page);
    await subscribed(app, [CHANNEL]);
  });

  test('dropped: live again within 1 s', async ({ app, page }) => {
    await app.far.publish(CHANNEL, [{ n: 1 }]);
    await expect.poll(() => shown(page, 'n')).toEqual([1]);
    const before = await socketsOpened(app);
    const dropped = performance.now();
    await app.far.drop();
    expect(await untilListening(app, dropped, before)).toBeLessThan(1_000);
    await live(page, 1_000);
    await app.far.publish(CHANNEL, [{ n: 2 }]);
    await expect.poll(() => shown(page, 'n')).toEqual([1, 2]);
  });

  test('with the Events service away for 10 s: says so, and is live within 1 s of its return', async ({
    app,
    page,
  }) => {
    await app.far.faults({ events: { refuseConnections: true } });
    await app.far.drop();
    await expect(page.getByRole('status')).toHaveText(/^Reconnecting/);
    const away = performance.now();
    await expect
      .poll(() => performance.now() - away, { timeout: 15_000, intervals: [500] })
      .toBeGreaterThan(10_000);
    await expect(page.getByRole('status')).toHaveText(/^Reconnecting/);
    const before = await socketsOpened(app);
    const back = performance.now();
    await app.far.faults({ events: { refuseConnections: false } });
    expect(await untilListening(app, back, before)).toBeLessThan(1_000);
    await live(page, 1_000);
    await expect(page.getByRole('log')).toContainText('Not listening');
  });

  test('silent but open: noticed and replaced within 12 s, and nothing is shown as live meanwhile without proof', async ({
    app,
    page,
  }) => {
    const before = await socketsOpened(app);
    await app.far.faults({ events: { silent: true } });
    const start = performance.now();
    await expect
      .poll(() => socketsOpened(app), { timeout: 15_000, intervals: [100] })
      .toBeGreaterThan(before);
    expect(performance.now() - start).toBeLessThan(12_000);
    await expect(page.getByRole('status')).toHaveText(/^Reconnecting/);
    await app.far.faults({ events: { silent: false } });
    await app.far.drop();
    await untilListening(app, start, before + 1);
    await live(page, 5_000);
    await app.far.publish(CHANNEL, [{ n: 7 }]);
    await expect.poll(() => shown(page, 'n')).toEqual([7]);
  });

  test('a denied channel says why; the others go on', async ({ app, page }) => {
    await openChannels(page, ['denied/secrets']);
    await expect(page.getByRole('main')).toContainText(/denied/i);
    await app.far.publish(CHANNEL, [{ n: 3 }]);
    await page.getByRole('link', { name: CHANNEL }).click();
    await expect.poll(() => shown(page, 'n')).toEqual([3]);
    expect((await app.far.stats()).events.socketsOpened).toBe(1);
  });
});

test.describe('an access token that ends while connected', () => {
  const LIFE = 12;
  test.use({ env: { LOCAL_TOKEN_SECONDS: `${LIFE}` } });

  test('is replaced in time by a connection of a newer one, which interrupts nothing; one refresh for each token', async ({
    app,
    page,
  }) => {
    await page.setViewportSize({ width: 900, height: 3_000 });
    await signIn(page, app, 'ada', `/c/${CHANNEL}`);
    await live(page);
    await subscribed(app, [CHANNEL]);
    // One event a second, across the end of the token's life.
    for (const n of upTo(LIFE + 1)) {
      const next = performance.now() + 1_000;
      await app.far.publish(CHANNEL, [{ n }]);
      await expect.poll(() => shown(page, 'n')).toEqual(upTo(n));
      await expect.poll(() => performance.now() >= next, { intervals: [50] }).toBe(true);
    }
    await expect(page.getByRole('status')).toHaveText(/^Live/);
    await expect(page.getByRole('log')).not.toContainText('Not listening');
    await expect.poll(async () => (await app.far.stats()).events.socketsOpen).toBe(1);
    const before = await app.far.stats();
    // Another life may have begun to end since, on a slow machine.
    expect(before.events.socketsOpened).toBeGreaterThanOrEqual(2);
    expect(before.provider.refreshes).toBe(before.events.socketsOpened - 1);

    await openChannels(page, ['default/two']);
    await subscribed(app, [CHANNEL, 'default/two']);
    await app.far.drop();
    await subscribed(app, [CHANNEL, 'default/two']);
    await live(page);
    const { events, provider } = await app.far.stats();
    expect(provider.refreshFailures).toBe(0);
    expect(provider.refreshes).toBeLessThanOrEqual(before.provider.refreshes + 1);
    expect(events.socketsOpened).toBeGreaterThan(before.events.socketsOpened);
  });

  test('and that the service refuses early is replaced without anybody noticing', async ({ app, page }) => {
    await signIn(page, app, 'ada', `/c/${CHANNEL}`);
    await live(page);
    await app.far.expireTokens();
    await openChannels(page, ['default/two']);
    await subscribed(app, ['default/two']);
    await expect(page.getByRole('main')).not.toContainText(/denied/i);
  });
});

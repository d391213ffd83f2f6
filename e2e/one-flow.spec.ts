/** One sign-in, one token request, one connection, however many tabs are open. Counted at the far end. */
import { subscribedTwice } from './support/far-end.ts';
import {
  expect,
  live,
  openChannels,
  shown,
  signIn,
  subscribed,
  test,
  upTo,
  without,
} from './support/fixtures.ts';

const CHANNELS = ['default/one', 'default/two', 'default/three', 'default/four', 'default/all/*'];
// Tall, so that the virtual list shows every row of a test.
const TALL = { width: 900, height: 3_000 };

for (const host of ['SharedWorker', 'elected tab'] as const) {
  test.describe(`in the ${host}`, () => {
    test.beforeEach(async ({ context }) => {
      if (host === 'elected tab') await without(context, 'SharedWorker');
    });

    test('8 tabs on 5 channels: 1 token request, 1 socket, nothing subscribed twice', async ({
      app,
      context,
    }) => {
      const first = await context.newPage();
      await signIn(first, app);
      await openChannels(first, CHANNELS);
      const others = await Promise.all(upTo(7).map(() => context.newPage()));
      await Promise.all(others.map((page) => page.goto(`${app.origin}/c/default/one`)));
      for (const page of [first, ...others]) await live(page);
      await subscribed(app, CHANNELS);

      const stats = await app.far.stats();
      expect(app.proxy.count('/api/cognito-token')).toBe(1);
      expect(stats.events.socketsOpen).toBe(1);
      expect(stats.events.socketsOpened).toBe(1);
      expect(subscribedTwice(stats)).toEqual([]);
      expect(stats.events.sockets[0]?.subscriptions).toHaveLength(CHANNELS.length);
    });

    test('an event reaches each of 8 tabs once and in order', async ({ app, context }) => {
      const first = await context.newPage();
      await first.setViewportSize(TALL);
      await signIn(first, app);
      await openChannels(first, ['default/one']);
      const pages = [first, ...(await Promise.all(upTo(7).map(() => context.newPage())))];
      for (const page of pages.slice(1)) {
        await page.setViewportSize(TALL);
        await page.goto(`${app.origin}/c/default/one`);
      }
      for (const page of pages) await live(page);
      await subscribed(app, ['default/one']);
      for (const n of upTo(20)) await app.far.publish('default/one', [{ n }]);
      for (const page of pages) await expect.poll(() => shown(page, 'n')).toEqual(upTo(20));
    });

    test('tabs that close leave no subscription behind', async ({ app, context }) => {
      const first = await context.newPage();
      await signIn(first, app, 'ada', '/c/default/one');
      await live(first);
      await subscribed(app, ['default/one']);
      await first.goto('about:blank');
      await expect
        .poll(async () => (await app.far.stats()).events.sockets.flatMap((socket) => socket.subscriptions))
        .toEqual([]);
    });
  });
}

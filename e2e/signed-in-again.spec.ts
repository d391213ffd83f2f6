/** The same user signs in again in one tab while others are live: nothing breaks, and the old tokens are let go. */
import { expect, live, openChannels, signIn, subscribed, test, without } from './support/fixtures.ts';
import { expectHonest } from './support/honesty.ts';
import { publishSteadily } from './support/publisher.ts';
import { CHANNEL, signInOver } from './support/two-users.ts';

for (const host of ['SharedWorker', 'elected tab'] as const) {
  test(`${host}: the same user signs in again, and the other tabs miss nothing`, async ({
    app,
    context,
    page,
  }) => {
    if (host === 'elected tab') await without(context, 'SharedWorker');
    await signIn(page, app);
    await openChannels(page, [CHANNEL]);
    const second = await context.newPage();
    await second.goto(`${app.origin}/c/${CHANNEL}`);
    for (const each of [page, second]) {
      await live(each);
      await each.evaluate(() => document.documentElement.setAttribute('data-same-page', ''));
    }
    await subscribed(app, [CHANNEL]);
    const publisher = publishSteadily(app.far, CHANNEL);

    const third = await context.newPage();
    await signInOver(third, app, context, 'ada');
    await live(third);
    // The socket of the old sign-in's token is replaced by one of the new one's.
    await expect
      .poll(
        async () => {
          const { events } = await app.far.stats();
          return [events.socketsOpened, ...events.sockets.map(({ subscriptions }) => subscriptions.length)];
        },
        { timeout: 20_000 },
      )
      .toEqual([2, 1]);
    await publisher.stop();
    for (const each of [page, second]) {
      await expect(each.getByRole('log')).toContainText(`"n":${publisher.published.length}`);
      await expect(each.locator('html')).toHaveAttribute('data-same-page', '');
      const { missing, gaps } = await expectHonest(each, CHANNEL, publisher.published);
      expect([missing, gaps]).toEqual([[], []]);
    }

    // A sign-out ends it everywhere, whichever sign-in a tab began with.
    await second.getByRole('button', { name: 'Sign out' }).click();
    for (const each of [page, third]) {
      await expect(each.getByRole('status')).toHaveText(/^Signed out/, { timeout: 2_000 });
    }
    await expect.poll(async () => (await app.far.stats()).events.socketsOpen).toBe(0);
  });
}

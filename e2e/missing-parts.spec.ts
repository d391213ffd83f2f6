/** Without a service worker, without SharedWorker, without Web Locks (each alone, and all) the app still works. */
import { expect, live, openChannels, shown, signIn, subscribed, test, without } from './support/fixtures.ts';

const CASES = [
  { missing: ['serviceWorker'], words: /service worker/i },
  { missing: ['SharedWorker'], words: /SharedWorker|shared worker/i },
  { missing: ['locks'], words: /Web Locks|locks/i },
  { missing: ['serviceWorker', 'SharedWorker', 'locks'], words: /service worker/i },
] as const;

for (const { missing, words } of CASES) {
  test(`without ${missing.join(', ')}: two tabs watch and publish, and the panel says what is missing`, async ({
    app,
    context,
    page,
  }) => {
    await without(context, ...missing);
    await signIn(page, app);
    await openChannels(page, ['default/one']);
    const other = await context.newPage();
    await other.goto(`${app.origin}/c/default/one`);
    for (const each of [page, other]) await live(each);
    await subscribed(app, ['default/one']);
    await page.getByRole('textbox', { name: 'Event' }).fill('{"n":1}');
    await page.getByRole('button', { name: 'Publish' }).click();
    for (const each of [page, other]) await expect.poll(() => shown(each, 'n')).toEqual([1]);
    const { socketsOpened: before } = (await app.far.stats()).events;
    await app.far.drop();
    const sockets = missing.length === 3 ? [1, 1] : [1];
    await expect
      .poll(async () => {
        const { events } = await app.far.stats();
        return (
          events.socketsOpened >= before + sockets.length &&
          events.sockets.map(({ subscriptions }) => subscriptions.length)
        );
      })
      .toEqual(sockets);
    for (const each of [page, other]) await live(each);
    await app.far.publish('default/one', [{ n: 2 }]);
    for (const each of [page, other]) await expect.poll(() => shown(each, 'n')).toEqual([1, 2]);
    await page
      .getByRole('button', { name: /connection/i })
      .first()
      .click();
    await expect(page.locator('body')).toContainText(words);
  });
}

/** The tab that holds or started the connection is closed while events flow. */
import { expect } from '@playwright/test';
import { subscribed, upTo } from '../support/fixtures.ts';
import { expectHonest } from '../support/honesty.ts';
import { lastHeard, momentHeard, tellLeaving, watchLine } from '../support/line-watch.ts';
import { publishSteadily } from '../support/publisher.ts';
import { test } from './support/fixtures.ts';
import { isKnownToLive, leaderFirst } from './support/leading-tab.ts';
import { noteHost, noteSeen, noteTime } from './support/note.ts';
import { takeAway } from './support/page-scripts.ts';
import { CHANNEL, expectLast, expectShown, live, openTabs } from './support/words.ts';

const OWN = 'default/two';

for (const missing of [[], ['SharedWorker']] as const) {
  const title = 'the leading tab closed under traffic';
  test(missing.length === 0 ? title : `${title}, without SharedWorker`, async ({ app, engine }) => {
    takeAway(app, missing);
    const [leader, survivor, ...rest] = await leaderFirst(await openTabs(engine, app, 3));
    if (survivor === undefined) throw new Error('no tab is left');
    await watchLine(survivor);
    await tellLeaving(leader);
    const { epoch, host } = await lastHeard(survivor);
    noteHost(host);
    const publisher = publishSteadily(app.far, CHANNEL, 20);
    const hears = (n: number) =>
      momentHeard(survivor, `event ${n}`, ({ events }) => events.find((event) => event.n >= n)?.at);
    await hears(10);

    await leader.close();
    const left = await momentHeard(survivor, 'pagehide', ({ left: [first] }) => first?.at);
    if (host === 'elected-tab') {
      const after = (isLive: boolean) =>
        momentHeard(
          survivor,
          'another leader',
          ({ statuses }) => statuses.find((now) => now.epoch > epoch && (now.live || !isLive))?.at,
        );
      noteTime('hand-over', (await after(false)) - left);
      noteTime('live', (await after(true)) - left);
    }
    await hears(publisher.published.length + 10);
    await publisher.stop();
    await hears(publisher.published.length);
    await live([survivor, ...rest]);
    await expectLast([survivor, ...rest], publisher.published.length);
    for (const tab of [survivor, ...rest]) {
      const { missing: lost } = await expectHonest(tab, CHANNEL, publisher.published);
      if (host === 'shared-worker') expect(lost, 'events lost').toEqual([]);
    }
    const { events } = await app.far.stats();
    expect(events.socketsOpen).toBe(1);
    expect(events.socketsOpened).toBe(host === 'shared-worker' ? 1 : 2);
  });
}

test('the leading tab left for another page, and back', async ({ app, engine }) => {
  // Else the app's own pages, which are never stored anywhere, do not go into the back/forward cache.
  app.proxy.letPagesBeCached();
  const [leader, survivor] = await leaderFirst(await openTabs(engine, app, 2));
  if (survivor === undefined) throw new Error('no tab is left');
  // A channel that nobody else wants: it is heard only while the tab counts as there.
  await leader.goto(`${app.origin}/c/${OWN}`);
  await live([leader]);
  await subscribed(app, [OWN]);
  await watchLine(survivor);
  await tellLeaving(leader);
  noteHost((await lastHeard(survivor)).host);
  await leader.goto(`${app.origin}/healthz`);
  const persisted = await momentHeard(
    survivor,
    'pagehide',
    ({ left: [first] }) => first && Number(first.persisted),
  );
  noteSeen(persisted === 1 ? 'may be cached' : 'not cached');
  await live([survivor]);
  await subscribed(app, [CHANNEL]);
  await app.far.publish(CHANNEL, [{ n: 1 }]);
  await expectShown([survivor], [1]);

  await leader.back();
  await live([leader, survivor]);
  for (const n of [1, 2]) {
    // On the one socket that there is now: what the leading tab had may still be counted for a moment.
    await expect
      .poll(async () => {
        const { sockets } = (await app.far.stats()).events;
        return sockets.map(({ subscriptions }) => subscriptions.map(({ channel }) => channel).sort());
      })
      .toEqual([[CHANNEL, OWN].map((channel) => expect.stringMatching(new RegExp(`^/?${channel}$`)))]);
    await app.far.publish(OWN, [{ n }]);
    await expectShown([leader], upTo(n));
  }
  expect(await isKnownToLive(leader), 'the others can tell that it lives').toBe(true);
  await app.far.publish(CHANNEL, [{ n: 2 }]);
  await expectShown([survivor], [1, 2]);
  await expect.poll(async () => (await app.far.stats()).events.socketsOpen).toBe(1);
});

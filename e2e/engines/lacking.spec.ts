/** What a browser may lack: each alone, and all of it. The panel says so, and the app works. */
import { expect } from '@playwright/test';
import { test } from './support/fixtures.ts';
import { type Missing, takeAway } from './support/page-scripts.ts';
import { CHANNEL, expectShown, live, openTabs, publish, textOf } from './support/words.ts';

const CASES: { missing: Missing[]; words: RegExp }[] = [
  { missing: ['serviceWorker'], words: /No service worker/ },
  { missing: ['SharedWorker'], words: /No shared worker/ },
  { missing: ['locks'], words: /No Web Locks/ },
  { missing: ['serviceWorker', 'SharedWorker', 'locks'], words: /No service worker/ },
];

for (const { missing, words } of CASES) {
  test(`no ${missing.join(', no ')}: two tabs watch, publish and reconnect`, async ({ app, engine }) => {
    takeAway(app, missing);
    const tabs = await openTabs(engine, app, 2);
    const [tab] = tabs;
    if (tab === undefined) throw new Error('no tab');
    // WebKit's SharedWorker is not used, so that there nothing is shared without Web Locks.
    const isShared = !missing.includes('locks') || (engine.name !== 'webkit' && missing.length === 1);
    const sockets = isShared ? [1] : [1, 1];
    await publish(tab, { n: 1 });
    await expectShown(tabs, [1]);
    const { socketsOpened: before } = (await app.far.stats()).events;
    expect(before).toBe(sockets.length);
    expect(app.proxy.count('/api/cognito-token')).toBeLessThanOrEqual(
      missing.includes('serviceWorker') ? 3 : 1,
    );
    app.wire.cut('reset');
    await expect
      .poll(async () => {
        const { events } = await app.far.stats();
        return (
          events.socketsOpened >= before + sockets.length &&
          events.sockets.map(({ subscriptions }) => subscriptions.length)
        );
      })
      .toEqual(sockets);
    await live(tabs);
    await app.far.publish(CHANNEL, [{ n: 2 }]);
    await expectShown(tabs, [1, 2]);
    await tab.click({ role: 'button', name: /connection/i });
    await expect.poll(() => textOf(tab)).toMatch(words);
  });
}

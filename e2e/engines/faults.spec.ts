/** The way to the service fails. Times are from the fault to when a tab heard that all channels are live again. */
import { expect } from '@playwright/test';
import { subscribed } from '../support/fixtures.ts';
import { expectHonest } from '../support/honesty.ts';
import { lastHeard, momentHeard, watchLine } from '../support/line-watch.ts';
import { publishSteadily } from '../support/publisher.ts';
import type { WiredApp } from '../support/wired.ts';
import type { Tab } from './driver/browser.ts';
import { type Engine, test } from './support/fixtures.ts';
import { noteHost, noteTime } from './support/note.ts';
import { CHANNEL, expectLast, expectShown, expectStatus, live, openTabs } from './support/words.ts';

/** How long the service is away, milliseconds. */
const AWAY_MS = 3_000;

async function twoTabs(engine: Engine, app: WiredApp): Promise<[Tab, Tab]> {
  const [first, second] = await openTabs(engine, app, 2);
  if (first === undefined || second === undefined) throw new Error('two tabs were not opened');
  await watchLine(second);
  noteHost((await lastHeard(second)).host);
  return [first, second];
}

/** What `fault` takes the tabs to be live on another socket; it resolves with the moment that counts. */
async function liveAgain(tab: Tab, fault: () => Promise<number>): Promise<number> {
  const { reconnects } = await lastHeard(tab);
  const at = await fault();
  const back = await momentHeard(
    tab,
    'live on another socket',
    ({ statuses }) => statuses.find((now) => now.live && now.reconnects > reconnects)?.at,
  );
  return back - at;
}

test('sockets dropped under traffic', async ({ app, engine }) => {
  const [first, second] = await twoTabs(engine, app);
  const publisher = publishSteadily(app.far, CHANNEL, 10);
  for (const how of ['reset', 'end'] as const) {
    const took = await liveAgain(second, async () => {
      const at = Date.now();
      app.wire.cut(how);
      return at;
    });
    noteTime(how === 'reset' ? 'reset' : 'closed', took);
  }
  await live([first, second]);
  await publisher.stop();
  await app.far.publish(CHANNEL, [{ n: publisher.published.length + 1 }]);
  await expectLast([first, second], publisher.published.length + 1);
  for (const tab of [first, second]) await expectHonest(tab, CHANNEL, publisher.published);
  expect((await app.far.stats()).events.socketsOpen).toBe(1);
});

test('server away for 3 s', async ({ app, engine }) => {
  const tabs = await twoTabs(engine, app);
  const took = await liveAgain(tabs[1], async () => {
    const begun = performance.now();
    app.wire.refuse(true);
    await app.service.stop();
    await expectStatus(tabs, /^Reconnecting/);
    await app.service.start();
    await expect.poll(() => performance.now() - begun).toBeGreaterThan(AWAY_MS);
    app.wire.refuse(false);
    return Date.now();
  });
  noteTime('reconnect', took);
  await live(tabs);
  await subscribed(app, [CHANNEL]);
  await app.far.publish(CHANNEL, [{ n: 1 }]);
  await expectShown(tabs, [1]);
  for (const tab of tabs) {
    await expect
      .poll(() => tab.evaluate(() => document.querySelector('[role=log]')?.textContent))
      .toContain('Not listening');
  }
  expect((await app.far.stats()).events.socketsOpen).toBe(1);
});

test('half-open socket', async ({ app, engine }) => {
  const tabs = await twoTabs(engine, app);
  const idle = await liveAgain(tabs[1], async () => {
    // The worst case: something was heard a moment ago.
    await app.far.publish(CHANNEL, [{ n: 1 }]);
    await momentHeard(tabs[1], 'the event', ({ events }) => events[0]?.at);
    const at = Date.now();
    app.wire.silence('both', 'open');
    return at;
  });
  noteTime('idle', idle);
  expect(idle).toBeLessThan(12_000);
  const woken = await liveAgain(tabs[1], async () => {
    app.wire.silence('both', 'open');
    return tabs[1].evaluate(() => {
      window.dispatchEvent(new Event('online'));
      return Date.now();
    });
  });
  noteTime('after a wake', woken);
  expect(woken).toBeLessThan(4_000);
  app.wire.mend();
  await app.far.publish(CHANNEL, [{ n: 2 }]);
  await expectShown(tabs, [1, 2]);
});

/**
 * No network: app and service are both cut off at the far end, because not every engine has a switch for it. So the
 * browser itself believes that it is online, and no event tells it of the return.
 */
import { expect } from '@playwright/test';
import { listen } from '../support/listener.ts';
import type { WiredApp } from '../support/wired.ts';
import { test } from './support/fixtures.ts';
import { noteTime } from './support/note.ts';
import { CHANNEL, expectShown, expectStatus, live, openTabs, publish, textOf } from './support/words.ts';

const AWAY = /^(Offline|Reconnecting|Connecting)/;

function cut(app: WiredApp): void {
  app.proxy.cut();
  app.wire.refuse(true);
  app.wire.cut('reset');
}

function mend(app: WiredApp): number {
  app.proxy.mend();
  app.wire.refuse(false);
  return performance.now();
}

test('offline start from the service worker, and return', async ({ app, engine }) => {
  const [first] = await openTabs(engine, app, 1);
  await app.far.publish(CHANNEL, [{ n: 1 }, { n: 2 }]);
  await expectShown(engine.tabs, [1, 2]);
  await first?.close();

  cut(app);
  const tab = await engine.newTab();
  await tab.goto(`${app.origin}/c/${CHANNEL}`);
  await expectStatus([tab], AWAY);
  await expect.poll(() => textOf(tab, 'header')).toContain('ada');
  await expectShown([tab], [1, 2]);

  const mended = mend(app);
  await live([tab]);
  noteTime('live', performance.now() - mended);
  await app.far.publish(CHANNEL, [{ n: 3 }]);
  await expectShown([tab], [1, 2, 3]);
  await expect.poll(() => textOf(tab, '[role=log]')).toContain('Not listening');
  expect((await app.far.stats()).events.socketsOpen).toBe(1);
});

test('published while away, over a reload: arrives once and in order', async ({ app, engine }) => {
  const far = await listen(app, [CHANNEL]);
  const [tab] = await openTabs(engine, app, 1);
  if (tab === undefined) throw new Error('no tab');
  cut(app);
  await expectStatus([tab], AWAY);
  await publish(tab, { n: 11 });
  await publish(tab, { n: 12 });
  await expect.poll(() => textOf(tab, 'main')).toMatch(/queued/i);
  await tab.reload();
  await publish(tab, { n: 13 });
  mend(app);
  await expectShown([tab], [11, 12, 13], 20_000);
  expect(far.heard.map(({ event }) => (event as { n: number }).n)).toEqual([11, 12, 13]);
  far.close();
});

/** A new version while tabs of the old one are open: a calm offer, one click, all tabs, and nothing is lost. */
import { expect } from '@playwright/test';
import { test } from './support/fixtures.ts';
import { draftOf, live, openTabs, textOf } from './support/words.ts';

const isOld = () => 'oldVersion' in window;

test('update of the app with old tabs open', async ({ app, engine }) => {
  const tabs = await openTabs(engine, app, 2);
  for (const [at, tab] of tabs.entries()) {
    await tab.fill({ role: 'textbox', name: 'Event' }, `{"draft": ${at}`);
    await tab.evaluate(() => void Object.assign(window, { oldVersion: true }));
  }
  const script = await (await fetch(`${app.origin}/sw.js`)).text();
  app.proxy.serve('/sw.js', 'text/javascript', `${script}\n// The next version.`);
  await tabs[0]?.evaluate(async () => void (await (await navigator.serviceWorker.ready).update()));
  for (const tab of tabs) {
    await expect.poll(() => textOf(tab)).toContain('Update');
    expect(await tab.evaluate(isOld)).toBe(true);
  }
  await tabs[0]?.click({ role: 'button', name: 'Update' });
  for (const [at, tab] of tabs.entries()) {
    await expect.poll(() => tab.evaluate(isOld).catch(() => true)).toBe(false);
    await live([tab]);
    await expect.poll(() => draftOf(tab)).toBe(`{"draft": ${at}`);
  }
  expect((await app.far.stats()).events.socketsOpen).toBe(1);
});

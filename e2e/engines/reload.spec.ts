/** A tab that is loaded again is as it was: who, which channels, what arrived, what was being written. */
import { expect } from '@playwright/test';
import { test } from './support/fixtures.ts';
import { CHANNEL, draftOf, expectShown, live, openTabs, textOf } from './support/words.ts';

test('reload and restore', async ({ app, engine }) => {
  const tabs = await openTabs(engine, app, 2);
  const [tab, other] = tabs;
  if (tab === undefined || other === undefined) throw new Error('no two tabs');
  await app.far.publish(CHANNEL, [{ n: 1 }]);
  await expectShown(tabs, [1]);
  await tab.fill({ role: 'textbox', name: 'Event' }, '{"draft": 7');
  await tab.reload();
  await live([tab]);
  await expectShown([tab], [1]);
  await expect.poll(() => draftOf(tab)).toBe('{"draft": 7');
  expect(await textOf(tab, 'header')).toContain('ada');
  await app.far.publish(CHANNEL, [{ n: 2 }]);
  await expectShown(tabs, [1, 2]);
  expect((await app.far.stats()).events.socketsOpen).toBe(1);
  expect(app.proxy.count('/api/cognito-token')).toBe(1);
});

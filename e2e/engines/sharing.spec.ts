/** One sign-in, one token request, one socket, however many tabs. Counted at the far end. */
import { expect } from '@playwright/test';
import { upTo } from '../support/fixtures.ts';
import { test } from './support/fixtures.ts';
import { CHANNEL, expectShown, openTabs, publish } from './support/words.ts';

test('sign-in and return, an event published and shown', async ({ app, engine }) => {
  const [tab] = await openTabs(engine, app, 1);
  if (tab === undefined) throw new Error('no tab');
  await publish(tab, { n: 1 });
  await expectShown([tab], [1]);
  const { events, provider } = await app.far.stats();
  expect(app.proxy.count('/api/cognito-token')).toBe(1);
  expect(events).toMatchObject({ socketsOpen: 1, socketsOpened: 1, httpPublishes: 1 });
  expect(provider).toMatchObject({ authorizations: 1, codeGrants: 1, refreshes: 0 });
});

test('5 tabs: one token request, one socket, each event once in each tab', async ({ app, engine }) => {
  const tabs = await openTabs(engine, app, 5);
  for (const n of upTo(10)) await app.far.publish(CHANNEL, [{ n }]);
  await expectShown(tabs, upTo(10));
  expect(app.proxy.count('/api/cognito-token')).toBe(1);
  expect((await app.far.stats()).events).toMatchObject({ socketsOpen: 1, socketsOpened: 1 });
});

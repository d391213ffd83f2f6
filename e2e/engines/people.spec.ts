/** Signing out is final in every tab, and whoever comes next sees nothing of who was there. */
import { expect } from '@playwright/test';
import { readStores } from '../support/secrets.ts';
import type { WiredApp } from '../support/wired.ts';
import type { Tab } from './driver/browser.ts';
import { type Engine, test } from './support/fixtures.ts';
import { noteTime } from './support/note.ts';
import {
  addressOf,
  CHANNEL,
  expectShown,
  expectStatus,
  live,
  openTabs,
  signIn,
  textOf,
} from './support/words.ts';

const SECRET = 'for-ada-only';

declare global {
  interface Window {
    /** When the person pressed, and when this tab showed it. Wall clock, milliseconds. */
    signOut?: { pressed?: number; shown?: number };
  }
}

async function adaWatches(engine: Engine, app: WiredApp): Promise<[Tab, Tab, Tab]> {
  const [first, second, third] = await openTabs(engine, app, 3);
  if (first === undefined || second === undefined || third === undefined) throw new Error('no three tabs');
  await app.far.publish(CHANNEL, [{ n: 1, note: SECRET }]);
  await expectShown([first, second, third], [1]);
  return [first, second, third];
}

async function noteSignOut(tab: Tab): Promise<void> {
  await tab.evaluate(() => {
    const noted: NonNullable<Window['signOut']> = {};
    window.signOut = noted;
    new BroadcastChannel('test-pressed').onmessage = ({ data }) => {
      noted.pressed = data;
    };
    const look = (): void => {
      if (noted.shown !== undefined) return;
      if (document.querySelector('[role=status]')?.textContent?.startsWith('Signed out') === true) {
        noted.shown = Date.now();
      }
    };
    new MutationObserver(look).observe(document.body, {
      subtree: true,
      childList: true,
      characterData: true,
    });
  });
}

async function tellPress(tab: Tab): Promise<void> {
  await tab.evaluate(() => {
    const channel = new BroadcastChannel('test-pressed');
    document.addEventListener('click', () => channel.postMessage(Date.now()), { capture: true, once: true });
  });
}

test('sign-out seen by all tabs', async ({ app, engine }) => {
  const [first, ...others] = await adaWatches(engine, app);
  for (const tab of others) await noteSignOut(tab);
  await tellPress(first);
  await first.click({ role: 'button', name: 'Sign out' });
  await expectStatus(others, /^Signed out/);
  let slowest = 0;
  for (const tab of others) {
    const { pressed = Number.NaN, shown = Number.NaN } = (await tab.evaluate(() => window.signOut)) ?? {};
    slowest = Math.max(slowest, shown - pressed);
  }
  noteTime('in all tabs', slowest);
  expect(slowest).toBeLessThan(500);

  // Back from the provider, where signing out leads: before that, the page may be on its way there.
  await expect.poll(() => addressOf(first)).toBe(`${app.origin}/`);
  await expectStatus([first], /^Signed out/);
  await expect.poll(async () => (await app.far.stats()).events.socketsOpen).toBe(0);
  await expect.poll(async () => (await app.far.stats()).provider.revocations).toBe(1);
  for (const tab of [first, ...others]) {
    expect(await textOf(tab)).not.toContain(SECRET);
    expect(await tab.evaluate(() => fetch('/api/cognito-token').then(({ status }) => status))).toBe(401);
    expect(JSON.stringify(await readStores(tab))).not.toContain(SECRET);
  }
  expect((await readStores(first)).databases).toEqual({});
});

test('another user afterwards sees nothing of the first', async ({ app, engine }) => {
  const [first, second, third] = await adaWatches(engine, app);
  await first.click({ role: 'button', name: 'Sign out' });
  await expectStatus([first, second, third], /^Signed out/);
  await expect.poll(() => addressOf(first)).toBe(`${app.origin}/`);
  await signIn(first, app, 'grace');
  await live([first]);
  for (const tab of [second, third]) await tab.goto(`${app.origin}/c/${CHANNEL}`);
  await live([second, third]);
  await app.far.publish(CHANNEL, [{ n: 2 }]);
  await expectShown([first, second, third], [2]);
  for (const tab of [first, second, third]) {
    const text = await textOf(tab);
    expect(text).toContain('grace');
    expect(text).not.toContain('ada');
    expect(text).not.toContain(SECRET);
    expect(JSON.stringify(await readStores(tab))).not.toContain(SECRET);
  }
  const { sockets } = (await app.far.stats()).events;
  expect(sockets).toHaveLength(1);
});

import { describe, expect, it } from 'vitest';
import { createFakeClock, flush as settled } from '../../shared/test-doubles.ts';
import { oldDeskKey, preferencesKey, windowKey, wipeDesk } from './storage.ts';
import { createFakeClaimLocks, createFakeStorage } from './test-doubles.ts';
import { createWindowClaims } from './window-claim.ts';
import { EMPTY_WINDOW, withOpen, withText, withView } from './window-state.ts';
import { createWindowStore, TAB_ID_KEY, type WindowStore } from './window-store.ts';

/** A browser: one storage, one set of locks, tabs with a storage each. */
function createBrowser({ locks = true } = {}) {
  const storage = createFakeStorage();
  const clock = createFakeClock();
  const held = createFakeClaimLocks();
  const claims = createWindowClaims(locks ? held : null, clock);
  let ids = 0;
  const newId = () => {
    ids += 1;
    return `w${ids}`;
  };
  const open = async (tab = createFakeStorage(), sub = 'ada'): Promise<WindowStore> => {
    const store = createWindowStore({ sub, storage, tab, claims, clock, newId });
    store.enter();
    await settled();
    return store;
  };
  return { storage, clock, held, open };
}

const names = (store: WindowStore) => store.get().channels.map(({ name }) => name);
const draft = (store: WindowStore, text: string) =>
  store.update((now) => ({ ...now, drafts: withText(now.drafts, 'default/a', text) }));

describe('a window', () => {
  it('is itself again after a reload, with everything on it', async () => {
    const browser = createBrowser();
    const tab = createFakeStorage();
    const first = await browser.open(tab);
    first.update((now) => withOpen(now, 'default/a'));
    first.update((now) =>
      withView(now, 'default/a', {
        filter: { kind: 'text', text: 'x' },
        place: { epoch: 1, n: 7, offset: 3 },
      }),
    );
    draft(first, '{"half": ');
    first.leave();
    const again = createWindowStore({
      sub: 'ada',
      storage: browser.storage,
      tab,
      claims: createWindowClaims(browser.held, browser.clock),
      clock: browser.clock,
      newId: () => 'new',
    });
    // At once, before the claim: nothing on the screen waits for it.
    expect(again.ready.get()).toBe(true);
    expect(names(again)).toEqual(['default/a']);
    again.enter();
    await settled();
    expect(again.get().views['default/a']).toEqual({
      filter: { kind: 'text', text: 'x' },
      place: { epoch: 1, n: 7, offset: 3 },
      selected: null,
    });
    expect(again.get().drafts).toEqual({ 'default/a': '{"half": ' });
    expect(tab.map.get(TAB_ID_KEY)).toBe('w1');
  });

  it('loses nothing but the last moment in a crash', async () => {
    const browser = createBrowser();
    const tab = createFakeStorage();
    const crashed = await browser.open(tab);
    draft(crashed, 'kept');
    browser.clock.advance(300);
    browser.held.held.clear();
    expect((await browser.open(tab)).get().drafts['default/a']).toBe('kept');
  });

  it('has a view of its own beside others', async () => {
    const browser = createBrowser();
    const [one, two] = [await browser.open(), await browser.open()];
    one.update((now) => withOpen(now, 'default/one'));
    two.update((now) => withOpen(now, 'default/two'));
    browser.clock.advance(1_000);
    expect(names(one)).toEqual(['default/one']);
    expect(names(two)).toEqual(['default/two']);
    expect([...browser.storage.map.keys()].length).toBe(2);
  });

  it('that was duplicated becomes one of its own, and the first one is not touched', async () => {
    const browser = createBrowser();
    const tab = createFakeStorage();
    const first = await browser.open(tab);
    first.update((now) => withOpen(now, 'default/a'));
    first.flush();
    const copy = createFakeStorage(Object.fromEntries(tab.map));
    const second = await browser.open(copy);
    second.update((now) => withOpen(now, 'default/b'));
    second.flush();
    expect(names(first)).toEqual(['default/a']);
    browser.clock.advance(500);
    await settled();
    expect(copy.map.get(TAB_ID_KEY)).not.toBe(tab.map.get(TAB_ID_KEY));
    browser.clock.advance(300);
    expect(browser.storage.getItem(windowKey('ada', 'w1'))).not.toContain('default/b');
    first.leave();
    second.leave();
    await settled();
    expect(names(await browser.open(tab))).toEqual(['default/a']);
    expect(names(await browser.open(copy))).toEqual(['default/a', 'default/b']);
  });

  it('that was closed comes back in the next new one, the one used last first', async () => {
    const browser = createBrowser();
    const [one, two] = [await browser.open(), await browser.open()];
    one.update((now) => withOpen(now, 'default/one'));
    one.leave();
    browser.clock.advance(1_000);
    two.update((now) => withOpen(now, 'default/two'));
    draft(two, 'text of two');
    two.leave();
    await settled();
    const next = await browser.open();
    expect(names(next)).toEqual(['default/two']);
    expect(next.get().drafts).toEqual({ 'default/a': 'text of two' });
    expect(names(await browser.open())).toEqual(['default/one']);
  });

  it('beside open ones begins with the channels of the one used last, and nobody’s text', async () => {
    const browser = createBrowser();
    const first = await browser.open();
    first.update((now) => withOpen(now, 'default/a'));
    draft(first, 'mine');
    first.flush();
    const second = await browser.open();
    expect(names(second)).toEqual(['default/a']);
    expect(second.get().drafts).toEqual({});
  });

  it('keeps what was changed before it knew who it is', async () => {
    const browser = createBrowser();
    const before = await browser.open();
    before.update((now) => withOpen(now, 'default/a'));
    before.leave();
    const store = createWindowStore({
      sub: 'ada',
      storage: browser.storage,
      tab: createFakeStorage(),
      claims: createWindowClaims(browser.held, browser.clock),
      clock: browser.clock,
      newId: () => 'x',
    });
    store.enter();
    store.update((now) => withOpen(now, 'default/early'));
    await settled();
    expect(names(store)).toEqual(['default/a', 'default/early']);
  });

  it('takes its id again after the back/forward cache, and another one when it was taken meanwhile', async () => {
    const browser = createBrowser();
    const tab = createFakeStorage();
    const store = await browser.open(tab);
    store.update((now) => withOpen(now, 'default/a'));
    store.leave();
    await settled();
    expect(browser.held.held.size).toBe(0);
    store.enter();
    await settled();
    expect(browser.held.held.size).toBe(1);
    store.leave();
    await settled();
    const other = await browser.open();
    expect(names(other)).toEqual(['default/a']);
    store.enter();
    await settled();
    browser.clock.advance(500);
    await settled();
    store.update((now) => withOpen(now, 'default/b'));
    browser.clock.advance(300);
    expect(names(other)).toEqual(['default/a']);
    expect([...browser.storage.map.keys()].length).toBe(2);
  });

  it('becomes what the one desk of version 1 was', async () => {
    const browser = createBrowser();
    const old = {
      v: 1,
      open: ['default/a', 'default/b'],
      last: 'default/b',
      drafts: { 'default/a': 'text' },
    };
    browser.storage.map.set(oldDeskKey('ada'), JSON.stringify(old));
    browser.storage.map.set(preferencesKey('ada'), '{}');
    const store = await browser.open();
    expect(names(store)).toEqual(['default/a', 'default/b']);
    expect(store.get().drafts).toEqual({ 'default/a': 'text' });
    expect(browser.storage.map.has(oldDeskKey('ada'))).toBe(false);
    store.leave();
    expect(names(await browser.open())).toEqual(['default/a', 'default/b']);
  });

  it('never shows one user what another had', async () => {
    const browser = createBrowser();
    const tab = createFakeStorage();
    const ada = await browser.open(tab);
    draft(ada, 'private');
    ada.leave();
    const bob = await browser.open(tab, 'bob');
    expect(bob.get()).toEqual({ ...EMPTY_WINDOW, savedAt: bob.get().savedAt });
    bob.leave();
    expect((await browser.open(tab)).get().drafts).toEqual({ 'default/a': 'private' });
  });

  it('writes nothing after a wipe, by itself or by another window', async () => {
    const browser = createBrowser();
    const [one, two] = [await browser.open(), await browser.open()];
    draft(one, 'typed meanwhile');
    one.end();
    wipeDesk('ada', browser.storage);
    draft(one, 'later');
    draft(two, 'later too');
    browser.clock.advance(1_000);
    one.leave();
    two.leave();
    expect([...browser.storage.map.keys()]).toEqual([]);
  });

  it('works without locks, without storage and with a full one', async () => {
    const unlocked = createBrowser({ locks: false });
    const tab = createFakeStorage();
    const first = await unlocked.open(tab);
    draft(first, 'kept');
    first.leave();
    expect((await unlocked.open(tab)).get().drafts).toEqual({ 'default/a': 'kept' });
    expect((await unlocked.open()).get().drafts).toEqual({ 'default/a': 'kept' });

    const full = createBrowser();
    full.storage.broken = true;
    const store = await full.open();
    store.update((now) => withOpen(now, 'default/a'));
    full.clock.advance(1_000);
    expect(names(store)).toEqual(['default/a']);
    expect(store.ready.get()).toBe(true);
  });

  it('keeps twenty closed windows, and of those beyond, the ones with text', async () => {
    const browser = createBrowser();
    for (let n = 0; n < 24; n += 1) {
      const key = windowKey('ada', `old${n}`);
      const drafts = n === 0 ? { 'default/a': 'text' } : {};
      browser.storage.map.set(key, JSON.stringify({ ...EMPTY_WINDOW, savedAt: 1_000 + n, drafts }));
    }
    await browser.open();
    await settled();
    expect(browser.storage.map.size).toBe(20);
    expect(browser.storage.map.has(windowKey('ada', 'old0'))).toBe(true);
    expect(browser.storage.map.has(windowKey('ada', 'old1'))).toBe(false);
  });
});

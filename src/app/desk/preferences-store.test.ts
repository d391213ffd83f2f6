import { describe, expect, it } from 'vitest';
import { createFakeClock } from '../../shared/test-doubles.ts';
import { NO_PREFERENCES, parsePreferences, withoutView, withView } from './preferences.ts';
import { createPreferencesStore } from './preferences-store.ts';
import { oldDeskKey, preferencesKey, wipeDesk } from './storage.ts';
import { createFakeStorage } from './test-doubles.ts';

function setUp(entries: Readonly<Record<string, string>> = {}) {
  const storage = createFakeStorage(entries);
  const clock = createFakeClock();
  const listeners: ((key: string | null) => void)[] = [];
  const open = () =>
    createPreferencesStore({
      sub: 'ada',
      storage,
      clock,
      onOutside(listener) {
        listeners.push(listener);
        return () => listeners.splice(listeners.indexOf(listener), 1);
      },
    });
  return {
    storage,
    clock,
    open,
    tell(key: string | null) {
      for (const listener of listeners) listener(key);
    },
  };
}

describe('preferences', () => {
  it('come back, and hold in every window at once', () => {
    const { clock, open, tell } = setUp();
    const [one, two] = [open(), open()];
    one.update((now) => ({ ...now, theme: 'dark' }));
    clock.advance(300);
    tell(preferencesKey('ada'));
    expect(two.get().theme).toBe('dark');
    expect(open().get().theme).toBe('dark');
  });

  it('of two windows do not undo each other', () => {
    const { clock, open } = setUp();
    const [one, two] = [open(), open()];
    one.update((now) => ({ ...now, theme: 'dark' }));
    two.update((now) => ({ ...now, density: 'compact' }));
    clock.advance(300);
    expect(open().get()).toMatchObject({ theme: 'dark', density: 'compact' });
  });

  it('of version 1 are kept', () => {
    const { storage, open } = setUp({
      [oldDeskKey('ada')]: JSON.stringify({ v: 1, theme: 'light', keepHistory: true, open: [] }),
    });
    expect(open().get()).toEqual({ ...NO_PREFERENCES, theme: 'light', keepHistory: true });
    storage.map.delete(oldDeskKey('ada'));
    expect(open().get().theme).toBe('light');
  });

  it('stay wiped, whoever wiped them', () => {
    const { storage, clock, open } = setUp();
    const store = open();
    store.update((now) => ({ ...now, theme: 'dark' }));
    store.flush();
    store.update((now) => ({ ...now, theme: 'light' }));
    wipeDesk('ada', storage);
    clock.advance(300);
    expect(storage.map.size).toBe(0);
    store.end();
    store.update((now) => ({ ...now, theme: 'dark' }));
    clock.advance(300);
    expect(storage.map.size).toBe(0);
  });

  it('drop only what does not fit', () => {
    const view = { id: '1', name: 'Shipped', channel: 'default/a', filter: { kind: 'text', text: 'x' } };
    const stored = { theme: 'pink', language: 'zh', views: [view, { ...view }, { id: '2' }, 5] };
    expect(parsePreferences(JSON.stringify(stored))).toEqual({
      ...NO_PREFERENCES,
      language: 'zh',
      views: [view],
    });
  });

  it('hold a view once by name and channel', () => {
    const view = (id: string, text: string) =>
      ({ id, name: 'Shipped', channel: 'default/a', filter: { kind: 'text', text } }) as const;
    const twice = withView(withView(NO_PREFERENCES, view('1', 'x')), view('2', 'y'));
    expect(twice.views).toEqual([view('2', 'y')]);
    expect(withoutView(twice, '2').views).toEqual([]);
  });
});

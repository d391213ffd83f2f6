import { describe, expect, it } from 'vitest';
import { createFakeClock } from '../../shared/test-doubles.ts';
import { EMPTY_DESK, parseDesk, withOpen, withoutOpen, withText } from './desk-data.ts';
import { createDeskStore, type DeskStorage, wipeDesk } from './desk-store.ts';

function fakeStorage(): DeskStorage & { map: Map<string, string>; broken: boolean } {
  const map = new Map<string, string>();
  const fake = {
    map,
    broken: false,
    getItem: (key: string) => map.get(key) ?? null,
    setItem(key: string, value: string) {
      if (fake.broken) throw new Error('QuotaExceededError');
      map.set(key, value);
    },
    removeItem: (key: string) => void map.delete(key),
  };
  return fake;
}

const open = (storage: DeskStorage | null, sub = 'ada') => {
  const clock = createFakeClock();
  return { clock, desk: createDeskStore({ sub, storage, clock }) };
};

describe('createDeskStore', () => {
  it('gives back channels, drafts and theme after a reload', () => {
    const storage = fakeStorage();
    const { desk, clock } = open(storage);
    desk.update((now) => withOpen(now, 'default/orders'));
    desk.update((now) => ({
      ...now,
      theme: 'dark',
      drafts: withText(now.drafts, 'default/orders', '{"a":'),
    }));
    clock.advance(1_000);
    const again = open(storage).desk.get();
    expect(again.open).toEqual(['default/orders']);
    expect(again.drafts).toEqual({ 'default/orders': '{"a":' });
    expect(again.theme).toBe('dark');
  });

  it('keeps what was typed last when the page goes away at once', () => {
    const storage = fakeStorage();
    const { desk } = open(storage);
    desk.update((now) => ({ ...now, drafts: { 'default/chat': 'half a thou' } }));
    desk.flush();
    expect(open(storage).desk.get().drafts['default/chat']).toBe('half a thou');
  });

  it('keeps users apart', () => {
    const storage = fakeStorage();
    const { desk } = open(storage, 'ada');
    desk.update((now) => withOpen(now, 'default/private'));
    desk.flush();
    expect(open(storage, 'bob').desk.get()).toEqual(EMPTY_DESK);
  });

  it('does not undo what another window wrote', () => {
    const storage = fakeStorage();
    const first = open(storage);
    const second = open(storage);
    first.desk.update((now) => ({ ...now, drafts: withText(now.drafts, 'default/a', 'from the first') }));
    first.desk.flush();
    second.desk.update((now) => ({ ...now, drafts: withText(now.drafts, 'default/b', 'from the second') }));
    second.desk.flush();
    expect(open(storage).desk.get().drafts).toEqual({
      'default/a': 'from the first',
      'default/b': 'from the second',
    });
  });

  it('leaves nothing after a wipe, and writes nothing later', () => {
    const storage = fakeStorage();
    const { desk, clock } = open(storage);
    desk.update((now) => withOpen(now, 'default/orders'));
    clock.advance(1_000);
    desk.update((now) => withOpen(now, 'default/late'));
    desk.wipe();
    desk.update((now) => withOpen(now, 'default/later'));
    clock.advance(1_000);
    desk.flush();
    expect([...storage.map.keys()]).toEqual([]);
  });

  it('stays wiped when another window signed out while a change was waiting here', () => {
    const storage = fakeStorage();
    const { desk, clock } = open(storage);
    desk.update((now) => withOpen(now, 'default/orders'));
    clock.advance(1_000);
    desk.update((now) => ({ ...now, drafts: { 'default/orders': 'typed meanwhile' } }));
    wipeDesk('ada', storage);
    clock.advance(1_000);
    expect([...storage.map.keys()]).toEqual([]);
  });

  it('works without storage and with one that is full', () => {
    const none = open(null);
    none.desk.update((now) => withOpen(now, 'default/orders'));
    expect(none.desk.get().open).toEqual(['default/orders']);

    const storage = fakeStorage();
    storage.broken = true;
    const full = open(storage);
    full.desk.update((now) => withOpen(now, 'default/orders'));
    full.clock.advance(1_000);
    expect(full.desk.get().open).toEqual(['default/orders']);
    wipeDesk('ada', null);
  });
});

describe('parseDesk', () => {
  it.each([
    ['nothing', null],
    ['broken JSON', '{"v":1,'],
    ['another type', '"hello"'],
    ['null', 'null'],
    ['another version', '{"v":2,"open":["default/a"]}'],
  ])('starts empty from %s', (_, stored) => {
    expect(parseDesk(stored)).toEqual(EMPTY_DESK);
  });

  it('drops only what does not fit', () => {
    const stored = {
      v: 1,
      open: ['default/a', 7, '*/bad', 'default/a', '/default/b/'],
      last: { no: 1 },
      drafts: { 'default/a': 'text', 'default/b': 5 },
      targets: null,
      theme: 'pink',
      keepHistory: 'yes',
      panel: true,
    };
    expect(parseDesk(JSON.stringify(stored))).toEqual({
      ...EMPTY_DESK,
      open: ['default/a', 'default/b'],
      drafts: { 'default/a': 'text' },
      panel: true,
    });
  });
});

describe('changes', () => {
  it('opens a channel once and forgets a closed one as the last', () => {
    const one = withOpen(withOpen(EMPTY_DESK, 'default/a'), 'default/a');
    expect(one.open).toEqual(['default/a']);
    expect(withoutOpen({ ...one, last: 'default/a' }, 'default/a')).toEqual(EMPTY_DESK);
  });

  it('removes a draft that became empty', () => {
    expect(withText({ a: 'x' }, 'a', '')).toEqual({});
  });
});

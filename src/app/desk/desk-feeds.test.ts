import { describe, expect, it } from 'vitest';
import type { Feed, FeedState } from '../../connection/api.ts';
import { AppError } from '../../shared/errors.ts';
import { createStore, type WritableStore } from '../../shared/store.ts';
import { createFakeClock } from '../../shared/test-doubles.ts';
import { createDeskFeeds, RATE_SLOT_MS } from './desk-feeds.ts';

function fakeConnection() {
  const stores = new Map<string, WritableStore<FeedState>>();
  return {
    stores,
    feed(channel: string): Feed {
      const store = createStore<FeedState>({ rows: [], loading: false, hasOlder: false, received: 0 });
      stores.set(channel, store);
      return {
        channel,
        get: store.get,
        subscribe: store.subscribe,
        loadOlder: () => Promise.resolve(),
        page: () => Promise.resolve([]),
        async *all() {},
        close: () => void stores.delete(channel),
      };
    },
    arrive(channel: string, n: number) {
      const store = stores.get(channel);
      if (store !== undefined) store.set({ ...store.get(), received: store.get().received + n });
    },
  };
}

describe('createDeskFeeds', () => {
  it('holds one feed for each channel and lets go of closed ones', () => {
    const connection = fakeConnection();
    const desk = createDeskFeeds({ connection, clock: createFakeClock() });
    desk.want(['default/a', 'default/b'], 'default/a');
    const feed = desk.feeds.get().get('default/a');
    desk.want(['default/a'], 'default/a');
    expect([...connection.stores.keys()]).toEqual(['default/a']);
    expect(desk.feeds.get().get('default/a')).toBe(feed);
    desk.close();
    expect(connection.stores.size).toBe(0);
    expect(desk.feeds.get().size).toBe(0);
  });

  it('counts what arrives in channels that are not looked at', () => {
    const connection = fakeConnection();
    const desk = createDeskFeeds({ connection, clock: createFakeClock() });
    desk.want(['default/a', 'default/b'], 'default/a');
    connection.arrive('default/a', 2);
    connection.arrive('default/b', 3);
    expect(desk.unread.get()).toEqual({ 'default/b': 3 });
    desk.want(['default/a', 'default/b'], 'default/b');
    expect(desk.unread.get()).toEqual({});
    connection.arrive('default/a', 1);
    expect(desk.unread.get()).toEqual({ 'default/a': 1 });
    desk.want(['default/b'], 'default/b');
    expect(desk.unread.get()).toEqual({});
  });

  it('counts what arrives in each slot of the last minute', () => {
    const connection = fakeConnection();
    const clock = createFakeClock();
    const desk = createDeskFeeds({ connection, clock });
    desk.want(['default/a', 'default/b'], 'default/a');
    connection.arrive('default/a', 4);
    clock.advance(RATE_SLOT_MS);
    connection.arrive('default/a', 2);
    clock.advance(RATE_SLOT_MS);
    expect(desk.rates.get()['default/a']?.slice(-3)).toEqual([0, 4, 2]);
    expect(desk.rates.get()['default/b']).toBeUndefined();
    clock.advance(60_000);
    const quiet = desk.rates.get();
    expect(quiet).toEqual({});
    clock.advance(60_000);
    expect(desk.rates.get()).toBe(quiet);
    desk.close();
    expect(clock.pendingTimers()).toBe(0);
  });

  it('survives a connection that just ended', () => {
    const desk = createDeskFeeds({
      clock: createFakeClock(),
      connection: {
        feed() {
          throw new AppError('closed', 'The connection was closed.');
        },
      },
    });
    desk.want(['default/a'], 'default/a');
    expect(desk.feeds.get().size).toBe(0);
  });
});

/** The log of received events as it is read: its end, as leaders and tabs do, and in pages, as tabs do. */
import { comparePositions, type EventRecord, type Position } from '../shared/log.ts';
import type { Database } from './database.ts';

export interface EventTail {
  /** The first `limit` events of a channel after `after` (exclusive; null = oldest), oldest first. */
  forward(channel: string, after: Position | null, limit: number): Promise<EventRecord[]>;
  /** The newest `limit` events of all channels, oldest first. */
  newest(limit: number): Promise<EventRecord[]>;
}

export interface EventPages extends EventTail {
  /** The last `limit` events of a channel before `before` (exclusive; null = newest), oldest first. */
  page(channel: string, before: Position | null, limit: number): Promise<EventRecord[]>;
  /** How many events a channel has after `after` (exclusive) up to and including `until`. */
  count(channel: string, after: Position, until: Position): Promise<number>;
  /** The first `limit` events of all channels after `after` (exclusive) up to and including `until`, in order. */
  between(after: Position, until: Position, limit: number): Promise<EventRecord[]>;
}

export function createEventTail(database: Database): EventTail {
  return {
    forward: (channel, after, limit) =>
      database.use((db) => {
        const lower = after === null ? [channel] : [channel, after.epoch, after.n];
        const range = IDBKeyRange.bound(lower, [channel, Number.POSITIVE_INFINITY], after !== null, false);
        return db.getAllFromIndex('events', 'channel', range, limit);
      }),

    newest: (limit) =>
      database.use(async (db) => {
        const { store } = db.transaction('events');
        let first = await store.openKeyCursor(null, 'prev');
        if (first !== null && limit > 1) first = await first.advance(limit - 1);
        return store.getAll(first === null ? null : IDBKeyRange.lowerBound(first.key));
      }),
  };
}

export function createEventPages(database: Database): EventPages {
  return {
    ...createEventTail(database),

    page: (channel, before, limit) =>
      database.use(async (db) => {
        const upper =
          before === null ? [channel, Number.POSITIVE_INFINITY] : [channel, before.epoch, before.n];
        const range = IDBKeyRange.bound([channel], upper, false, true);
        // Two requests whatever the limit: find the page's first key from the end, then read the page in one go.
        const index = db.transaction('events').store.index('channel');
        let first = await index.openKeyCursor(range, 'prev');
        if (first !== null && limit > 1) first = await first.advance(limit - 1);
        return index.getAll(first === null ? range : IDBKeyRange.bound(first.key, upper, false, true));
      }),

    count: (channel, after, until) =>
      database.use(async (db) => {
        if (comparePositions(after, until) >= 0) return 0;
        const [lower, upper] = [after, until].map(({ epoch, n }) => [channel, epoch, n]);
        return db.countFromIndex('events', 'channel', IDBKeyRange.bound(lower, upper, true, false));
      }),

    between: (after, until, limit) =>
      database.use((db) => {
        const range = IDBKeyRange.bound([after.epoch, after.n], [until.epoch, until.n], true, false);
        return db.getAll('events', range, limit);
      }),
  };
}

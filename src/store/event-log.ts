/**
 * The log of received events: written by the leader alone (a lower epoch is refused), read by every tab.
 */
import { AppError } from '../shared/errors.ts';
import type { EventRecord, Position } from '../shared/log.ts';
import type { Database, MetaRow } from './database.ts';

/** Events kept per user; the oldest go first. */
export const MAX_LOGGED_EVENTS = 200_000;

export interface EventLog {
  /** Takes the next epoch: from here on, writers of lower ones are refused. */
  nextEpoch(): Promise<number>;
  /**
   * Writes events in one transaction.
   * @throws AppError `closed` when a newer leader has begun; `storage` when the browser's quota is reached.
   */
  append(epoch: number, records: readonly EventRecord[]): Promise<void>;
  /** The last `limit` events of a channel before `before` (exclusive; null = newest), oldest first. */
  page(channel: string, before: Position | null, limit: number): Promise<EventRecord[]>;
  /** The first `limit` events of a channel after `after` (exclusive; null = oldest), oldest first. */
  forward(channel: string, after: Position | null, limit: number): Promise<EventRecord[]>;
  /** Events of all channels after `after` (exclusive) up to and including `until`, in order. */
  between(after: Position, until: Position): Promise<EventRecord[]>;
  /** The last `limit` events of all channels, in order. */
  newest(limit: number): Promise<EventRecord[]>;
  /** Removes the oldest events above `max`. */
  trim(max: number): Promise<number>;
}

export function createEventLog(database: Database): EventLog {
  return {
    nextEpoch: () =>
      database.use(async (db) => {
        const tx = db.transaction('meta', 'readwrite', { durability: 'strict' });
        const epoch = epochOf(await tx.store.get('leader')) + 1;
        await tx.store.put({ epoch }, 'leader');
        await tx.done;
        return epoch;
      }),

    append: (epoch, records) =>
      database.use(async (db) => {
        const tx = db.transaction(['meta', 'events'], 'readwrite', { durability: 'relaxed' });
        const done = tx.done.catch((cause: unknown) => {
          throw isQuota(cause)
            ? new AppError('storage', 'The space for history is used up: new events are shown, not kept.', {
                cause,
              })
            : cause;
        });
        const newest = epochOf(await tx.objectStore('meta').get('leader'));
        if (newest > epoch) {
          tx.abort();
          await done.catch(() => {});
          throw new AppError('closed', 'A newer leader has taken over.');
        }
        const events = tx.objectStore('events');
        // The requests' own failures show up as the transaction's.
        for (const record of records) void events.put(record).catch(() => {});
        await done;
      }),

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

    forward: (channel, after, limit) =>
      database.use((db) => {
        const lower = after === null ? [channel] : [channel, after.epoch, after.n];
        const range = IDBKeyRange.bound(lower, [channel, Number.POSITIVE_INFINITY], after !== null, false);
        return db.getAllFromIndex('events', 'channel', range, limit);
      }),

    between: (after, until) =>
      database.use((db) =>
        db.getAll('events', IDBKeyRange.bound([after.epoch, after.n], [until.epoch, until.n], true, false)),
      ),

    newest: (limit) =>
      database.use(async (db) => {
        const store = db.transaction('events').store;
        let first = await store.openKeyCursor(null, 'prev');
        if (first !== null && limit > 1) first = await first.advance(limit - 1);
        return store.getAll(first === null ? null : IDBKeyRange.lowerBound(first.key));
      }),

    trim: (max) =>
      database.use(async (db) => {
        const tx = db.transaction('events', 'readwrite', { durability: 'relaxed' });
        const excess = (await tx.store.count()) - max;
        if (excess > 0) {
          let cursor = await tx.store.openKeyCursor();
          if (cursor !== null && excess > 1) cursor = await cursor.advance(excess - 1);
          if (cursor !== null) await tx.store.delete(IDBKeyRange.upperBound(cursor.key));
        }
        await tx.done;
        return Math.max(0, excess);
      }),
  };
}

function isQuota(cause: unknown): boolean {
  return cause instanceof DOMException && cause.name === 'QuotaExceededError';
}

function epochOf(row: MetaRow | undefined): number {
  return row !== undefined && 'epoch' in row ? row.epoch : 0;
}

/** The outbox on the device: rows in the order of publishing, written with strict durability. */
import type { Database, StoredOutboxRow, Transactional } from './database.ts';

/** A row as whoever publishes or sends it thinks of it; what the indexes need is worked out here. */
export type OutboxEntry = Omit<StoredOutboxRow, 'k' | 'due' | 'deliveredAt'>;

export interface OutboxLog {
  add(entry: OutboxEntry): Promise<void>;
  /** All rows, oldest first. */
  list(): Promise<StoredOutboxRow[]>;
  /** Channels with rows to send. */
  channels(): Promise<string[]>;
  /** The first `limit` rows to send on a channel, in order. */
  heads(channel: string, limit: number): Promise<StoredOutboxRow[]>;
  /** Rows that were delivered and are still there, oldest delivery first. */
  delivered(): Promise<StoredOutboxRow[]>;
  /**
   * Reads the first `limit` rows to send on a channel and writes what `change` makes of them, in one transaction.
   * `change` returns the rows to write: none leaves everything as it is.
   */
  changeHeads(
    channel: string,
    limit: number,
    change: (rows: readonly StoredOutboxRow[]) => readonly OutboxEntry[],
  ): Promise<void>;
  /**
   * Changes rows in one transaction. `change` sees each row as it is now and returns what it becomes, null to
   * delete it, or the same object to leave it alone.
   * @param now wall clock, milliseconds since 1970: rows that become delivered are dated with it.
   */
  change(
    ids: readonly string[],
    now: number,
    change: (row: StoredOutboxRow) => OutboxEntry | null,
  ): Promise<void>;
  /**
   * Removes delivered rows that are dated outside `from` (exclusive) to `to`.
   * @returns how many it removed, and the date of the oldest that is left, null when none is.
   */
  sweep(from: number, to: number): Promise<{ removed: number; oldest: number | null }>;
}

type Rows = ReturnType<typeof begin>['store'];

function begin(db: Transactional) {
  return db.transaction('outbox', 'readwrite', { durability: 'strict' });
}

export function createOutboxLog(database: Database): OutboxLog {
  /** One transaction over the rows; the requests' own failures show up as the transaction's. */
  function write<T>(work: (rows: Rows) => Promise<T>): Promise<T> {
    return database.use(async (db) => {
      const tx = begin(db);
      const [result] = await Promise.all([work(tx.store), tx.done]);
      return result;
    });
  }

  return {
    add: (entry) => write(async (rows) => void (await rows.add(indexed(entry, 0)))),
    list: () => database.use((db) => db.getAll('outbox')),
    channels: () =>
      database.use(async (db) => {
        const found: string[] = [];
        const index = db.transaction('outbox').store.index('due');
        let cursor = await index.openKeyCursor(null, 'nextunique');
        for (; cursor !== null; cursor = await cursor.continue()) found.push(cursor.key);
        return found;
      }),
    heads: (channel, limit) => database.use((db) => db.getAllFromIndex('outbox', 'due', channel, limit)),
    delivered: () => database.use((db) => db.getAllFromIndex('outbox', 'deliveredAt')),
    changeHeads: (channel, limit, change) =>
      write(async (rows) => {
        for (const row of change(await rows.index('due').getAll(channel, limit)))
          await rows.put(indexed(row, 0));
      }),
    change: (ids, now, change) =>
      write(async (rows) => {
        for (const id of ids) {
          const row = await rows.index('id').get(id);
          if (row?.k === undefined) continue;
          const next = change(row);
          if (next === null) await rows.delete(row.k);
          else if (next !== row) await rows.put(indexed(next, now));
        }
      }),
    sweep: (from, to) =>
      write(async (rows) => {
        const index = rows.index('deliveredAt');
        let removed = 0;
        for (const range of [IDBKeyRange.upperBound(from), IDBKeyRange.lowerBound(to, true)]) {
          for (const key of await index.getAllKeys(range)) {
            await rows.delete(key);
            removed += 1;
          }
        }
        return { removed, oldest: (await index.openKeyCursor())?.key ?? null };
      }),
  };
}

/** The row with what the indexes over it need. */
function indexed(entry: OutboxEntry & Partial<StoredOutboxRow>, now: number): StoredOutboxRow {
  const { state, channel, deliveredAt } = entry;
  return {
    ...entry,
    due: state === 'delivered' || state === 'refused' ? null : channel,
    deliveredAt: state === 'delivered' ? (deliveredAt ?? now) : null,
  };
}

/** The outbox on the device: rows in the order of publishing, written with strict durability. */
import type { Database, StoredOutboxRow } from './database.ts';

export interface OutboxLog {
  add(row: StoredOutboxRow): Promise<void>;
  /** All rows, oldest first. */
  list(): Promise<StoredOutboxRow[]>;
  /**
   * Changes a row in one transaction. `change` sees the row as it is now and returns what it becomes, null to
   * delete it, or the same object to leave it alone.
   */
  change(id: string, change: (row: StoredOutboxRow) => StoredOutboxRow | null): Promise<void>;
}

export function createOutboxLog(database: Database): OutboxLog {
  return {
    add: (row) =>
      database.use(async (db) => {
        const tx = db.transaction('outbox', 'readwrite', { durability: 'strict' });
        await tx.store.add(row);
        await tx.done;
      }),
    list: () => database.use((db) => db.getAll('outbox')),
    change: (id, change) =>
      database.use(async (db) => {
        const tx = db.transaction('outbox', 'readwrite', { durability: 'strict' });
        const row = (await tx.store.index('id').get(id)) ?? null;
        const next = row === null ? null : change(row);
        if (row?.k !== undefined && next !== row) {
          if (next === null) await tx.store.delete(row.k);
          else await tx.store.put(next);
        }
        await tx.done;
      }),
  };
}

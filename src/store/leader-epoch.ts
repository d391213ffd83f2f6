/** The epoch of the newest leader, which every writer of the log, the coverage and the checkpoints must not be behind. */
import type { IDBPObjectStore } from 'idb';
import { AppError } from '../shared/errors.ts';
import type { Database, MetaRow, UserSchema } from './database.ts';

/** 0 before the first leader. */
export function epochOf(row: MetaRow | undefined): number {
  return row !== undefined && 'epoch' in row ? row.epoch : 0;
}

export function superseded(): AppError {
  return new AppError('closed', 'A newer leader has taken over.');
}

/**
 * Changes a store as the leader of `epoch`, in one transaction.
 * @param work the requests' own failures show up as the transaction's.
 * @throws AppError `closed` when a newer leader has begun; then nothing is changed.
 */
export function writeAs<Name extends 'coverage' | 'checkpoints'>(
  database: Database,
  name: Name,
  epoch: number,
  work: (store: IDBPObjectStore<UserSchema, ('meta' | Name)[], Name, 'readwrite'>) => unknown,
): Promise<void> {
  return database.use(async (db) => {
    const tx = db.transaction<('meta' | Name)[], 'readwrite'>(['meta', name], 'readwrite', {
      durability: 'relaxed',
    });
    tx.done.catch(() => {});
    if (epochOf(await tx.objectStore('meta').get('leader')) > epoch) {
      tx.abort();
      throw superseded();
    }
    await work(tx.objectStore(name));
    await tx.done;
  });
}

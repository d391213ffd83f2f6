/** Up to where the channels were heard, in the positions of the application's history: written by the leader alone. */
import { AppError } from '../shared/errors.ts';
import type { Database, StoredCheckpoint } from './database.ts';

export interface Checkpoints {
  /** Of all channels. */
  all(): Promise<StoredCheckpoint[]>;
  /** @throws AppError `closed` when a newer leader has begun: its log may lack what this one heard. */
  put(epoch: number, checkpoints: readonly StoredCheckpoint[]): Promise<void>;
  /** @throws AppError `closed` as `put`. */
  remove(epoch: number, channel: string): Promise<void>;
}

export function createCheckpoints(database: Database): Checkpoints {
  const change = (
    epoch: number,
    work: (store: {
      put(row: StoredCheckpoint): Promise<unknown>;
      delete(key: string): Promise<void>;
    }) => void,
  ): Promise<void> =>
    database.use(async (db) => {
      const tx = db.transaction(['meta', 'checkpoints'], 'readwrite', { durability: 'relaxed' });
      tx.done.catch(() => {});
      const leader = await tx.objectStore('meta').get('leader');
      if (leader !== undefined && 'epoch' in leader && leader.epoch > epoch) {
        tx.abort();
        throw new AppError('closed', 'A newer leader has taken over.');
      }
      work(tx.objectStore('checkpoints'));
      await tx.done;
    });

  return {
    all: () => database.use((db) => db.getAll('checkpoints')),
    put: (epoch, checkpoints) =>
      change(epoch, (store) => {
        // The requests' own failures show up as the transaction's.
        for (const checkpoint of checkpoints) void store.put(checkpoint).catch(() => {});
      }),
    remove: (epoch, channel) => change(epoch, (store) => void store.delete(channel).catch(() => {})),
  };
}

/** The same for one page alone. */
export function createMemoryCheckpoints(): Checkpoints {
  const kept = new Map<string, StoredCheckpoint>();
  return {
    all: async () => [...kept.values()],
    async put(_epoch, checkpoints) {
      for (const checkpoint of checkpoints) kept.set(checkpoint.channel, checkpoint);
    },
    remove: async (_epoch, channel) => void kept.delete(channel),
  };
}

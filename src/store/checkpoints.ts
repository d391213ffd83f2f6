/** Up to where the channels were heard, in the positions of the application's history: written by the leader alone. */
import type { Database, StoredCheckpoint } from './database.ts';
import { writeAs } from './leader-epoch.ts';

export interface Checkpoints {
  /** Of all channels. */
  all(): Promise<StoredCheckpoint[]>;
  /** @throws AppError `closed` when a newer leader has begun: its log may lack what this one heard. */
  put(epoch: number, checkpoints: readonly StoredCheckpoint[]): Promise<void>;
  /** @throws AppError `closed` as `put`. */
  remove(epoch: number, channel: string): Promise<void>;
}

export function createCheckpoints(database: Database): Checkpoints {
  return {
    all: () => database.use((db) => db.getAll('checkpoints')),
    put: (epoch, checkpoints) =>
      writeAs(database, 'checkpoints', epoch, (store) => {
        // The requests' own failures show up as the transaction's.
        for (const checkpoint of checkpoints) void store.put(checkpoint).catch(() => {});
      }),
    remove: (epoch, channel) => writeAs(database, 'checkpoints', epoch, (store) => store.delete(channel)),
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

/** When a tab last took the lead by force: all tabs of the user keep to one such attempt in a while. */
import type { Clock } from '../shared/clock.ts';
import type { Database } from './database.ts';

/** If taking over did not help, something else is wrong, and doing it again at once would only add to it. Milliseconds. */
const TAKE_OVER_EVERY_MS = 30_000;

/** A leader that hangs in the middle of a transaction blocks the stamp as well, and must be taken over all the more. */
const PATIENCE_MS = 100;

/**
 * Whether a tab may take over by force now. If so, no other may for the next 30 s, nor one that asked a moment before and
 * whose turn comes later. A stamp from further in the future counts as none, for the clock was set back.
 */
export function stampTakeOver(database: Database, clock: Pick<Clock, 'wall' | 'after'>): Promise<boolean> {
  return new Promise((resolve) => {
    const cancel = clock.after(PATIENCE_MS, () => resolve(true));
    void stamp(database, clock.wall()).then((may) => {
      cancel();
      resolve(may);
    });
  });
}

/** @param wall milliseconds since 1970. */
async function stamp(database: Database, wall: number): Promise<boolean> {
  try {
    return await database.use(async (db) => {
      const tx = db.transaction('meta', 'readwrite');
      const last = await tx.store.get('take-over');
      const ago = last === undefined || !('at' in last) ? Number.POSITIVE_INFINITY : wall - last.at;
      const may = Math.abs(ago) >= TAKE_OVER_EVERY_MS;
      if (may) await tx.store.put({ at: wall }, 'take-over');
      await tx.done;
      return may;
    });
  } catch {
    // Without storage the tabs cannot agree. Two that take over one after the other end in one leader all the same.
    return true;
  }
}

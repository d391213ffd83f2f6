/** The intervals in which a channel was provably listened to, and the gaps that lie between them. */
import type { Gap } from '../shared/log.ts';
import type { CoverageRow, Database } from './database.ts';

export interface CoverageLog {
  /** Writes intervals (new ones and new ends of open ones). */
  put(rows: readonly CoverageRow[]): Promise<void>;
  /** All intervals of a channel, in order. */
  read(channel: string): Promise<CoverageRow[]>;
}

/** Shorter holes are not shown: two clock readings of one moment may differ by this much. Milliseconds. */
const NEGLIGIBLE_MS = 2;

export function createCoverageLog(database: Database): CoverageLog {
  return {
    put: (rows) =>
      database.use(async (db) => {
        const tx = db.transaction('coverage', 'readwrite', { durability: 'relaxed' });
        for (const row of rows) void tx.store.put(row).catch(() => {});
        await tx.done;
      }),
    read: (channel) =>
      database.use((db) =>
        db.getAll('coverage', IDBKeyRange.bound([channel], [channel, Number.POSITIVE_INFINITY])),
      ),
  };
}

/**
 * The gaps between the intervals of one channel. Before the first interval nothing was promised, so there is no gap.
 * @param live whether the channel is listened to now: if not, the time since the last interval is an open gap.
 */
export function gapsOf(channel: string, intervals: readonly CoverageRow[], live: boolean): Gap[] {
  const gaps: Gap[] = [];
  let last: CoverageRow | null = null;
  for (const interval of intervals) {
    if (last !== null && interval.from - last.to > NEGLIGIBLE_MS) {
      gaps.push({ channel, from: last.to, to: interval.from, cause: last.endedBy ?? 'leader-lost' });
    }
    if (last === null || interval.to >= last.to) last = interval;
  }
  if (last !== null && !live) {
    gaps.push({ channel, from: last.to, to: null, cause: last.endedBy ?? 'leader-lost' });
  }
  return gaps;
}

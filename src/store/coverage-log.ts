/** The intervals in which a channel was provably listened to, and the gaps that lie between them. */
import type { CoveredInterval, Gap } from '../shared/log.ts';
import type { CoverageRow, Database } from './database.ts';
import { writeAs } from './leader-epoch.ts';

export interface CoverageReader {
  /** All intervals of a channel, in order. */
  read(channel: string): Promise<CoverageRow[]>;
}

export interface CoverageLog extends CoverageReader {
  /**
   * Writes intervals (new ones and new ends of open ones).
   * @throws AppError `closed` when a newer leader has begun: it knows better what was heard and stored.
   */
  put(epoch: number, intervals: readonly Omit<CoverageRow, 'epoch'>[]): Promise<void>;
  /**
   * Makes one row of rows that touch, and forgets the oldest of a great many that lie before every logged event.
   * @param oldestEvent wall clock, milliseconds since 1970; null when the log is empty.
   * @throws AppError `closed` as `put`.
   */
  compact(epoch: number, oldestEvent: number | null): Promise<void>;
}

/** Shorter holes are not shown: two clock readings of one moment may differ by this much. Milliseconds. */
const NEGLIGIBLE_MS = 2;
/** Intervals of a channel that are kept although no event of their time is. For what came before nothing is claimed. */
const MAX_BEFORE_EVENTS = 1_000;

export function createCoverageReader(database: Database): CoverageReader {
  return {
    read: (channel) =>
      database.use((db) =>
        db.getAll('coverage', IDBKeyRange.bound([channel], [channel, Number.POSITIVE_INFINITY])),
      ),
  };
}

export function createCoverageLog(database: Database): CoverageLog {
  return {
    ...createCoverageReader(database),
    put: (epoch, intervals) =>
      writeAs(database, 'coverage', epoch, async (store) => {
        for (const interval of intervals) void store.put({ ...interval, epoch }).catch(() => {});
      }),
    compact: (epoch, oldestEvent) =>
      writeAs(database, 'coverage', epoch, async (store) => {
        const before = await store.getAll();
        const after = compactRows(before, epoch, oldestEvent);
        const kept = new Set(after);
        for (const row of before) {
          if (!kept.delete(row)) void store.delete([row.channel, row.from]).catch(() => {});
        }
        // What is left is new: rows that were made of several.
        for (const row of kept) void store.put(row).catch(() => {});
      }),
  };
}

/**
 * @param rows of all channels, each channel's together and in order.
 * @param epoch of the leader that asks: its own open intervals are still being written and are left alone.
 */
export function compactRows(
  rows: readonly CoverageRow[],
  epoch: number,
  oldestEvent: number | null,
): CoverageRow[] {
  const merged: CoverageRow[] = [];
  for (const row of rows) {
    const last = merged.at(-1);
    const open = row.epoch === epoch && row.endedBy === null;
    if (!open && last?.channel === row.channel && touches(last, row)) {
      merged[merged.length - 1] = { ...join(last, row), channel: row.channel, epoch: row.epoch };
    } else merged.push(row);
  }
  const horizon = oldestEvent ?? Number.POSITIVE_INFINITY;
  const counts = new Map<string, number>();
  // From the newest to the oldest, so that the newest of the old ones stay.
  return merged
    .toReversed()
    .filter(({ channel, to, endedBy, epoch: writer }) => {
      if (to >= horizon || (writer === epoch && endedBy === null)) return true;
      const count = (counts.get(channel) ?? 0) + 1;
      counts.set(channel, count);
      return count <= MAX_BEFORE_EVENTS;
    })
    .toReversed();
}

/** Intervals of one channel in order: those that touch or overlap are one. */
export function joinIntervals(intervals: readonly CoveredInterval[]): CoveredInterval[] {
  const joined: CoveredInterval[] = [];
  for (const interval of intervals) {
    const { from, to, endedBy } = interval;
    const last = joined.at(-1);
    if (last !== undefined && touches(last, interval)) joined[joined.length - 1] = join(last, interval);
    else joined.push({ from, to, endedBy });
  }
  return joined;
}

function touches(last: Pick<CoveredInterval, 'to'>, next: Pick<CoveredInterval, 'from'>): boolean {
  return next.from - last.to <= NEGLIGIBLE_MS;
}

/** The end is that of whichever ends last. */
function join(a: CoveredInterval, b: CoveredInterval): CoveredInterval {
  const { to, endedBy } = b.to >= a.to ? b : a;
  return { from: a.from, to, endedBy };
}

/**
 * The gaps between joined intervals. Before the first interval nothing was promised, so there is no gap.
 * @param live whether the channel is listened to now: if not, the time since the last interval is an open gap.
 */
export function gapsOf(channel: string, joined: readonly CoveredInterval[], live: boolean): Gap[] {
  return joined.flatMap(({ to, endedBy }, index): Gap[] => {
    const next = joined[index + 1];
    if (next === undefined && live) return [];
    return [{ channel, from: to, to: next?.from ?? null, cause: endedBy ?? 'leader-lost' }];
  });
}

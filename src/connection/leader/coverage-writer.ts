/**
 * Writes the intervals of proven listening. An interval is only extended over events that are already stored, so
 * that the record never claims what a crash could have taken.
 */
import type { CoveredInterval } from '../../shared/log.ts';
import type { CoverageLog } from '../../store/coverage-log.ts';
import type { LeaderState, Line } from './state.ts';

export interface Interval extends CoveredInterval {
  channel: string;
}

/** What a line listens to, up to where it provably did. */
function openIntervals({ current, drain }: Line): Interval[] {
  if (current === null) return [];
  const proven = Math.min(current.provenWall, drain?.wall ?? Number.POSITIVE_INFINITY);
  return Object.values(current.subs).flatMap(({ channel, coveredFrom: from }) =>
    from === null ? [] : [{ channel, from, to: Math.max(from, proven), endedBy: null }],
  );
}

export interface CoverageWriter {
  /** A beginning or an end. */
  put(intervals: readonly Interval[]): Promise<void>;
  /**
   * Everything that is listened to now is proven up to the last frame that is certainly fresh.
   * @param claim says which of it may be written.
   */
  extend(state: LeaderState, claim?: (open: readonly Interval[]) => readonly Interval[]): Promise<void>;
  /** Resolves when all is written. */
  flush(): Promise<void>;
}

export interface CoverageWriterDeps {
  epoch: number;
  log: CoverageLog;
  flushEvents(): Promise<void>;
  /** Arrival of the oldest event in the log; null when it is empty. */
  oldestEvent(): Promise<number | null>;
  announce(channels: string[]): void;
}

/** Rows are compacted at the first write of a leader, and after this many extensions: about an hour. */
const COMPACT_EVERY = 720;

export function createCoverageWriter({
  epoch,
  log,
  flushEvents,
  oldestEvent,
  announce,
}: CoverageWriterDeps): CoverageWriter {
  let tail: Promise<void> = Promise.resolve();
  let untilCompact = 0;

  async function write(intervals: readonly Interval[], tell: boolean): Promise<void> {
    await flushEvents();
    await log.put(
      epoch,
      intervals.map(({ channel, from, to, endedBy }) => ({ channel, from, to, endedBy })),
    );
    if (tell) announce(intervals.map(({ channel }) => channel));
    if (untilCompact === 0) await log.compact(epoch, await oldestEvent());
    untilCompact = untilCompact === 0 ? COMPACT_EVERY : untilCompact - 1;
  }

  /** One after the other: an end must not be overwritten by an extension that was under way. */
  function queue(intervals: readonly Interval[], tell: boolean): Promise<void> {
    if (intervals.length === 0) return tail;
    // Without storage there is no history to be honest about: the status says that none is kept.
    tail = tail.then(() => write(intervals, tell)).catch(() => {});
    return tail;
  }

  return {
    put: (intervals) => queue(intervals, true),
    extend: ({ lines }, claim = (open) => open) => queue(claim(lines.flatMap(openIntervals)), false),
    flush: () => tail,
  };
}

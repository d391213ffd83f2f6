/**
 * Writes the intervals of proven listening. An interval is only extended over events that are already stored, so
 * that the record never claims what a crash could have taken.
 */
import type { GapCause } from '../../shared/log.ts';
import type { CoverageLog } from '../../store/coverage-log.ts';
import type { LeaderState, Line } from './state.ts';

interface Interval {
  channel: string;
  /** Wall clock, milliseconds since 1970, both. */
  from: number;
  to: number;
  endedBy: GapCause | null;
}

/** What a line listens to, up to where it provably did. */
function openIntervals({ current, drain }: Line): Interval[] {
  if (current === null) return [];
  const heard = Math.min(current.heardWall, drain?.wall ?? Number.POSITIVE_INFINITY);
  return Object.values(current.subs).flatMap(({ channel, coveredFrom: from }) =>
    from === null ? [] : [{ channel, from, to: Math.max(from, heard), endedBy: null }],
  );
}

export interface CoverageWriter {
  /** A beginning or an end. */
  put(intervals: readonly Interval[]): Promise<void>;
  /** Everything that is listened to now is proven up to the last frame heard. */
  extend(state: LeaderState): Promise<void>;
  /** Resolves when all is written. */
  flush(): Promise<void>;
}

export interface CoverageWriterDeps {
  epoch: number;
  log: CoverageLog;
  flushEvents(): Promise<void>;
  announce(channels: string[]): void;
}

export function createCoverageWriter({
  epoch,
  log,
  flushEvents,
  announce,
}: CoverageWriterDeps): CoverageWriter {
  let tail: Promise<void> = Promise.resolve();

  /** One after the other: an end must not be overwritten by an extension that was under way. */
  function queue(intervals: readonly Interval[], tell: boolean): Promise<void> {
    if (intervals.length === 0) return tail;
    tail = tail
      .then(flushEvents)
      .then(() =>
        log.put(intervals.map(({ channel, from, to, endedBy }) => ({ channel, from, to, endedBy, epoch }))),
      )
      .then(() => {
        if (tell) announce(intervals.map(({ channel }) => channel));
      })
      // Without storage there is no history to be honest about: the status says that none is kept.
      .catch(() => {});
    return tail;
  }

  return {
    put: (intervals) => queue(intervals, true),
    extend: ({ lines }) => queue(lines.flatMap(openIntervals), false),
    flush: () => tail,
  };
}

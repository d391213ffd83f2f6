/**
 * Writes the intervals of proven listening. An interval is only extended over events that are already stored, so
 * that the record never claims what a crash could have taken.
 */
import type { GapCause } from '../../shared/log.ts';
import type { CoverageLog } from '../../store/coverage-log.ts';
import type { LeaderState } from './state.ts';

interface Interval {
  channel: string;
  /** Wall clock, milliseconds since 1970, both. */
  from: number;
  to: number;
  endedBy: GapCause | null;
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
    extend({ current }) {
      if (current === null) return tail;
      const open = Object.values(current.subs).flatMap(({ channel, liveFrom }) =>
        liveFrom === null
          ? []
          : [{ channel, from: liveFrom, to: Math.max(liveFrom, current.heardWall), endedBy: null }],
      );
      return queue(open, false);
    },
    flush: () => tail,
  };
}

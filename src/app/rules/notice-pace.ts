/** Tells of what a rule found, but not more often than a person can bear: the rest is told as a count. */
import type { Clock } from '../../shared/clock.ts';

/** The least time between two notifications of one rule, milliseconds. */
export const NOTICE_EVERY_MS = 10_000;

export interface NoticePace<T> {
  /** A rule found these, oldest first. */
  found(rule: string, hits: readonly T[]): void;
  /** What is waiting to be told is not told any more. */
  forget(rule: string): void;
  close(): void;
}

/** @param tell the newest of `count` that were found since the last time. */
export function createNoticePace<T>(
  clock: Clock,
  tell: (rule: string, newest: T, count: number) => void,
): NoticePace<T> {
  const resting = new Map<string, { newest: T | null; count: number; cancel(): void }>();

  function speak(rule: string, newest: T, count: number): void {
    resting.set(rule, { newest: null, count: 0, cancel: clock.after(NOTICE_EVERY_MS, () => rested(rule)) });
    tell(rule, newest, count);
  }

  function rested(rule: string): void {
    const rest = resting.get(rule);
    resting.delete(rule);
    if (rest !== undefined && rest.newest !== null) speak(rule, rest.newest, rest.count);
  }

  return {
    found(rule, hits) {
      const newest = hits.at(-1);
      if (newest === undefined) return;
      const rest = resting.get(rule);
      if (rest === undefined) speak(rule, newest, hits.length);
      else {
        rest.newest = newest;
        rest.count += hits.length;
      }
    },
    forget(rule) {
      const rest = resting.get(rule);
      if (rest !== undefined) resting.set(rule, { ...rest, newest: null, count: 0 });
    },
    close() {
      for (const { cancel } of resting.values()) cancel();
      resting.clear();
    },
  };
}

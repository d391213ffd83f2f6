/**
 * Time as every room takes it: injected, so that tests drive it. Durations and deadlines are counted on the
 * monotonic clock; the wall clock is only for what people read (when an event arrived).
 */

export interface Clock {
  /** Milliseconds on a clock that never jumps. Its origin differs between contexts: never send it to another. */
  monotonic(): number;
  /** Milliseconds since 1970 as the device believes; it may be wrong by hours and may jump. */
  wall(): number;
  /** Calls `fn` once after `ms` milliseconds; the returned function cancels it. */
  after(ms: number, fn: () => void): () => void;
}

interface TimerGlobals {
  performance: { now(): number };
  setTimeout(fn: () => void, ms: number): unknown;
  clearTimeout(handle: unknown): void;
}

/** The platform's clock (page, worker and Node have the same three globals). */
export function createSystemClock(): Clock {
  const platform = globalThis as unknown as TimerGlobals;
  return {
    monotonic: () => platform.performance.now(),
    wall: () => Date.now(),
    after(ms, fn) {
      const handle = platform.setTimeout(fn, ms);
      return () => platform.clearTimeout(handle);
    },
  };
}

/** Doubles for the tests of the connection: a clock that the test moves. */
import type { Clock } from '../shared/clock.ts';

export interface FakeClock extends Clock {
  /** Moves time and runs what becomes due on the way, in order. */
  advance(ms: number): void;
}

export function createFakeClock(start = 1_000_000): FakeClock {
  let now = 0;
  let serial = 0;
  const timers = new Map<number, { at: number; fn: () => void }>();
  return {
    monotonic: () => now,
    wall: () => start + now,
    after(ms, fn) {
      const id = ++serial;
      timers.set(id, { at: now + ms, fn });
      return () => timers.delete(id);
    },
    advance(ms) {
      const until = now + ms;
      for (;;) {
        const [due] = [...timers].filter(([, timer]) => timer.at <= until).sort((a, b) => a[1].at - b[1].at);
        if (due === undefined) break;
        timers.delete(due[0]);
        now = Math.max(now, due[1].at);
        due[1].fn();
      }
      now = until;
    },
  };
}

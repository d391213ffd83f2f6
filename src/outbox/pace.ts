/** At most so many requests within any second, as the service's quota counts them. */

/** A little more than a second: what leaves within a second may arrive closer together. Milliseconds. */
const WINDOW_MS = 1_100;

export interface Pace {
  /** Takes one turn and returns 0, or takes none and returns how long until there is one, milliseconds. */
  take(): number;
}

/** @param now monotonic clock, milliseconds. */
export function createPace(perSecond: number, now: () => number): Pace {
  const taken: number[] = [];
  return {
    take() {
      const time = now();
      while (taken[0] !== undefined && taken[0] <= time - WINDOW_MS) taken.shift();
      if (taken[0] !== undefined && taken.length >= perSecond) return taken[0] + WINDOW_MS - time;
      taken.push(time);
      return 0;
    },
  };
}

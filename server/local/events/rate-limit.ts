/** At most so many calls within any one second. */

/**
 * @param limit asked at each call, since a switch may change it.
 * @param now milliseconds of a monotonic clock.
 * @returns a function that takes one call, or says false.
 */
export function createRateLimit(limit: () => number, now: () => number): () => boolean {
  const taken: number[] = [];
  return () => {
    const time = now();
    while (taken[0] !== undefined && taken[0] <= time - 1000) taken.shift();
    if (taken.length >= limit()) return false;
    taken.push(time);
    return true;
  };
}

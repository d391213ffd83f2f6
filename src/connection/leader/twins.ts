/**
 * Finds the same event in two streams that carry no ids: same channel, same text, nearest in time. Each event is the
 * twin of one other at most, so that equal texts are counted right.
 */

/** Twins are no further apart than this. Milliseconds. */
export const TWIN_WAIT_MS = 2_000;

interface Timed {
  readonly channel: string;
  readonly text: string;
  /** Milliseconds, on one clock for both streams. */
  readonly at: number;
}

export interface TwinFinder<T> {
  /** The twin of `event`, which is nobody else's from then on; null when there is none. */
  take(event: Timed): T | null;
  /** All that were not taken, in their order. */
  left(): T[];
}

export function createTwinFinder<T extends Timed>(events: readonly T[]): TwinFinder<T> {
  const free = new Map<string, T[]>();
  for (const event of events) {
    const key = keyOf(event);
    const same = free.get(key);
    if (same === undefined) free.set(key, [event]);
    else same.push(event);
  }
  return {
    take(event) {
      const same = free.get(keyOf(event)) ?? [];
      const index = nearest(same, event.at);
      return index === null ? null : (same.splice(index, 1)[0] ?? null);
    },
    left() {
      const rest = new Set([...free.values()].flat());
      return events.filter((event) => rest.has(event));
    },
  };
}

function nearest(events: readonly Timed[], to: number): number | null {
  let best: number | null = null;
  let distance = TWIN_WAIT_MS;
  for (const [index, { at }] of events.entries()) {
    if (Math.abs(at - to) > distance) continue;
    best = index;
    distance = Math.abs(at - to);
  }
  return best;
}

function keyOf({ channel, text }: Timed): string {
  return `${channel} ${text}`;
}

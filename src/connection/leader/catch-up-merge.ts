/** What of a history is missing in the log: the comparing of three streams of one channel. Pure. */
import type { PastEvent } from './catch-up.ts';
import { eventKey } from './event-key.ts';

/** An event that arrived and waits to be written. */
export interface HeldEvent {
  event: string;
  /** Wall clock of its arrival, milliseconds since 1970. */
  receivedAt: number;
  /** It cannot have been published before: its subscription was not there yet. Wall clock. */
  notBefore: number;
}

/** How often each event is there. */
export type Multiset = Map<string, number>;

export function addTo(set: Multiset, event: string): void {
  const key = eventKey(event);
  set.set(key, (set.get(key) ?? 0) + 1);
}

/** Takes one of the same event out of `set`. @returns whether there was one. */
export function takeFrom(set: Multiset, event: string): boolean {
  const key = eventKey(event);
  const count = set.get(key) ?? 0;
  if (count === 1) set.delete(key);
  else if (count > 1) set.set(key, count - 1);
  return count > 0;
}

/** One event to write: it was missed, or it is one of those that were held back. */
export interface MergedEvent {
  past: PastEvent;
  held: HeldEvent | null;
}

/**
 * Finds the held events in the end of the history. Of the same text, the last ones in the history are those that
 * were held: what came earlier was missed.
 * @param latest the latest time at which a past event can have been published, on this device's wall clock.
 * @returns the history's events in its order, and what was held beside them.
 */
export function matchHeld(
  tail: readonly PastEvent[],
  held: readonly HeldEvent[],
  latest: (past: PastEvent) => number,
): { merged: MergedEvent[]; rest: HeldEvent[] } {
  const waiting = new Map<string, HeldEvent[]>();
  for (const event of held) {
    const key = eventKey(event.event);
    const same = waiting.get(key);
    if (same === undefined) waiting.set(key, [event]);
    else same.push(event);
  }
  // From the end, to see which of the same text were held: none that was published before its subscription was there.
  const free = new Map([...waiting].map(([key, same]) => [key, [...same]]));
  const found = new Set<PastEvent>();
  for (const past of tail.toReversed()) {
    const same = free.get(eventKey(past.event)) ?? [];
    let last = same.pop();
    while (last !== undefined && latest(past) < last.notBefore) last = same.pop();
    if (last !== undefined) found.add(past);
  }
  // From the front, so that each stands in the place of the first that can have been it.
  const taken = new Set<HeldEvent>();
  const merged = tail.map((past): MergedEvent => {
    const held = found.has(past) ? (waiting.get(eventKey(past.event))?.shift() ?? null) : null;
    if (held !== null) taken.add(held);
    return { past, held };
  });
  return { merged, rest: held.filter((event) => !taken.has(event)) };
}

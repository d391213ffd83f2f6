/** What a successor held back, compared with what the leader before it recorded. */
import type { EventRecord } from '../../shared/log.ts';
import { TWIN_WAIT_MS } from './overlap.ts';

interface Held {
  channel: string;
  event: string;
  /** Wall clock, milliseconds since 1970. */
  receivedAt: number;
}

/**
 * The events of `held` that have no twin in `recorded`: the same channel and text, received at nearly the same time
 * (both on this device's clock). Each record is the twin of one event, the one nearest in time, so that equal texts
 * are counted right.
 */
export function withoutTwins<T extends Held>(held: readonly T[], recorded: readonly EventRecord[]): T[] {
  const records = new Map<string, number[]>();
  for (const { channel, event, receivedAt } of recorded) {
    const key = keyOf(channel, event);
    const times = records.get(key);
    if (times === undefined) records.set(key, [receivedAt]);
    else times.push(receivedAt);
  }
  return held.filter(({ channel, event, receivedAt }) => {
    const times = records.get(keyOf(channel, event)) ?? [];
    const nearest = nearestIndex(times, receivedAt);
    if (nearest === null) return true;
    times.splice(nearest, 1);
    return false;
  });
}

function nearestIndex(times: readonly number[], to: number): number | null {
  let best: number | null = null;
  let distance = TWIN_WAIT_MS;
  for (const [index, time] of times.entries()) {
    if (Math.abs(time - to) > distance) continue;
    best = index;
    distance = Math.abs(time - to);
  }
  return best;
}

function keyOf(channel: string, event: string): string {
  return `${channel} ${event}`;
}

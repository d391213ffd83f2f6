/** What was sent, what arrived, and what of the rest was told: the books of a campaign. */
import { missingOf } from '../../e2e/support/honesty.ts';
import type { Published } from '../../e2e/support/publisher.ts';
import type { Gap } from '../../src/shared/log.ts';

/** Events on their way from the service to tabs. */
export interface Down {
  sent: number;
  received: number;
  /** Missing, inside a gap that the device tells of. */
  reported: number;
  /** Missing, and nobody was told. */
  lost: number;
  doubled: number;
  reordered: number;
}

/** A publish that a tab was told is kept. */
export interface Queued {
  id: string;
  /** The tab's life that made it, and its place in that. */
  by: string;
  n: number;
}

/** Publishes on their way from tabs to the service. */
export interface Up {
  queued: number;
  delivered: number;
  lost: number;
  /** At least once is what is promised: copies are counted, and are no fault. */
  copies: number;
  reordered: number;
}

/** @param from the first number that the tab had to get. */
export function downOf(
  published: readonly Published[],
  numbers: readonly number[],
  gaps: readonly Gap[],
  from = 1,
): Down {
  const due = published.filter(({ n }) => n >= from);
  const seen = new Set<number>();
  let [doubled, reordered, last] = [0, 0, 0];
  for (const n of numbers) {
    if (seen.has(n)) doubled += 1;
    else if (n < last) reordered += 1;
    seen.add(n);
    last = Math.max(last, n);
  }
  const { missing, silent } = missingOf(due, seen, gaps);
  return {
    sent: due.filter(({ taken }) => taken).length,
    received: seen.size,
    reported: missing.length - silent.length,
    lost: silent.length,
    doubled,
    reordered,
  };
}

/** @param delivered in the order of the service. */
export function upOf(queued: readonly Queued[], delivered: readonly Queued[]): Up {
  const arrived = new Set<string>();
  const last = new Map<string, number>();
  let [copies, reordered] = [0, 0];
  for (const { id, by, n } of delivered) {
    if (arrived.has(id)) {
      copies += 1;
      continue;
    }
    arrived.add(id);
    if (n < (last.get(by) ?? 0)) reordered += 1;
    last.set(by, Math.max(n, last.get(by) ?? 0));
  }
  const lost = queued.filter(({ id }) => !arrived.has(id)).length;
  return { queued: queued.length, delivered: arrived.size, lost, copies, reordered };
}

/** Faults that nobody may see. */
export const isClean = (down: Down, up: Up): boolean =>
  down.lost + down.doubled + down.reordered + up.lost + up.reordered === 0;

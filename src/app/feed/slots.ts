/**
 * Which element of the list shows which row. A row keeps its element for as long as it is on the screen; a new one
 * takes an element that is free, with everything in it, so that rows pouring through change texts and make nothing.
 */

/** Slot by key of the row, in the order of the rows. */
export type Slots = ReadonlyMap<string, number>;

export const NO_SLOTS: Slots = new Map();

/**
 * @param before the slots until now.
 * @param keys the rows to show, top to bottom. Free slots are given away in their order on the screen: where no row
 *   stays, no element moves.
 */
export function assignSlots(before: Slots, keys: readonly string[]): Slots {
  const wanted = new Set(keys);
  const free: number[] = [];
  let unused = 0;
  for (const [key, slot] of before) {
    if (!wanted.has(key)) free.push(slot);
    unused = Math.max(unused, slot + 1);
  }
  const next = new Map<string, number>();
  let taken = 0;
  for (const key of keys) {
    let slot = before.get(key) ?? free[taken];
    if (!before.has(key)) taken += 1;
    if (slot === undefined) {
      slot = unused;
      unused += 1;
    }
    next.set(key, slot);
  }
  return next;
}

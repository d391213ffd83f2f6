/**
 * The epoch: a number that strictly grows with every sign-in and sign-out of one browser, so that an answer
 * which was under way when it grew can be recognised and dropped. A small cookie remembers it across sign-outs.
 */

/** A remembered epoch further ahead than this is not ours: a changed cookie must not use up the numbers. */
const MAX_AHEAD_MS = 366 * 24 * 3_600_000;

/** @param known every epoch that this browser may have seen. */
export function nextEpoch(now: number, known: readonly number[]): number {
  return Math.max(now, ...known.map((epoch) => epoch + 1));
}

/** The epoch in a cookie's or header's value; 0 when there is none to believe. */
export function parseEpoch(value: string | undefined, now: number): number {
  if (value === undefined || !/^\d{1,15}$/.test(value)) return 0;
  const epoch = Number(value);
  return epoch <= now + MAX_AHEAD_MS ? epoch : 0;
}

/**
 * The epoch of an end: just above what ended, and not the time. A sign-in that overtakes the end (another server, a
 * late request) then still has the higher one; an end with the time of this server's clock would put it out of date.
 * @param known every epoch that the end must exceed.
 */
export function endEpoch(now: number, known: readonly number[]): number {
  const highest = Math.max(0, ...known);
  return highest === 0 ? now : highest + 1;
}

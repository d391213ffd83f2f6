/** One window at a time: a Web Lock decides which. Without Web Locks each window takes itself for the one. */
import type { ClaimLocks } from '../desk/window-claim.ts';

/**
 * Calls `start` when it is this window's turn. The returned function ends the turn, or the waiting for it.
 * @param start its answer is called when the turn ends.
 */
export function takeTurn(locks: ClaimLocks | null, name: string, start: () => () => void): () => void {
  let over = false;
  let finish = () => {};
  const hold = () => {
    if (over) return Promise.resolve();
    const stop = start();
    return new Promise<void>((resolve) => {
      finish = () => {
        stop();
        resolve();
      };
    });
  };
  const wait = new AbortController();
  if (locks === null) void hold();
  else {
    locks.request(name, { signal: wait.signal }, hold).catch(() => {
      // Given up, or locks are forbidden here: then nothing is watched.
    });
  }
  return () => {
    if (over) return;
    over = true;
    wait.abort();
    finish();
  };
}

import type { Clock } from '../../shared/clock.ts';

/**
 * Resolves with false when `answer` is settled, with true when it is not within `ms` milliseconds. A thread that stood
 * still meanwhile is no reason: the answer may be there together with the timer, so it is waited for anew.
 */
export function isLate(answer: Promise<unknown>, ms: number, clock: Clock): Promise<boolean> {
  return new Promise((resolve) => {
    let cancel = (): void => {};
    const wait = (): void => {
      const since = clock.monotonic();
      cancel = clock.after(ms, () => (clock.monotonic() - since < 2 * ms ? resolve(true) : wait()));
    };
    const settled = (): void => {
      cancel();
      resolve(false);
    };
    wait();
    answer.then(settled, settled);
  });
}

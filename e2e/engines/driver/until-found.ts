/** Asks again until there is an answer: drivers that do not wait for elements by themselves. */
import { PATIENCE_MS, type Target } from './browser.ts';
import { describeTarget } from './find-element.ts';

const AGAIN_MS = 50;

export async function untilFound<T>(target: Target, find: () => Promise<T | null>): Promise<T> {
  const end = performance.now() + PATIENCE_MS;
  for (;;) {
    const found = await find();
    if (found !== null) return found;
    if (performance.now() > end) {
      throw new Error(`no ${describeTarget(target)} is shown and enabled after ${PATIENCE_MS / 1_000} s`);
    }
    await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
  }
}

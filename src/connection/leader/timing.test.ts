import { expect, it } from 'vitest';
import { asksFirst, retryDelayMs } from './timing.ts';

it('of the retries few open a socket without asking first, but some always do', () => {
  const bold = (attempts: number) =>
    Array.from({ length: attempts }, (_, n) => n).filter((n) => !asksFirst(n));
  expect(bold(30)).toEqual([0, 1, 2, 3, 8, 16, 24]);
});

it('the next attempt is at most 0.9 s off in the first 45 s of an outage', () => {
  for (const random of [0, 0.5, 1]) {
    const ms = retryDelayMs({ attempts: 9, outageMs: 45_000, refused: false, visible: true, random });
    expect(ms).toBeGreaterThanOrEqual(450);
    expect(ms).toBeLessThanOrEqual(900);
  }
});

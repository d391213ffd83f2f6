import { describe, expect, it } from 'vitest';
import { deviceLimits, recordBytes } from './log-limits.ts';

const GIB = 1024 ** 3;

describe('the limits of the log', () => {
  it.each([
    ['much room', () => Promise.resolve({ quota: 100 * GIB }), GIB],
    ['little room', () => Promise.resolve({ quota: 1_000 }), 400],
    ['a browser that does not say', () => Promise.resolve({}), GIB],
    ['a browser that fails', () => Promise.reject(new TypeError('no')), GIB],
    [
      'a browser without the question',
      () => {
        throw new TypeError('estimate is not a function');
      },
      GIB,
    ],
  ])('with %s', async (_what, estimate, bytes) => {
    expect(await deviceLimits(estimate)).toEqual({ count: 2_000_000, bytes });
  });

  it('count a text beyond Latin-1 twice, as the device keeps it', () => {
    const of = (event: string) => recordBytes({ epoch: 1, n: 1, channel: 'a', event, receivedAt: 0 });
    expect(of('ä'.repeat(100)) - of('')).toBe(100);
    expect(of('→'.repeat(100)) - of('')).toBe(200);
  });
});

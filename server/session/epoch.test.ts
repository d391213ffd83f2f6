import { describe, expect, it } from 'vitest';
import { nextEpoch, parseEpoch } from './epoch.ts';

describe('epoch', () => {
  it('grows beyond all that is known, also when the clock went back', () => {
    expect(nextEpoch(1_000, [])).toBe(1_000);
    expect(nextEpoch(1_000, [400, 999])).toBe(1_000);
    expect(nextEpoch(1_000, [1_000])).toBe(1_001);
    expect(nextEpoch(1_000, [5_000, 3])).toBe(5_001);
  });

  it.each(['', '-1', '1e3', '99999999999999999999', 'x', String(Number.MAX_SAFE_INTEGER)])(
    'believes no cookie that says %j',
    (value) => {
      expect(parseEpoch(value, Date.now())).toBe(0);
    },
  );

  it('believes its own', () => {
    const now = Date.now();
    expect(parseEpoch(String(now + 5), now)).toBe(now + 5);
    expect(parseEpoch(undefined, now)).toBe(0);
  });
});

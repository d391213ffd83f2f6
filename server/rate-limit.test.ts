import { describe, expect, it } from 'vitest';
import { createManualClock } from './auth/test-doubles.ts';
import { addressKey, createRateLimit } from './rate-limit.ts';

function spend(limit: { take(key: string): number }, key: string, times: number): number {
  let passed = 0;
  for (let turn = 0; turn < times; turn += 1) if (limit.take(key) === 0) passed += 1;
  return passed;
}

describe('a rate limit', () => {
  it.each([1, 7, 30, 600, 6_000])('lets %i a minute pass at once, then as they come back', (perMinute) => {
    const clock = createManualClock();
    const limit = createRateLimit({ clock, perMinute });
    expect(spend(limit, 'a', perMinute * 2)).toBe(perMinute);
    const waitMs = limit.take('a');
    expect(waitMs).toBeGreaterThan(0);
    expect(waitMs).toBeLessThanOrEqual(Math.ceil(60_000 / perMinute));
    clock.advance(waitMs);
    expect(spend(limit, 'a', 10)).toBeGreaterThanOrEqual(1);
    clock.advance(60_000);
    expect(spend(limit, 'a', perMinute * 2)).toBe(perMinute);
  });

  it('counts each key for itself, and nothing for a refused one', () => {
    const clock = createManualClock();
    const limit = createRateLimit({ clock, perMinute: 2 });
    expect(spend(limit, 'a', 1_000)).toBe(2);
    expect(spend(limit, 'b', 5)).toBe(2);
    clock.advance(30_000);
    expect(limit.take('a')).toBe(0);
  });

  it('forgets whom it let through longest ago, and holds no more than it may', () => {
    const clock = createManualClock();
    const limit = createRateLimit({ clock, perMinute: 1, maxKeys: 3 });
    for (const key of ['a', 'b', 'c']) expect(limit.take(key)).toBe(0);
    for (const key of ['a', 'b', 'c']) expect(limit.take(key)).toBeGreaterThan(0);
    expect(limit.take('d')).toBe(0);
    for (const key of ['b', 'c', 'd']) expect(limit.take(key)).toBeGreaterThan(0);
    expect(limit.take('a')).toBe(0);
  });
});

it.each([
  ['192.0.2.7', '192.0.2.7'],
  ['::ffff:192.0.2.7', '192.0.2.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:0DB8:1:2::9', '2001:db8:1:2::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['no address', 'no address'],
])('the address %s counts as %s', (address, key) => {
  expect(addressKey(address)).toBe(key);
});

/**
 * Rate limits in memory, each process for itself: they stop a runaway page or a clumsy attacker from taking what
 * others need, and are no protection against many machines at once.
 *
 * A key may spend a minute's worth at once, then as much as comes back with time (GCRA, the leaky bucket as a
 * meter): one number a key.
 */
import { isIPv6 } from 'node:net';
import type { Clock } from '../src/shared/clock.ts';

export interface RateLimit {
  /** Counts one request of `key`. 0 when it may pass, else the milliseconds until the next one may. */
  take(key: string): number;
}

export interface RateLimitOptions {
  clock: Pick<Clock, 'monotonic'>;
  perMinute: number;
  /** How many keys are remembered; the one let through longest ago is forgotten first. */
  maxKeys?: number;
}

const MINUTE_MS = 60_000;
const MAX_KEYS = 10_000;

export function createRateLimit({ clock, perMinute, maxKeys = MAX_KEYS }: RateLimitOptions): RateLimit {
  const stepMs = MINUTE_MS / perMinute;
  /** When everything that a key spent has come back. In order of the last that passed. */
  const paidBackAt = new Map<string, number>();
  return {
    take(key) {
      const now = clock.monotonic();
      const next = Math.max(now, paidBackAt.get(key) ?? now) + stepMs;
      const waitMs = next - MINUTE_MS - now;
      // A little more than nothing: sums of fractions must not refuse the last one of a minute.
      if (waitMs > stepMs / 1_000) return Math.ceil(waitMs);
      paidBackAt.delete(key);
      paidBackAt.set(key, next);
      if (paidBackAt.size > maxKeys) {
        const [oldest] = paidBackAt.keys();
        if (oldest !== undefined) paidBackAt.delete(oldest);
      }
      return 0;
    },
  };
}

/** What counts as one address: of IPv6 the first 64 bits, as every home has that many addresses. */
export function addressKey(address: string): string {
  const mapped = /^::ffff:([\d.]+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  const plain = address.split('%', 1)[0] ?? address;
  if (!isIPv6(plain)) return address;
  const [front = [], back] = plain.split('::').map((part) => part.split(':').filter(Boolean));
  const gap = back === undefined ? 0 : Math.max(0, 8 - front.length - back.length);
  const groups = [...front, ...Array<string>(gap).fill('0'), ...(back ?? [])];
  return `${groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`;
}

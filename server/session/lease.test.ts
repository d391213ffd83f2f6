import { afterEach, describe, expect, it } from 'vitest';
import { createManualClock } from '../auth/test-doubles.ts';
import { keepLease, LEASE_MS, leaseWarning, RECOMMENDED_GRACE_MS } from './lease.ts';
import { createSqliteStore } from './sqlite-store.ts';
import type { SessionStore } from './store.ts';

const stores: SessionStore[] = [];
afterEach(async () => {
  await Promise.all(stores.splice(0).map((store) => store.close()));
});

async function setUp() {
  const clock = createManualClock();
  const store = createSqliteStore(':memory:');
  stores.push(store);
  const now = clock.wall();
  await store.create('a', {
    ...{ sealed: Buffer.from('one'), createdAt: now, expiresAt: now + 86_400_000 },
    ...{ owner: 'owner', epoch: 1, browser: 'Firefox on Linux', accessEndsAt: now },
  });
  const errors: unknown[] = [];
  const deps = { store, clock, onError: (error: unknown) => void errors.push(error) };
  const taken = (holder: string) => store.acquireLease('a', holder, clock.wall(), clock.wall() + 1);
  return { clock, store, deps, errors, taken };
}

describe('a lease', () => {
  it('is prolonged for as long as it is held, however long that is', async () => {
    const { clock, deps, taken } = await setUp();
    const lease = await keepLease(deps, 'a', 'one');
    expect(await keepLease(deps, 'a', 'two')).toBeNull();
    for (let passed = 0; passed < 60_000; passed += 500) {
      clock.advance(500);
      expect(await taken('two')).toBe(false);
    }
    await lease?.release();
    expect(await taken('two')).toBe(true);
  });

  it('is prolonged again after the store was out for a moment', async () => {
    const { clock, store, deps, errors, taken } = await setUp();
    let out = false;
    const flaky: SessionStore = {
      ...store,
      renewLease: (...args) => (out ? Promise.reject(new Error('no connection')) : store.renewLease(...args)),
    };
    await keepLease({ ...deps, store: flaky }, 'a', 'one');
    out = true;
    clock.advance(LEASE_MS / 3);
    await expect.poll(() => errors).toHaveLength(1);
    out = false;
    clock.advance(LEASE_MS / 3);
    clock.advance(LEASE_MS / 2);
    expect(await taken('two')).toBe(false);
  });

  it('of a holder that died runs out', async () => {
    const { clock, store, taken } = await setUp();
    await store.acquireLease('a', 'dead', clock.wall(), clock.wall() + LEASE_MS);
    clock.advance(LEASE_MS - 1);
    expect(await taken('two')).toBe(false);
    clock.advance(1);
    expect(await taken('two')).toBe(true);
  });

  it('lost to somebody else is let alone', async () => {
    const { clock, store, deps, taken } = await setUp();
    const lease = await keepLease(deps, 'a', 'one');
    const late = clock.wall() + LEASE_MS;
    expect(await store.acquireLease('a', 'two', late, late + LEASE_MS)).toBe(true);
    clock.advance(LEASE_MS);
    await lease?.release();
    expect(await taken('three')).toBe(false);
  });
});

describe('the warning at the start', () => {
  it('comes when a dead server could cost a sign-in', () => {
    expect(leaseWarning(60_000, 60_000)).toContain('lease lasts 60 s');
    expect(leaseWarning(5_000, 0)).toContain('0 s');
    expect(leaseWarning(59_999, 60_000)).toBeNull();
  });

  it('does not come as things are', () => {
    expect(RECOMMENDED_GRACE_MS).toBe(60_000);
    expect(leaseWarning()).toBeNull();
  });
});

/** Fakes for the tests of what a desk remembers. */
import type { DeskStorage } from './storage.ts';
import type { ClaimLocks } from './window-claim.ts';

export interface FakeStorage extends DeskStorage {
  map: Map<string, string>;
  /** Writing fails, as when it is full. */
  broken: boolean;
}

export function createFakeStorage(entries: Readonly<Record<string, string>> = {}): FakeStorage {
  const map = new Map(Object.entries(entries));
  const fake: FakeStorage = {
    map,
    broken: false,
    get length() {
      return map.size;
    },
    key: (at) => [...map.keys()][at] ?? null,
    getItem: (key) => map.get(key) ?? null,
    setItem(key, value) {
      if (fake.broken) throw new Error('QuotaExceededError');
      map.set(key, value);
    },
    removeItem: (key) => void map.delete(key),
  };
  return fake;
}

/** Web Locks of one browser: exclusive, first come first served. */
export function createFakeClaimLocks(): ClaimLocks & { held: Set<string> } {
  const held = new Set<string>();
  const queues = new Map<string, (() => void)[]>();
  return {
    held,
    async request(name, { ifAvailable, signal }, hold) {
      if (held.has(name)) {
        if (ifAvailable) return hold(null);
        await new Promise<void>((resolve, reject) => {
          const queue = queues.get(name) ?? [];
          queues.set(name, [...queue, resolve]);
          signal?.addEventListener('abort', () => {
            // Whoever gave up is passed over.
            queues.set(
              name,
              (queues.get(name) ?? []).filter((waiting) => waiting !== resolve),
            );
            reject(new Error('AbortError'));
          });
        });
      }
      held.add(name);
      await hold({ name });
      held.delete(name);
      const [next, ...rest] = queues.get(name) ?? [];
      queues.set(name, rest);
      next?.();
      return undefined;
    },
  };
}

/**
 * The Web Locks of one origin, as Chromium has them: a frozen page keeps its locks and is granted new ones; a page
 * in the back/forward cache keeps its locks too, and a request that already waited stays waiting, until another
 * context asks for such a lock anew or for the state of all locks: then the cached page is thrown out.
 */
import type { Realm, World } from './world.ts';

interface Request {
  name: string;
  realm: Realm;
  granted(): void;
  /** Queued: aborted. Held: stolen. */
  lost(reason: unknown): void;
}

export interface SimLocks {
  /** What `navigator.locks` is in a context. */
  of(realm: Realm): LockManager;
  /** The context that holds a lock. */
  holder(name: string): Realm | null;
}

/** Measured in Chromium. Milliseconds. */
const EVICTION_MS = 7;

/**
 * @param evict throws a page out of the back/forward cache.
 * @param onStolen a lock was taken from its holder.
 */
export function createSimLocks(
  world: World,
  evict: (realm: Realm) => void,
  onStolen: (name: string, by: Realm) => void,
): SimLocks {
  const held = new Map<string, Request>();
  const queues = new Map<string, Request[]>();

  /** Not at once: a context does not end in the middle of another one's step. */
  function throwOut(realm: Realm, otherwise: () => void = () => {}): void {
    world.post(EVICTION_MS, null, () => {
      if (realm.state === 'cached') evict(realm);
      else otherwise();
    });
  }

  function grantNext(name: string): void {
    const queue = queues.get(name) ?? [];
    for (const next of [...queue]) {
      if (held.has(name)) return;
      if (next.realm.state === 'cached') {
        // A cached page cannot take a lock: it is thrown out instead, unless it is back by then.
        throwOut(next.realm, () => grantNext(name));
        continue;
      }
      queue.splice(queue.indexOf(next), 1);
      if (next.realm.state === 'gone') continue;
      held.set(name, next);
      next.granted();
    }
  }

  function release(request: Request): void {
    if (held.get(request.name) !== request) return;
    held.delete(request.name);
    grantNext(request.name);
  }

  function evictHolder(name: string, asker: Realm): void {
    const holder = held.get(name)?.realm;
    if (holder !== undefined && holder !== asker && holder.state === 'cached') throwOut(holder);
  }

  function drop(realm: Realm): void {
    for (const [name, queue] of queues) {
      queues.set(
        name,
        queue.filter((request) => request.realm !== realm),
      );
    }
    for (const [name, request] of [...held]) {
      if (request.realm !== realm) continue;
      held.delete(name);
      grantNext(name);
    }
  }

  const infoOf = ({ name, realm }: Request): LockInfo => ({ name, mode: 'exclusive', clientId: realm.name });
  const snapshot = (): LockManagerSnapshot => ({
    held: [...held.values()].map(infoOf),
    pending: [...queues.values()].flat().map(infoOf),
  });

  function request<T>(
    realm: Realm,
    name: string,
    { signal, ifAvailable = false, steal = false }: LockOptions,
    work: (lock: Lock | null) => T | PromiseLike<T>,
  ): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (signal?.aborted) {
        reject(signal.reason);
        return;
      }
      const lock: Lock = { name, mode: 'exclusive' };
      let stolen = false;
      const entry: Request = {
        name,
        realm,
        granted: () =>
          world.post(0, realm, async () => {
            if (stolen) return;
            signal?.removeEventListener('abort', onAbort);
            if (signal?.aborted) {
              release(entry);
              reject(signal.reason);
              return;
            }
            void Promise.resolve()
              .then(() => work(lock))
              .then(
                (value) => {
                  release(entry);
                  resolve(value);
                },
                (error: unknown) => {
                  release(entry);
                  reject(error);
                },
              );
          }),
        lost(reason) {
          stolen = true;
          world.post(0, realm, () => reject(reason));
        },
      };
      const onAbort = (): void => {
        const queue = queues.get(name) ?? [];
        if (!queue.includes(entry)) return;
        queues.set(
          name,
          queue.filter((other) => other !== entry),
        );
        reject(signal?.reason);
      };
      if (steal) {
        const loser = held.get(name);
        if (loser !== undefined) onStolen(name, realm);
        held.delete(name);
        loser?.lost(new DOMException('The lock was stolen.', 'AbortError'));
        held.set(name, entry);
        entry.granted();
        return;
      }
      if (ifAvailable && (held.has(name) || (queues.get(name)?.length ?? 0) > 0)) {
        world.post(0, realm, () => Promise.resolve(work(null)).then(resolve, reject));
        return;
      }
      signal?.addEventListener('abort', onAbort, { once: true });
      queues.set(name, [...(queues.get(name) ?? []), entry]);
      evictHolder(name, realm);
      grantNext(name);
    });
  }

  return {
    of(realm) {
      realm.onGone(() => drop(realm));
      const manager = {
        request: (name: string, ...rest: unknown[]) => {
          const work = rest.at(-1) as (lock: Lock | null) => unknown;
          return request(realm, name, rest.length > 1 ? (rest[0] as LockOptions) : {}, work);
        },
        query: () =>
          new Promise<LockManagerSnapshot>((resolve) => {
            for (const name of [...held.keys()]) evictHolder(name, realm);
            world.post(EVICTION_MS + 1, realm, () => resolve(snapshot()));
          }),
      };
      return manager as unknown as LockManager;
    },
    holder: (name) => held.get(name)?.realm ?? null,
  };
}

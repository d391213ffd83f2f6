/** Web Locks of several contexts of one browser: a queue per name, stealing, and contexts that die. */

interface Waiter {
  context: object;
  grant(): void;
}

interface Holder {
  context: object;
  lose(): void;
}

export interface FakeLocks {
  /** The `LockManager` of one more context; `die` frees what it holds and waits for. */
  forContext(): { manager: LockManager; die(): void };
}

export function createFakeLocks(): FakeLocks {
  const holders = new Map<string, Holder>();
  const queues = new Map<string, Waiter[]>();

  function next(name: string): void {
    if (holders.has(name)) return;
    queues.get(name)?.shift()?.grant();
  }

  function forContext() {
    const context = {};
    const request = (
      name: string,
      options: { signal?: AbortSignal; steal?: boolean },
      work: (lock: unknown) => Promise<unknown>,
    ): Promise<unknown> =>
      new Promise((resolve, reject) => {
        const grant = (): void => {
          const holder: Holder = {
            context,
            lose: () => reject(new DOMException('The lock was stolen.', 'AbortError')),
          };
          holders.set(name, holder);
          const release = (): void => {
            if (holders.get(name) !== holder) return;
            holders.delete(name);
            next(name);
          };
          // Granted a task later, as in a browser.
          queueMicrotask(() => {
            work({ name }).then(resolve, reject).finally(release);
          });
        };
        if (options.steal === true) {
          holders.get(name)?.lose();
          grant();
          return;
        }
        const waiter: Waiter = { context, grant };
        const queue = queues.get(name) ?? [];
        queues.set(name, queue);
        queue.push(waiter);
        options.signal?.addEventListener('abort', () => {
          const at = queue.indexOf(waiter);
          if (at === -1) return;
          queue.splice(at, 1);
          reject(options.signal?.reason);
        });
        next(name);
      });
    return {
      manager: {
        request,
        query: async () => ({ held: [...holders.keys()].map((name) => ({ name })), pending: [] }),
      } as unknown as LockManager,
      die() {
        for (const queue of queues.values()) {
          queue.splice(0, queue.length, ...queue.filter((waiter) => waiter.context !== context));
        }
        for (const [name, holder] of holders) {
          if (holder.context !== context) continue;
          holders.delete(name);
          next(name);
        }
      },
    };
  }
  return { forContext };
}

/** Web Locks of several contexts, for tests of who leads: with holders that end, freeze, or lie in the cache. */

/** Exclusive locks only: the product uses no others. */
export interface FakeLocks {
  /** The lock manager as one context (a tab, a worker) has it. */
  of(context: string): LockManager;
  /** Closed or crashed: its locks are free, its requests are gone. */
  end(context: string): void;
  /** Nothing reaches the context until it thaws; it keeps its locks. */
  freeze(context: string): void;
  thaw(context: string): void;
  /**
   * Into the back/forward cache: it keeps its locks, and who queued before is not told. A new request or a `query`
   * evicts it, as in Chromium.
   */
  cache(context: string): void;
  holder(name: string): string | null;
}

interface Request {
  context: string;
  name: string;
  work(lock: Lock | null): unknown;
  resolve(value: unknown): void;
  reject(reason: unknown): void;
}

export function createFakeLocks(): FakeLocks {
  const held = new Map<string, Request>();
  const queues = new Map<string, Request[]>();
  const cached = new Set<string>();
  const frozen = new Map<string, (() => void)[]>();

  /** Runs what the browser tells a context, now or when it thaws. */
  function tell(context: string, what: () => void): void {
    const waiting = frozen.get(context);
    if (waiting === undefined) what();
    else waiting.push(what);
  }

  function grant(name: string): void {
    const next = held.has(name) ? undefined : queues.get(name)?.shift();
    if (next !== undefined) hold(next);
  }

  function hold(request: Request): void {
    held.set(request.name, request);
    tell(request.context, () => {
      if (held.get(request.name) !== request) return;
      Promise.resolve()
        .then(() => request.work({ name: request.name, mode: 'exclusive' }))
        .then(request.resolve, request.reject)
        .finally(() => free(request));
    });
  }

  function free(request: Request): void {
    if (held.get(request.name) !== request) return;
    held.delete(request.name);
    grant(request.name);
  }

  function end(context: string): void {
    cached.delete(context);
    frozen.delete(context);
    for (const [name, queue] of queues)
      queues.set(
        name,
        queue.filter((request) => request.context !== context),
      );
    for (const request of [...held.values()]) if (request.context === context) free(request);
  }

  function evict(name?: string): void {
    for (const request of [...held.values()]) {
      if (cached.has(request.context) && (name === undefined || request.name === name)) end(request.context);
    }
  }

  function steal(request: Request): void {
    const loser = held.get(request.name);
    if (loser !== undefined) {
      held.delete(request.name);
      tell(loser.context, () => loser.reject(new DOMException('The lock was stolen.', 'AbortError')));
    }
    hold(request);
  }

  function enqueue(request: Request, signal: AbortSignal | undefined): void {
    const queue = queues.get(request.name) ?? [];
    queues.set(request.name, queue);
    queue.push(request);
    signal?.addEventListener('abort', () => {
      const waiting = queues.get(request.name) ?? [];
      if (!waiting.includes(request)) return;
      queues.set(
        request.name,
        waiting.filter((other) => other !== request),
      );
      request.reject(new DOMException('The request was aborted.', 'AbortError'));
    });
    grant(request.name);
  }

  function managerOf(context: string): LockManager {
    function request(name: string, options: LockOptions, work: Request['work']): Promise<unknown> {
      return new Promise((resolve, reject) => {
        const made: Request = { context, name, work, resolve, reject };
        evict(name);
        if (options.signal?.aborted === true) reject(new DOMException('Aborted.', 'AbortError'));
        else if (options.steal === true) steal(made);
        else enqueue(made, options.signal);
      });
    }
    const manager = {
      request: (name: string, ...rest: [LockOptions, Request['work']] | [Request['work']]) =>
        rest.length === 1 ? request(name, {}, rest[0]) : request(name, rest[0], rest[1]),
      async query(): Promise<LockManagerSnapshot> {
        evict();
        const info = (made: Request): LockInfo => ({
          name: made.name,
          mode: 'exclusive',
          clientId: made.context,
        });
        return { held: [...held.values()].map(info), pending: [...queues.values()].flat().map(info) };
      },
    };
    return manager as LockManager;
  }

  return {
    of: managerOf,
    end,
    freeze: (context) => void frozen.set(context, []),
    thaw(context) {
      const waiting = frozen.get(context) ?? [];
      frozen.delete(context);
      for (const what of waiting) what();
    },
    cache: (context) => void cached.add(context),
    holder: (name) => held.get(name)?.context ?? null,
  };
}

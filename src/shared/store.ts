/** The smallest observable value: what React's `useSyncExternalStore` needs, usable without React. */

export interface Store<T> {
  /** The current value; the same reference until it changes. */
  get(): T;
  /** Calls `listener` after every change; the returned function stops that. */
  subscribe(listener: () => void): () => void;
}

export interface WritableStore<T> extends Store<T> {
  set(value: T): void;
}

export function createStore<T>(initial: T): WritableStore<T> {
  let value = initial;
  const listeners = new Set<() => void>();
  return {
    get: () => value,
    set(next) {
      if (Object.is(value, next)) return;
      value = next;
      for (const listener of [...listeners]) listener();
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

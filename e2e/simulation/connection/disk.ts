/**
 * The device's storage: the real store code on an IndexedDB in memory. One use is one transaction: it takes time to
 * begin and time to be answered, so that a context can die before it, or after it and before it knows.
 */
import { AppError } from '../../../src/shared/errors.ts';
import type { Database, Transactional } from '../../../src/store/database.ts';
import type { Realm, World } from './world.ts';

export interface Disk {
  /** `hanging`: nothing is begun until it is another mode again. */
  mode: 'ok' | 'full' | 'broken' | 'hanging';
  /** The connection of the context that runs now. */
  connect(): Database;
}

export interface DiskDeps {
  world: World;
  real: Database;
  /** How long the next step takes, milliseconds. */
  delay(): number;
  /** A transaction that may have written was carried out for `realm`. */
  onWritten(realm: Realm, stores: ReadonlySet<string>): Promise<void>;
}

export function createDisk({ world, real, delay, onWritten }: DiskDeps): Disk {
  let mode: Disk['mode'] = 'ok';
  const waiting: { realm: Realm; begin(): Promise<void> }[] = [];

  /** Of one context, transactions begin and are answered in their order. */
  function inOrder(realm: Realm): { later(fn: () => void | Promise<void>): void } {
    let after = 0;
    return {
      later(fn) {
        after = Math.max(world.now() + delay(), after);
        world.post(after - world.now(), realm, fn);
      },
    };
  }

  interface Way {
    begin: ReturnType<typeof inOrder>;
    answer: ReturnType<typeof inOrder>;
  }

  function use<T>(realm: Realm, { begin, answer }: Way, work: (db: Transactional) => Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const run = async (): Promise<void> => {
        if (disk.mode === 'hanging') {
          waiting.push({ realm, begin: run });
          return;
        }
        if (disk.mode === 'broken') {
          const error = new AppError('storage', 'The storage cannot be opened.', { retryable: true });
          answer.later(() => reject(error));
          return;
        }
        const written = new Set<string>();
        try {
          const result = await real.use((db) => work(watched(db, written)));
          if (written.size > 0) await onWritten(realm, written);
          answer.later(() => resolve(result));
        } catch (error) {
          answer.later(() => reject(error));
        }
      };
      begin.later(run);
    });
  }

  /** The database with its writing transactions noticed, and refused where it is full. */
  function watched(db: Transactional, written: Set<string>): Transactional {
    return new Proxy(db, {
      get(target, name) {
        const value: unknown = Reflect.get(target, name, target);
        if (name !== 'transaction') return value;
        return (stores: string | string[], mode?: string, options?: unknown) => {
          if (mode === 'readwrite') for (const store of [stores].flat()) written.add(store);
          if (mode === 'readwrite' && disk.mode === 'full' && written.has('events')) {
            throw new DOMException('The quota is used up.', 'QuotaExceededError');
          }
          return Reflect.apply(value as () => unknown, target, [stores, mode, options] as never);
        };
      },
    });
  }

  const disk: Disk = {
    get mode() {
      return mode;
    },
    set mode(next) {
      mode = next;
      for (const { realm, begin } of waiting.splice(0)) world.post(0, realm, begin);
    },
    connect() {
      const realm = world.inside();
      const way = { begin: inOrder(realm), answer: inOrder(realm) };
      let closed = false;
      return {
        use: (work) =>
          closed ? Promise.reject(new AppError('closed', 'The history was closed.')) : use(realm, way, work),
        close() {
          closed = true;
        },
      };
    },
  };
  return disk;
}

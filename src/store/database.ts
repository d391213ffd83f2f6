/**
 * The user's database: schema, migrations, and one connection per context that lets go when another context
 * needs to upgrade or delete it, and opens again when it is next used.
 */
import { type DBSchema, deleteDB, type IDBPDatabase, openDB } from 'idb';
import { AppError } from '../shared/errors.ts';
import type { EventRecord, GapCause } from '../shared/log.ts';

/** Raise with every change of the schema, and add a step to `upgrade`. */
const VERSION = 1;

/** One interval in which a channel was provably listened to. */
export interface CoverageRow {
  channel: string;
  /** Wall clock, milliseconds since 1970. */
  from: number;
  /** Up to when it is proven. Grows while the interval is open. */
  to: number;
  /** Why it ended; null while it is open, or when its leader ended without a word. */
  endedBy: GapCause | null;
  /** The leader that wrote it. */
  epoch: number;
}

export interface StoredOutboxRow {
  /** Order of publishing; grows. */
  k?: number;
  id: string;
  channel: string;
  events: string[];
  state: 'queued' | 'sending' | 'ambiguous' | 'delivered' | 'refused';
  reason: string | null;
  createdAt: number;
  /** Wall clock of the last send, milliseconds since 1970; null before the first. */
  sentAt: number | null;
  attempts: number;
}

/** `leader`: the newest epoch. `take-over`: when a tab last took the lead by force. */
export type MetaRow = { epoch: number } | { at: number };

export interface UserSchema extends DBSchema {
  meta: { key: 'leader' | 'take-over'; value: MetaRow };
  events: { key: [number, number]; value: EventRecord; indexes: { channel: [string, number, number] } };
  coverage: { key: [string, number]; value: CoverageRow };
  outbox: { key: number; value: StoredOutboxRow; indexes: { id: string } };
}

export type Transactional = IDBPDatabase<UserSchema>;

export interface Database {
  /**
   * Runs `work` on the open database, opening it first where needed.
   * @throws AppError `storage` when the browser's storage cannot be used; `closed` after `close`.
   */
  use<T>(work: (db: Transactional) => Promise<T>): Promise<T>;
  close(): void;
}

/** The database of one user. Nothing is opened before the first use. */
export function createDatabase(name: string): Database {
  let opening: Promise<Transactional> | null = null;
  let closed = false;

  function open(): Promise<Transactional> {
    const letGo = (): void => {
      const old = opening;
      opening = null;
      old?.then((db) => db.close()).catch(() => {});
    };
    opening ??= openDB<UserSchema>(name, VERSION, {
      upgrade(db, oldVersion) {
        // Steps from every earlier version, oldest first; each keeps the data of the one before.
        if (oldVersion < 1) {
          db.createObjectStore('meta');
          const events = db.createObjectStore('events', { keyPath: ['epoch', 'n'] });
          events.createIndex('channel', ['channel', 'epoch', 'n']);
          db.createObjectStore('coverage', { keyPath: ['channel', 'from'] });
          const outbox = db.createObjectStore('outbox', { keyPath: 'k', autoIncrement: true });
          outbox.createIndex('id', 'id', { unique: true });
        }
      },
      // Another context of an older version still holds it open: it lets go in its own `blocking`, so waiting is right.
      blocked() {},
      // Another context wants a newer version or to delete it: let go at once; the next use opens it again.
      blocking: letGo,
      // The browser closed it (storage cleared by the person, disk trouble): the next use opens it again.
      terminated() {
        opening = null;
      },
    }).catch((cause: unknown) => {
      opening = null;
      throw new AppError(
        'storage',
        'This browser keeps no history for the app (its storage cannot be opened).',
        {
          cause,
          retryable: true,
        },
      );
    });
    return opening;
  }

  return {
    async use(work) {
      for (let attempt = 0; ; attempt += 1) {
        if (closed) throw new AppError('closed', 'The history was closed.');
        const db = await open();
        try {
          return await work(db);
        } catch (error) {
          // The connection was let go between opening and use: one more try on a new one.
          const stale = error instanceof DOMException && error.name === 'InvalidStateError';
          if (stale && attempt === 0) {
            opening = null;
            continue;
          }
          throw error;
        }
      }
    },
    close() {
      closed = true;
      opening?.then((db) => db.close()).catch(() => {});
      opening = null;
    },
  };
}

/** Deletes all that the device keeps of one user. Waits until every other context has let go. */
export async function deleteDatabase(name: string): Promise<void> {
  await deleteDB(name);
}

/**
 * The user's database: schema, migrations, and one connection per context that lets go when another context
 * needs to upgrade or delete it, and opens again when it is next used.
 */
import {
  type DBSchema,
  deleteDB,
  type IDBPDatabase,
  type IDBPObjectStore,
  openDB,
  type StoreNames,
} from 'idb';
import { AppError } from '../shared/errors.ts';
import type { EventRecord, GapCause } from '../shared/log.ts';

/** Raise with every change of the schema, and add a step to `upgrade`. */
const VERSION = 2;

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
  /** Counts the claims: whoever raised it last may send, and only the answer to that attempt counts. */
  attempts: number;
  /** The channel as long as the row is to be sent, else null: the index over it has nothing else. */
  due: string | null;
  /** When it was delivered, milliseconds since 1970; null in every other state. */
  deliveredAt: number | null;
  /** Why and how long nobody may send it; null when it may go. */
  rest: { since: number; until: number; throttled: boolean } | null;
  /** It was sent again although the service may have had it, and its events carry no ids. */
  maybeTwice: boolean;
  /** HTTP endpoint that it was meant for; null in rows of earlier versions. */
  endpoint: string | null;
}

/** Up to where a channel's history was heard, for catch-up. */
export interface StoredCheckpoint {
  channel: string;
  /** The history's own mark; opaque. */
  position: string;
  /** Wall clock at which it was taken, milliseconds since 1970. */
  wall: number;
}

export interface UserSchema extends DBSchema {
  meta: { key: 'leader'; value: { epoch: number } };
  checkpoints: { key: string; value: StoredCheckpoint };
  events: { key: [number, number]; value: EventRecord; indexes: { channel: [string, number, number] } };
  coverage: { key: [string, number]; value: CoverageRow };
  outbox: {
    key: number;
    value: StoredOutboxRow;
    indexes: { id: string; due: string; deliveredAt: number };
  };
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
      async upgrade(db, oldVersion, _newVersion, tx) {
        // Steps from every earlier version, oldest first; each keeps the data of the one before.
        if (oldVersion < 1) {
          db.createObjectStore('meta');
          const events = db.createObjectStore('events', { keyPath: ['epoch', 'n'] });
          events.createIndex('channel', ['channel', 'epoch', 'n']);
          db.createObjectStore('coverage', { keyPath: ['channel', 'from'] });
          const outbox = db.createObjectStore('outbox', { keyPath: 'k', autoIncrement: true });
          outbox.createIndex('id', 'id', { unique: true });
        }
        if (oldVersion < 2) {
          db.createObjectStore('checkpoints', { keyPath: 'channel' });
          await completeOutboxRows(tx.objectStore('outbox'));
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

type OutboxStore = IDBPObjectStore<UserSchema, StoreNames<UserSchema>[], 'outbox', 'versionchange'>;

/** Version 2: an index over what is to be sent, one over what was delivered, and rows that fit them. */
async function completeOutboxRows(store: OutboxStore): Promise<void> {
  store.createIndex('due', 'due');
  store.createIndex('deliveredAt', 'deliveredAt');
  for (let cursor = await store.openCursor(); cursor !== null; cursor = await cursor.continue()) {
    const { value: row } = cursor;
    const over = row.state === 'delivered' || row.state === 'refused';
    await cursor.update({
      ...row,
      due: over ? null : row.channel,
      deliveredAt: row.state === 'delivered' ? (row.sentAt ?? row.createdAt) : null,
      rest: null,
      maybeTwice: false,
      endpoint: null,
    });
  }
}

/** Deletes all that the device keeps of one user. Waits until every other context has let go. */
export async function deleteDatabase(name: string): Promise<void> {
  await deleteDB(name);
}

/**
 * The user's database: schema, migrations, and one connection per context that lets go when another context
 * needs to upgrade or delete it, and opens again when it is next used.
 */
import {
  type DBSchema,
  deleteDB,
  type IDBPDatabase,
  type IDBPObjectStore,
  type IDBPTransaction,
  type OpenDBCallbacks,
  openDB,
  type StoreNames,
} from 'idb';
import { type Clock, createSystemClock } from '../shared/clock.ts';
import { AppError } from '../shared/errors.ts';
import type { CoveredInterval, EventRecord, Position } from '../shared/log.ts';
import type { LogSize } from './log-limits.ts';

/** Raise with every change of the schema, and add a step to `migrate`. */
const VERSION = 2;

export interface CoverageRow extends CoveredInterval {
  channel: string;
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
  /** The sender that made the last claim; null before the first. */
  claimedBy: string | null;
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

/** Up to where a channel's history was heard, for catch-up: everything behind the mark is in the log behind (epoch, n). */
export interface StoredCheckpoint extends Position {
  channel: string;
  /** The history's own mark; opaque. */
  position: string;
  /** Wall clock, milliseconds since 1970: gaps that ended before it are not closed by what follows the mark. */
  wall: number;
}

/** `leader`: the newest epoch. `totals`: what the event log holds. `take-over`: when a tab last led by force. */
export type MetaRow = { epoch: number } | LogSize | { at: number };

export interface UserSchema extends DBSchema {
  meta: { key: 'leader' | 'totals' | 'take-over'; value: MetaRow };
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
   * @throws AppError `storage` when the browser's storage cannot be used; `storage-full`; `closed` after `close`.
   */
  use<T>(work: (db: Transactional) => Promise<T>): Promise<T>;
  close(): void;
}

/** A context that holds an older version open gets this long to let go before its hold is called a fault. */
const BLOCKED_MS = 1_000;

interface Opening {
  /** The browser's answer, however late. */
  opened: Promise<Transactional>;
  /** The same, or an error as soon as another context holds it up for too long. */
  usable: Promise<Transactional>;
}

/** The database of one user. Nothing is opened before the first use. */
export function createDatabase(
  name: string,
  { after }: Pick<Clock, 'after'> = createSystemClock(),
): Database {
  let current: Opening | null = null;
  let closed = false;

  function letGo(): void {
    const old = current;
    current = null;
    old?.opened.then((db) => db.close()).catch(() => {});
  }

  function open(): Opening {
    const forget = (): void => {
      if (current === own) current = null;
    };
    let cancel = (): void => {};
    let heldUp = (_error: AppError): void => {};
    const patience = new Promise<never>((_, reject) => {
      heldUp = reject;
    });
    const callbacks: OpenDBCallbacks<UserSchema> = {
      upgrade: migrate,
      // Another context of an older version still holds it open, and lets go in its own `blocking`. One that does
      // not (frozen, stuck) must not hold up this one for ever. Once it is gone, the same request goes on.
      blocked() {
        cancel = after(BLOCKED_MS, () => heldUp(heldUpError()));
      },
      // Another context wants a newer version or to delete it: let go at once; the next use opens it again.
      blocking() {
        if (current === own) letGo();
      },
      // The browser closed it (storage cleared by the person, disk trouble): the next use opens it again.
      terminated: forget,
    };
    // Where storage is forbidden, asking for it can already throw.
    const opened = Promise.resolve().then(() => openDB(name, VERSION, callbacks));
    const own: Opening = { opened, usable: Promise.race([opened, patience]) };
    own.usable.catch(() => {});
    opened.then(
      () => {
        cancel();
        own.usable = opened;
      },
      () => {
        cancel();
        forget();
      },
    );
    return own;
  }

  return {
    async use(work) {
      for (let attempt = 0; ; attempt += 1) {
        if (closed) throw new AppError('closed', 'The history was closed.');
        current ??= open();
        const own = current;
        const db = await own.usable.catch((cause: unknown) => {
          throw openError(cause);
        });
        try {
          return await work(db);
        } catch (error) {
          // The connection was let go between opening and use: one more try on a new one.
          if (attempt > 0 || !isNamed(error, 'InvalidStateError')) throw workError(error);
          if (current === own) current = null;
        }
      }
    },
    close() {
      closed = true;
      letGo();
    },
  };
}

type Upgrade = IDBPTransaction<UserSchema, StoreNames<UserSchema>[], 'versionchange'>;

/** Steps from every earlier version, oldest first; each keeps the data of the one before. */
async function migrate(
  db: Transactional,
  oldVersion: number,
  _version: number | null,
  tx: Upgrade,
): Promise<void> {
  if (oldVersion < 1) {
    db.createObjectStore('meta');
    const events = db.createObjectStore('events', { keyPath: ['epoch', 'n'] });
    events.createIndex('channel', ['channel', 'epoch', 'n']);
    db.createObjectStore('coverage', { keyPath: ['channel', 'from'] });
    const outbox = db.createObjectStore('outbox', { keyPath: 'k', autoIncrement: true });
    outbox.createIndex('id', 'id', { unique: true });
  }
  // The totals in `meta`, new in 2, are counted by the first leader that writes (event-log.ts).
  if (oldVersion < 2) {
    db.createObjectStore('checkpoints', { keyPath: 'channel' });
    await completeOutboxRows(tx.objectStore('outbox'));
  }
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
      claimedBy: null,
      endpoint: null,
    });
  }
}

function heldUpError(): AppError {
  return new AppError(
    'storage',
    'Another window, of an older version of the app, holds up the history. Close or reload it.',
    { retryable: true },
  );
}

function openError(cause: unknown): AppError {
  if (cause instanceof AppError) return cause;
  const message = isNamed(cause, 'VersionError')
    ? 'The history was written by a newer version of the app. Reload this window to use it.'
    : 'This browser keeps no history for the app (its storage cannot be opened).';
  return new AppError('storage', message, { cause, retryable: true });
}

function workError(error: unknown): unknown {
  if (!isNamed(error, 'QuotaExceededError')) return error;
  return new AppError('storage-full', 'The space that this browser gives the app is used up.', {
    cause: error,
    retryable: true,
  });
}

/** By name and not by class: newer browsers give the quota's error a class of its own. */
function isNamed(error: unknown, name: string): boolean {
  return error instanceof Error && error.name === name;
}

/** Deletes all that the device keeps of one user. Waits until every other context has let go. */
export async function deleteDatabase(name: string): Promise<void> {
  await deleteDB(name);
}

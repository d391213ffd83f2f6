import 'fake-indexeddb/auto';
import { forceCloseDatabase } from 'fake-indexeddb';
import { deleteDB, type IDBPDatabase, openDB, unwrap } from 'idb';
import { describe, expect, it } from 'vitest';
import type { EventRecord } from '../shared/log.ts';
import { createFakeClock } from '../shared/test-doubles.ts';
import { createDatabase } from './database.ts';
import { createHistory, historyOf } from './history.ts';
import { recordBytes } from './log-limits.ts';
import { createOutboxLog } from './outbox-log.ts';

let serial = 0;
const newName = (): string => `database-${++serial}`;
const record = (epoch: number, n: number): EventRecord => ({
  epoch,
  n,
  channel: 'default/a',
  event: `{"n":${n}}`,
  receivedAt: n,
});

/** The database as version 1 of the app made it, by hand. */
function openVersion1(name: string): Promise<IDBPDatabase> {
  return openDB(name, 1, {
    upgrade(db) {
      db.createObjectStore('meta');
      const events = db.createObjectStore('events', { keyPath: ['epoch', 'n'] });
      events.createIndex('channel', ['channel', 'epoch', 'n']);
      db.createObjectStore('coverage', { keyPath: ['channel', 'from'] });
      const outbox = db.createObjectStore('outbox', { keyPath: 'k', autoIncrement: true });
      outbox.createIndex('id', 'id', { unique: true });
    },
  });
}

/** What an outbox row of version 1 is completed with. */
const NEW_IN_2 = { deliveredAt: null, rest: null, maybeTwice: false, endpoint: null, claimedBy: null };

const message = {
  id: 'm1',
  channel: 'default/a',
  events: ['1'],
  state: 'queued' as const,
  reason: null,
  createdAt: 5,
  sentAt: null,
  attempts: 0,
};

describe('a database of version 1', () => {
  it('keeps all that it held, and its size is known from the first write on', async () => {
    const name = newName();
    const old = await openVersion1(name);
    await old.put('meta', { epoch: 7 }, 'leader');
    const records = Array.from({ length: 300 }, (_, index) => record(7, index + 1));
    for (const each of records) await old.put('events', each);
    const row = { channel: 'default/a', from: 1, to: 9, endedBy: 'offline', epoch: 7 };
    await old.put('coverage', row);
    await old.put('outbox', message);
    old.close();

    const database = createDatabase(name);
    const { events, coverage } = historyOf(database);
    expect(await events.newest(999)).toEqual(records);
    expect(await coverage.read('default/a')).toEqual([row]);
    expect(await createOutboxLog(database).list()).toEqual([
      { ...message, k: 1, due: 'default/a', ...NEW_IN_2 },
    ]);
    expect(await database.use((db) => db.count('checkpoints'))).toBe(0);
    const epoch = await events.nextEpoch();
    expect(epoch).toBe(8);
    const next = record(8, 1);
    expect(await events.append(epoch, [next])).toEqual({
      count: 301,
      bytes: [...records, next].reduce((sum, each) => sum + recordBytes(each), 0),
    });
  });
});

describe('another context', () => {
  it('that wants a newer version or to delete the database is let through at once', async () => {
    const name = newName();
    const database = createDatabase(name);
    await database.use((db) => db.count('events'));
    const newer = await openDB(name, 99);
    expect(newer.version).toBe(99);
    newer.close();
  });

  it('of a newer version: a clear error, nothing is deleted, and it works again when that is gone', async () => {
    const name = newName();
    const newer = await openDB(name, 99, {
      upgrade: (db) => void db.createObjectStore('tomorrow').put('kept', 'key'),
    });
    const database = createDatabase(name);
    for (let attempt = 0; attempt < 2; attempt += 1) {
      await expect(database.use((db) => db.count('events'))).rejects.toMatchObject({
        code: 'storage',
        retryable: true,
        message: expect.stringContaining('newer version'),
      });
    }
    expect(await newer.get('tomorrow', 'key')).toBe('kept');
    newer.close();
    await deleteDB(name);
    expect(await database.use((db) => db.count('events'))).toBe(0);
  });

  it('of an older version that does not let go holds nobody up for ever', async () => {
    const name = newName();
    const old = await openVersion1(name);
    await old.put('meta', { epoch: 3 }, 'leader');
    const clock = createFakeClock();
    const database = createDatabase(name, clock);
    const blocked = database.use((db) => db.count('events'));
    await expect.poll(() => clock.pendingTimers()).toBe(1);
    clock.advance(1_000);
    const sentence = { code: 'storage', retryable: true, message: expect.stringContaining('older version') };
    await expect(blocked).rejects.toMatchObject(sentence);
    await expect(database.use((db) => db.count('events'))).rejects.toMatchObject(sentence);
    old.close();
    await expect
      .poll(() => database.use((db) => db.get('meta', 'leader')).catch(() => null))
      .toEqual({ epoch: 3 });
  });

  it('of an older version that lets go in time is waited for', async () => {
    const name = newName();
    const old = await openVersion1(name);
    const clock = createFakeClock();
    const database = createDatabase(name, clock);
    const waiting = database.use((db) => db.count('events'));
    await expect.poll(() => clock.pendingTimers()).toBe(1);
    old.close();
    expect(await waiting).toBe(0);
    expect(clock.pendingTimers()).toBe(0);
  });
});

describe('the connection to the database', () => {
  it('that the browser closed is opened again by the next use', async () => {
    const database = createDatabase(newName());
    await database.use(async (db) => {
      await db.put('meta', { epoch: 4 }, 'leader');
      forceCloseDatabase(unwrap(db) as never);
    });
    let tries = 0;
    const row = await database.use((db) => {
      tries += 1;
      return db.get('meta', 'leader');
    });
    expect([row, tries]).toEqual([{ epoch: 4 }, 1]);
  });

  it('gives every failure for want of space one name', async () => {
    const database = createDatabase(newName());
    const full = database.use(() =>
      Promise.reject(new DOMException('The quota has been exceeded.', 'QuotaExceededError')),
    );
    await expect(full).rejects.toMatchObject({ code: 'storage-full' });
  });

  it('says plainly where there is no storage at all', async () => {
    const factory = globalThis.indexedDB;
    Reflect.deleteProperty(globalThis, 'indexedDB');
    try {
      const { events } = createHistory(newName());
      await expect(events.newest(1)).rejects.toMatchObject({ code: 'storage', retryable: true });
    } finally {
      globalThis.indexedDB = factory;
    }
  });
});

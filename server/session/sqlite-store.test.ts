/** What only SQLite must do; what every store must do is in store.test.ts. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'libsql';
import { afterEach, describe, expect, it } from 'vitest';
import { createSqliteStore } from './sqlite-store.ts';
import type { SessionStore } from './store.ts';

const cleanups: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

function temporaryFile(): string {
  const folder = mkdtempSync(join(tmpdir(), 'switchboard-'));
  cleanups.push(() => rmSync(folder, { recursive: true }));
  return join(folder, 'deep', 'sessions.db');
}

function open(file: string): SessionStore {
  const store = createSqliteStore(file);
  cleanups.push(() => store.close());
  return store;
}

const bytes = (text: string) => Buffer.from(text);
const FACTS = { owner: 'hash of a user', accessEndsAt: 2_000 };
const SESSION = {
  ...FACTS,
  sealed: bytes('one'),
  createdAt: 1_000,
  expiresAt: 9_000,
  epoch: 7,
  browser: 'Firefox',
};

describe('the SQLite store', () => {
  it('keeps sessions across a restart, and for other processes on the same file', async () => {
    const file = temporaryFile();
    const first = open(file);
    await first.create('a', SESSION);
    const second = open(file);
    expect(await second.read('a')).toMatchObject({ kind: 'live', version: 1, lastSeenAt: 1_000 });
    await second.write('a', 1, bytes('two'), FACTS);
    await first.close();
    await second.close();
    const seen = await open(file).read('a');
    expect(seen?.kind === 'live' && Buffer.from(seen.sealed).toString()).toBe('two');
  });

  it('opens a file of the first version; its sessions are listed from their next write on', async () => {
    const file = temporaryFile();
    await open(file).close();
    const old = new Database(file);
    old.exec(`
      DROP TABLE session;
      CREATE TABLE session (
        id_hash TEXT PRIMARY KEY, version INTEGER NOT NULL, sealed BLOB, created_at INTEGER NOT NULL,
        last_seen_at INTEGER NOT NULL, expires_at INTEGER NOT NULL, ended_epoch INTEGER, lease_holder TEXT,
        lease_until INTEGER
      ) WITHOUT ROWID, STRICT;
    `);
    old
      .prepare(
        'INSERT INTO session (id_hash, version, sealed, created_at, last_seen_at, expires_at) VALUES (?,?,?,?,?,?)',
      )
      .run('a', 3, bytes('one'), 1_000, 1_000, 9_000);
    old.close();

    const store = open(file);
    const again = open(file);
    expect(await store.read('a')).toMatchObject({ kind: 'live', version: 3 });
    expect(await store.list([FACTS.owner])).toEqual([]);
    expect(await store.write('a', 3, bytes('two'), FACTS)).toBe(true);
    expect(await again.list([FACTS.owner])).toEqual([
      {
        ...{ idHash: 'a', createdAt: 1_000, lastSeenAt: 1_000, expiresAt: 9_000 },
        ...{ epoch: 0, browser: '', accessEndsAt: 2_000 },
      },
    ]);
  });
});

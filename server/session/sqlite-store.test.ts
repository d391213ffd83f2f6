import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { startTestServer } from '../test-doubles.ts';
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

function open(file = ':memory:'): SessionStore {
  const store = createSqliteStore(file);
  cleanups.push(() => store.close());
  return store;
}

const bytes = (text: string) => Buffer.from(text);
const SESSION = { sealed: bytes('one'), createdAt: 1_000, expiresAt: 9_000 };

describe('the SQLite store', () => {
  it('keeps sessions across a restart, and for other processes on the same file', async () => {
    const file = temporaryFile();
    const first = open(file);
    await first.create('a', SESSION);
    const second = open(file);
    expect(await second.read('a')).toMatchObject({ kind: 'live', version: 1, lastSeenAt: 1_000 });
    await second.write('a', 1, bytes('two'));
    const seen = await first.read('a');
    expect(seen?.kind === 'live' && Buffer.from(seen.sealed).toString()).toBe('two');
    await expect(second.create('a', SESSION)).rejects.toThrow();
  });

  it('writes only over the version that was read', async () => {
    const store = open();
    await store.create('a', SESSION);
    expect(await store.write('a', 1, bytes('two'))).toBe(true);
    expect(await store.write('a', 1, bytes('late'))).toBe(false);
    expect(await store.write('a', 2, bytes('three'))).toBe(true);
    expect(await store.write('b', 1, bytes('nobody'))).toBe(false);
  });

  it('ends for good: no write, activity, lease or second end brings it back', async () => {
    const store = open();
    await store.create('a', SESSION);
    expect(Buffer.from((await store.end('a', 50)) ?? []).toString()).toBe('one');
    expect(await store.read('a')).toEqual({ kind: 'ended', epoch: 50 });
    for (const version of [1, 2, 3]) expect(await store.write('a', version, bytes('back'))).toBe(false);
    expect(await store.acquireLease('a', 'me', 0, 100)).toBe(false);
    await store.touch('a', 5_000);
    expect(await store.end('a', 40)).toBeNull();
    expect(await store.read('a')).toEqual({ kind: 'ended', epoch: 50 });
  });

  it('ends only the version that was meant', async () => {
    const store = open();
    await store.create('a', SESSION);
    await store.write('a', 1, bytes('two'));
    expect(await store.end('a', 50, 1)).toBeNull();
    expect(await store.read('a')).toMatchObject({ kind: 'live', version: 2 });
    expect(await store.end('a', 50, 2)).not.toBeNull();
  });

  it('lends the lease to one at a time, until it runs out or is given back', async () => {
    const store = open();
    await store.create('a', SESSION);
    expect(await store.acquireLease('a', 'one', 0, 100)).toBe(true);
    expect(await store.acquireLease('a', 'two', 99, 199)).toBe(false);
    expect(await store.renewLease('a', 'one', 150)).toBe(true);
    expect(await store.acquireLease('a', 'two', 149, 249)).toBe(false);
    expect(await store.acquireLease('a', 'two', 150, 250)).toBe(true);
    expect(await store.renewLease('a', 'one', 300)).toBe(false);
    await store.releaseLease('a', 'one');
    expect(await store.acquireLease('a', 'three', 200, 300)).toBe(false);
    await store.releaseLease('a', 'two');
    expect(await store.acquireLease('a', 'three', 200, 300)).toBe(true);
    expect(await store.read('a')).toMatchObject({ version: 1 });
  });

  it('removes what is over or idle, and keeps tombstones to the end', async () => {
    const store = open();
    await store.create('over', { ...SESSION, expiresAt: 5_000 });
    await store.create('idle', SESSION);
    await store.create('ended', SESSION);
    await store.create('busy', SESSION);
    await store.end('ended', 1);
    await store.touch('busy', 4_500);
    expect(await store.removeExpired(5_000, 4_000)).toBe(2);
    expect(await store.read('over')).toBeNull();
    expect(await store.read('idle')).toBeNull();
    expect(await store.read('ended')).toMatchObject({ kind: 'ended' });
    expect(await store.read('busy')).toMatchObject({ kind: 'live' });
  });

  it('holds no token, no cookie and nothing of the user in its files', async () => {
    const file = temporaryFile();
    const server = await startTestServer({ store: open(file) });
    cleanups.push(() => server.close());
    const browser = server.browser();
    await browser.signIn();
    await browser.token();
    const raw = Buffer.concat(
      readdirSync(join(file, '..')).map((name) => readFileSync(join(file, '..', name))),
    );
    expect(raw.includes('session')).toBe(true);
    const [id = '', key = ''] = browser.cookies.get('switchboard')?.split('.') ?? [];
    for (const secret of [...server.provider.issued, id, key, 'ada@example.com', 'refresh-']) {
      expect(secret).not.toBe('');
      expect(raw.includes(secret)).toBe(false);
    }
  });
});

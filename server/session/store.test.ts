/** What every session store must do, run on each of them; Redis is a real server. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createSystemClock } from '../../src/shared/clock.ts';
import { createManualClock, startFakeProvider } from '../auth/test-doubles.ts';
import { startTestServer } from '../test-doubles.ts';
import { createRedisStore } from './redis-store.ts';
import { createSqliteStore } from './sqlite-store.ts';
import type { SessionStore } from './store.ts';
import { startRedis, type TestRedis } from './test-doubles.ts';

const cleanups: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

let redis: TestRedis;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis?.close());
afterEach(() => redis.flush());

/** The data of one test: opened as often as there are servers, and copied as a thief would. */
interface Data {
  open(): SessionStore;
  steal(): Promise<Buffer>;
}

function sqliteData(): Data {
  const folder = mkdtempSync(join(tmpdir(), 'switchboard-'));
  cleanups.push(() => rmSync(folder, { recursive: true }));
  return {
    open: () => createSqliteStore(join(folder, 'sessions.db')),
    steal: async () => Buffer.concat(readdirSync(folder).map((name) => readFileSync(join(folder, name)))),
  };
}

function redisData(): Data {
  return {
    open: () => createRedisStore({ url: redis.url, clock: createSystemClock(), random: Math.random }),
    steal: () => redis.rawBytes(),
  };
}

const bytes = (text: string) => Buffer.from(text);
const textOf = (sealed: Uint8Array | null | undefined) => sealed && Buffer.from(sealed).toString();

/** Redis removes by its own clock what is past its end, so all times are later than now. */
const T = Date.now() + 3_600_000;
const FACTS = { owner: 'owner-of-a', accessEndsAt: T + 300 };
const SESSION = {
  ...FACTS,
  sealed: bytes('one'),
  createdAt: T + 1_000,
  expiresAt: T + 9_000,
  epoch: 7,
  browser: 'Firefox on Linux',
};

describe.each([
  { name: 'SQLite', dataOf: sqliteData },
  { name: 'Redis', dataOf: redisData },
])('the $name store', ({ dataOf }) => {
  function opened(data = dataOf()): SessionStore {
    const store = data.open();
    cleanups.push(() => store.close());
    return store;
  }

  it('keeps what it was given, byte by byte, and refuses a name that is taken', async () => {
    const store = opened();
    const sealed = Uint8Array.from({ length: 300 }, (_, index) => index % 256);
    // A view into a larger buffer, as `Buffer.concat` makes them: only the view may be stored.
    await store.create('a', { ...SESSION, sealed: Buffer.from(sealed).subarray(1, 299) });
    const found = await store.read('a');
    expect(found).toMatchObject({
      ...{ kind: 'live', version: 1 },
      ...{ createdAt: T + 1_000, lastSeenAt: T + 1_000, expiresAt: T + 9_000 },
    });
    expect(found?.kind === 'live' && [...found.sealed]).toEqual([...sealed.subarray(1, 299)]);
    expect(await store.read('b')).toBeNull();
    await expect(store.create('a', SESSION)).rejects.toThrow();
  });

  it('is one for all servers', async () => {
    const data = dataOf();
    const [first, second] = [opened(data), opened(data)];
    await first.create('a', SESSION);
    expect(await second.write('a', 1, bytes('two'), FACTS)).toBe(true);
    const seen = await first.read('a');
    expect(seen).toMatchObject({ kind: 'live', version: 2 });
    expect(seen?.kind === 'live' && textOf(seen.sealed)).toBe('two');
    expect(textOf(await second.end('a', 50))).toBe('two');
    expect(await first.read('a')).toEqual({ kind: 'ended', epoch: 50 });
  });

  it('writes only over the version that was read', async () => {
    const store = opened();
    await store.create('a', SESSION);
    expect(await store.write('a', 1, bytes('two'), FACTS)).toBe(true);
    expect(await store.write('a', 1, bytes('late'), FACTS)).toBe(false);
    expect(await store.write('a', 2, bytes('three'), FACTS)).toBe(true);
    expect(await store.write('b', 1, bytes('nobody'), FACTS)).toBe(false);
    const found = await store.read('a');
    expect(found?.kind === 'live' && textOf(found.sealed)).toBe('three');
  });

  it('lets exactly one of many writers through', async () => {
    const data = dataOf();
    const stores = [opened(data), opened(data), opened(data)];
    await stores[0]?.create('a', SESSION);
    for (let version = 1; version <= 20; version += 1) {
      const written = await Promise.all(
        stores.flatMap((store) => [1, 2, 3].map(() => store.write('a', version, bytes('x'), FACTS))),
      );
      expect(written.filter(Boolean)).toHaveLength(1);
    }
  });

  it('ends for good: no write, activity, lease or second end brings it back', async () => {
    const store = opened();
    await store.create('a', SESSION);
    expect(textOf(await store.end('a', 50))).toBe('one');
    expect(await store.read('a')).toEqual({ kind: 'ended', epoch: 50 });
    for (const version of [1, 2, 3]) {
      expect(await store.write('a', version, bytes('back'), FACTS)).toBe(false);
    }
    expect(await store.acquireLease('a', 'me', T, T + 100)).toBe(false);
    await store.touch('a', T + 5_000);
    expect(await store.end('a', 40)).toBeNull();
    expect(await store.read('a')).toEqual({ kind: 'ended', epoch: 50 });
    expect(await store.end('a', 60)).toBeNull();
    expect(await store.read('a')).toEqual({ kind: 'ended', epoch: 60 });
    await expect(store.create('a', SESSION)).rejects.toThrow();
    expect(await store.end('b', 50)).toBeNull();
    expect(await store.read('b')).toBeNull();
  });

  it('ends only the version that was meant', async () => {
    const store = opened();
    await store.create('a', SESSION);
    await store.write('a', 1, bytes('two'), FACTS);
    expect(await store.end('a', 50, 1)).toBeNull();
    expect(await store.read('a')).toMatchObject({ kind: 'live', version: 2 });
    expect(textOf(await store.end('a', 50, 2))).toBe('two');
  });

  it('moves activity forwards only, and leaves the version alone', async () => {
    const store = opened();
    await store.create('a', SESSION);
    await store.touch('a', T + 5_000);
    await store.touch('a', T + 4_000);
    await store.touch('b', T + 4_000);
    expect(await store.read('a')).toMatchObject({ version: 1, lastSeenAt: T + 5_000 });
    expect(await store.read('b')).toBeNull();
  });

  it('lends the lease to one at a time, until it runs out or is given back', async () => {
    const store = opened();
    await store.create('a', SESSION);
    expect(await store.acquireLease('a', 'one', 0, 100)).toBe(true);
    expect(await store.acquireLease('a', 'two', 99, 199)).toBe(false);
    expect(await store.acquireLease('a', 'one', 99, 120)).toBe(true);
    expect(await store.renewLease('a', 'one', 150)).toBe(true);
    expect(await store.acquireLease('a', 'two', 149, 249)).toBe(false);
    expect(await store.acquireLease('a', 'two', 150, 250)).toBe(true);
    expect(await store.renewLease('a', 'one', 300)).toBe(false);
    await store.releaseLease('a', 'one');
    expect(await store.acquireLease('a', 'three', 200, 300)).toBe(false);
    await store.releaseLease('a', 'two');
    expect(await store.acquireLease('a', 'three', 200, 300)).toBe(true);
    expect(await store.acquireLease('b', 'one', 0, 100)).toBe(false);
    expect(await store.renewLease('b', 'one', 100)).toBe(false);
    expect(await store.read('a')).toMatchObject({ version: 1 });
  });

  it('lends it to exactly one of many who ask at once', async () => {
    const data = dataOf();
    const stores = [opened(data), opened(data), opened(data)];
    await stores[0]?.create('a', SESSION);
    const asked = stores.flatMap((store, one) =>
      [1, 2, 3].map((two) => store.acquireLease('a', `${one}-${two}`, T, T + 100)),
    );
    expect((await Promise.all(asked)).filter(Boolean)).toHaveLength(1);
  });

  it('removes what is over or idle, and keeps tombstones to the end', async () => {
    const store = opened();
    await store.create('over', { ...SESSION, expiresAt: T + 5_000 });
    await store.create('idle', SESSION);
    await store.create('ended', SESSION);
    await store.create('busy', SESSION);
    await store.end('ended', 1);
    await store.touch('busy', T + 4_500);
    expect(await store.removeExpired(T + 5_000, T + 4_000)).toBe(2);
    expect(await store.read('over')).toBeNull();
    expect(await store.read('idle')).toBeNull();
    expect(await store.read('ended')).toMatchObject({ kind: 'ended' });
    expect(await store.read('busy')).toMatchObject({ kind: 'live' });
    expect(await store.count()).toBe(1);
    expect(await store.removeExpired(T + 9_000, T)).toBe(2);
    expect(await store.read('ended')).toBeNull();
    expect(await store.list([FACTS.owner])).toEqual([]);
  });

  it('removes many', async () => {
    const store = opened();
    const ids = Array.from({ length: 1_203 }, (_, index) => `session-${index}`);
    await Promise.all(ids.map((id) => store.create(id, SESSION)));
    expect(await store.count()).toBe(1_203);
    expect(await store.removeExpired(T + 1_001, T + 1_000)).toBe(1_203);
    expect(await store.count()).toBe(0);
  });

  it('lists the live sessions of a user under every hash, and counts all live ones', async () => {
    const store = opened();
    await store.create('a', SESSION);
    await store.create('b', { ...SESSION, owner: 'older-hash-of-the-same', browser: 'Safari on iOS' });
    await store.create('c', { ...SESSION, owner: 'another' });
    await store.create('d', SESSION);
    await store.touch('a', T + 2_000);
    await store.write('a', 1, bytes('two'), { ...FACTS, accessEndsAt: T + 600 });
    await store.end('d', 50);
    const found = await store.list([FACTS.owner, 'older-hash-of-the-same', 'unknown']);
    expect(found.sort((one, two) => one.idHash.localeCompare(two.idHash))).toEqual([
      {
        ...{ idHash: 'a', createdAt: T + 1_000, lastSeenAt: T + 2_000, expiresAt: T + 9_000 },
        ...{ epoch: 7, browser: 'Firefox on Linux', accessEndsAt: T + 600 },
      },
      {
        ...{ idHash: 'b', createdAt: T + 1_000, lastSeenAt: T + 1_000, expiresAt: T + 9_000 },
        ...{ epoch: 7, browser: 'Safari on iOS', accessEndsAt: T + 300 },
      },
    ]);
    expect(await store.count()).toBe(3);
    expect(await store.list([])).toEqual([]);
  });

  it('lists a session under the hash of its last write only', async () => {
    const store = opened();
    await store.create('a', SESSION);
    await store.write('a', 1, bytes('two'), { ...FACTS, owner: 'newer-hash' });
    expect(await store.list([FACTS.owner])).toEqual([]);
    expect(await store.list(['newer-hash'])).toMatchObject([{ idHash: 'a' }]);
    // A write that came too late changes nothing here either.
    expect(await store.write('a', 1, bytes('late'), FACTS)).toBe(false);
    expect(await store.list([FACTS.owner])).toEqual([]);
  });

  it('keeps nothing of an ended session but that it ended', async () => {
    const data = dataOf();
    const store = opened(data);
    const secret = 'sealed-but-still-not-to-be-kept';
    await store.create('a', { ...SESSION, sealed: bytes(secret) });
    await store.end('a', 50);
    await store.close();
    const raw = await data.steal();
    for (const gone of [secret, FACTS.owner, SESSION.browser]) expect(raw.includes(gone)).toBe(false);
  });

  it('holds no token, no cookie and nothing of the user in clear', async () => {
    const data = dataOf();
    const clock = createManualClock();
    const provider = await startFakeProvider(clock);
    // Long enough that no random byte or hash looks like it.
    provider.username = 'ada-lovelace-1815';
    const server = await startTestServer({ store: data.open(), clock, provider });
    cleanups.push(() => server.close());
    const browser = server.browser();
    await browser.signIn();
    const answer = await browser.token();
    server.clock.advance(215_000);
    await browser.token();
    expect(server.provider.refreshes()).toBe(1);
    const raw = await data.steal();
    expect(raw.includes('session')).toBe(true);
    const [id = '', key = ''] = browser.cookies.get('switchboard')?.split('.') ?? [];
    expect(answer.json().sub).toBe(provider.sub);
    const secrets = [
      ...provider.issued,
      ...[id, key, provider.sub, provider.username, 'ada@example.com', 'refresh-'],
    ];
    for (const secret of secrets) {
      expect(secret).toBeTruthy();
      for (const shape of shapesOf(secret)) expect(raw.includes(shape)).toBe(false);
    }
  });

  it('answers a ping, and may be closed twice', async () => {
    const store = opened();
    await store.ping();
    await store.close();
    await store.close();
  });
});

/** A secret as it is, and as it would look in base64 or hex. */
function shapesOf(secret: string): Buffer[] {
  const plain = Buffer.from(secret);
  return [plain, Buffer.from(plain.toString('base64url').slice(0, -2)), Buffer.from(plain.toString('hex'))];
}

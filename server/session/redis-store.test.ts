/** A Redis server that is away, hangs, restarts or wants a password. What every store does is in `store.test.ts`. */
import { connect, createServer, type Socket } from 'node:net';
import { describe, it, type TestContext } from 'vitest';
import { createSystemClock } from '../../src/shared/clock.ts';
import { createRedisStore } from './redis-store.ts';
import type { SessionStore } from './store.ts';
import { startRedis, type TestRedis } from './test-doubles.ts';

type Scope = Pick<TestContext, 'onTestFinished'>;

async function redis({ onTestFinished }: Scope, ...args: string[]): Promise<TestRedis> {
  const server = await startRedis(...args);
  onTestFinished(() => server.close());
  return server;
}

function open({ onTestFinished }: Scope, url: string): SessionStore {
  const store = createRedisStore({ url, clock: createSystemClock(), random: Math.random });
  onTestFinished(() => store.close());
  return store;
}

/** A listener on a port of its own. @returns its port. */
async function listen({ onTestFinished }: Scope, onSocket: (socket: Socket) => void): Promise<number> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    onTestFinished(() => void socket.destroy());
    onSocket(socket);
  });
  onTestFinished(() => void server.close());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

const NOW = Date.now();
const SESSION = {
  ...{ sealed: Buffer.from('one'), createdAt: NOW, expiresAt: NOW + 3_600_000 },
  ...{ owner: 'owner', epoch: 1, browser: 'Firefox on Linux', accessEndsAt: NOW },
};
const AWAY = /^The session store \(Redis\) is not available: /;
/** The limit of one command, and a little for the machine. */
const QUICKLY_MS = 2_500;

async function timed(work: Promise<unknown>): Promise<number> {
  const from = performance.now();
  await work.catch(() => undefined);
  return performance.now() - from;
}

describe.concurrent('a Redis server', () => {
  it('removes a session by itself at its absolute end', async ({ expect, onTestFinished }) => {
    const scope = { onTestFinished };
    const { url } = await redis(scope);
    const store = open(scope, url);
    await store.create('a', { ...SESSION, expiresAt: Date.now() + 50 });
    await expect.poll(() => store.read('a')).toBeNull();
    expect(await store.list([SESSION.owner])).toEqual([]);
  });

  it('keeps a tombstone to the absolute end and no longer', async ({ expect, onTestFinished }) => {
    const scope = { onTestFinished };
    const server = await redis(scope);
    const store = open(scope, server.url);
    await store.create('a', SESSION);
    await store.end('a', 5);
    const end = Number(await server.command('PEXPIRETIME', 'switchboard:session:a'));
    expect(end).toBe(SESSION.expiresAt);
  });

  it('that is not there at first is found when it comes', async ({ expect, onTestFinished }) => {
    const scope = { onTestFinished };
    const server = await redis(scope);
    await server.kill();
    const store = open(scope, server.url);
    await expect(store.ping()).rejects.toThrow(AWAY);
    await expect(store.read('a')).rejects.toThrow(/ECONNREFUSED/);
    await server.start();
    await expect.poll(() => store.ping().then(() => 'there', String), { timeout: 10_000 }).toBe('there');
    await store.create('a', SESSION);
    expect(await store.read('a')).toMatchObject({ kind: 'live' });
  });

  it('that restarts is waited for, and taught the scripts again', async ({ expect, onTestFinished }) => {
    const scope = { onTestFinished };
    const server = await redis(scope);
    const store = open(scope, server.url);
    await store.create('a', SESSION);
    await server.kill();
    const [asked] = await Promise.allSettled([store.read('a'), server.start()]);
    // What was under way may fail; what comes next waits for the connection.
    if (asked.status === 'rejected') expect(String(asked.reason)).toMatch(/not available/);
    await expect.poll(() => store.create('b', SESSION).then(() => 'stored', String)).toBe('stored');
    expect(await store.read('b')).toMatchObject({ kind: 'live' });
  });

  it('that is gone for long is answered for at once', async ({ expect, onTestFinished }) => {
    const scope = { onTestFinished };
    const server = await redis(scope);
    const store = open(scope, server.url);
    await store.ping();
    await server.kill();
    expect(await timed(store.ping())).toBeLessThan(QUICKLY_MS);
    expect(await timed(store.ping())).toBeLessThan(QUICKLY_MS);
    // After the two seconds of bridging nobody waits any more.
    await expect.poll(() => timed(store.ping()), { timeout: 5_000 }).toBeLessThan(50);
    await expect(store.write('a', 1, Buffer.from('x'), SESSION)).rejects.toThrow(AWAY);
  });

  it('that hangs is given up within the limit, however many ask, and is used again when it answers', async ({
    expect,
    onTestFinished,
  }) => {
    const scope = { onTestFinished };
    const server = await redis(scope);
    const store = open(scope, server.url);
    await store.create('a', SESSION);
    server.freeze();
    const times = await Promise.all(Array.from({ length: 200 }, () => timed(store.read('a'))));
    expect(Math.max(...times)).toBeLessThan(QUICKLY_MS);
    expect(await timed(store.read('a'))).toBeLessThan(QUICKLY_MS);
    server.thaw();
    await expect
      .poll(() => store.read('a').catch(() => null), { timeout: 10_000 })
      .toMatchObject({ kind: 'live' });
  });

  it.for(['from the greeting on', 'after a while'])(
    'behind a connection that leads nowhere %s is reached over a new one',
    async (since, { expect, onTestFinished }) => {
      const scope = { onTestFinished };
      const server = await redis(scope);
      const sockets: Socket[] = [];
      const port = await listen(scope, (socket) => {
        sockets.push(socket);
        // Swallows all that comes, as a connection to a machine that a fail-over has replaced.
        if (sockets.length === 1 && since === 'from the greeting on') return void socket.resume();
        const through = connect(server.port, '127.0.0.1');
        through.on('error', () => undefined);
        onTestFinished(() => void through.destroy());
        socket.pipe(through).pipe(socket);
      });
      const store = open(scope, `redis://127.0.0.1:${port}`);
      if (since === 'after a while') {
        await store.ping();
        sockets[0]?.unpipe();
        sockets[0]?.resume();
      }
      expect(await timed(store.ping())).toBeLessThan(QUICKLY_MS);
      await expect.poll(() => store.ping().then(() => 'there', String), { timeout: 5_000 }).toBe('there');
      expect(sockets).toHaveLength(2);
    },
  );

  it('that is behind, but answers, is waited for', async ({ expect, onTestFinished }) => {
    const scope = { onTestFinished };
    const COMMANDS = 30;
    /** Each answer takes its time, so that the last ones come well after the limit. */
    const ANSWER_EVERY_MS = 100;
    const connections = new Set<Socket>();
    const port = await listen(scope, (socket) => {
      connections.add(socket);
      let due = 0;
      socket.on('data', (chunk) => {
        const text = chunk.toString();
        if (text.includes('SETNAME')) socket.write('+OK\r\n');
        due += text.split('PING').length - 1;
      });
      const answering = setInterval(() => {
        if (due === 0) return;
        due -= 1;
        socket.write('+PONG\r\n');
      }, ANSWER_EVERY_MS);
      onTestFinished(() => clearInterval(answering));
    });
    const store = open(scope, `redis://127.0.0.1:${port}`);
    await store.ping();
    const took = await timed(Promise.all(Array.from({ length: COMMANDS }, () => store.ping())));
    expect(took).toBeGreaterThan(QUICKLY_MS);
    expect(connections.size).toBe(1);
    await store.ping();
  });

  it('that became a replica is left for the one that may write', async ({ expect, onTestFinished }) => {
    const scope = { onTestFinished };
    const server = await redis(scope);
    const store = open(scope, server.url);
    const connection = async () =>
      /\bid=(\d+) [^\n]*name=switchboard/.exec(String(await server.command('CLIENT', 'LIST')))?.[1];
    await store.create('a', SESSION);
    const before = await connection();
    await server.command('REPLICAOF', '127.0.0.1', '1');
    await expect(store.touch('a', NOW + 1)).rejects.toThrow(/READONLY/);
    await expect.poll(connection).not.toBe(before);
    await server.command('REPLICAOF', 'NO', 'ONE');
    await expect.poll(() => store.touch('a', NOW + 2).then(() => 'written', String)).toBe('written');
    expect(await store.read('a')).toMatchObject({ lastSeenAt: NOW + 2 });
  });

  it('that wants another password says so, without repeating ours', async ({ expect, onTestFinished }) => {
    const scope = { onTestFinished };
    const { port } = await redis(scope, '--requirepass', 'the-right-one');
    const store = open(scope, `redis://:wrong-one@127.0.0.1:${port}`);
    const error = await expect.poll(() => store.ping().then(() => '', String)).toMatch(/WRONGPASS/);
    expect(String(error)).not.toMatch(/wrong-one|right-one/);
    const right = open(scope, `redis://:the-right-one@127.0.0.1:${port}/3`);
    await right.create('a', SESSION);
    expect(await right.read('a')).toMatchObject({ kind: 'live' });
  });

  it('over rediss is told nothing in clear', async ({ expect, onTestFinished }) => {
    const scope = { onTestFinished };
    const heard: Buffer[] = [];
    const port = await listen(scope, (socket) => {
      socket.on('data', (chunk) => {
        heard.push(chunk);
        socket.destroy();
      });
    });
    const store = open(scope, `rediss://user:secret@127.0.0.1:${port}`);
    await expect(store.ping()).rejects.toThrow(AWAY);
    const all = Buffer.concat(heard);
    // A TLS handshake record (RFC 8446, 5.1).
    expect([...all.subarray(0, 2)]).toEqual([22, 3]);
    expect(all.includes('secret')).toBe(false);
  });

  it('keeps nobody waiting at a stop', async ({ expect, onTestFinished }) => {
    const scope = { onTestFinished };
    const server = await redis(scope);
    const store = open(scope, server.url);
    await store.ping();
    server.freeze();
    const asked = timed(store.read('a'));
    expect(await timed(store.close())).toBeLessThan(QUICKLY_MS);
    expect(await asked).toBeLessThan(QUICKLY_MS);
    await expect(store.read('a')).rejects.toThrow(/closed/);
  });
});

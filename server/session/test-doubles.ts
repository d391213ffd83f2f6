/** A real Redis server for one test file, on a free port and in a folder of its own, that can fail on demand. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from '@redis/client';

/** The program: Redis or Valkey, from the system's packages. */
const PROGRAM = process.env.REDIS_SERVER ?? 'redis-server';

export interface TestRedis {
  url: string;
  port: number;
  /** Kills it without a warning; what it held is lost. */
  kill(): Promise<void>;
  /** Starts it again, on the same port. */
  start(): Promise<void>;
  /** Stops it from answering while its connections stay open. */
  freeze(): void;
  thaw(): void;
  /** Forgets all sessions. */
  flush(): Promise<void>;
  /** One command, with the reply as text. */
  command(...args: string[]): Promise<unknown>;
  /** All that somebody who steals its data gets: every key and value, and the file that it saves. */
  rawBytes(): Promise<Buffer>;
  close(): Promise<void>;
}

/** @param args more arguments for the server, e.g. a password. */
export async function startRedis(...args: string[]): Promise<TestRedis> {
  const folder = mkdtempSync(join(tmpdir(), 'switchboard-redis-'));
  const port = await freePort();
  const url = `redis://127.0.0.1:${port}`;
  let child: ChildProcess | null = null;

  async function start(): Promise<void> {
    child = await launch(['--port', String(port), '--dir', folder, ...args]);
  }

  async function kill(): Promise<void> {
    const ending = child;
    child = null;
    if (ending === null) return;
    const gone = new Promise((resolve) => ending.once('exit', resolve));
    ending.kill('SIGKILL');
    await gone;
  }

  const makeClient = () => createClient({ url });

  async function inspect<T>(work: (client: ReturnType<typeof makeClient>) => Promise<T>): Promise<T> {
    const client = makeClient();
    // It is connected once and thrown away: the command's own failure says enough.
    client.on('error', () => undefined);
    await client.connect();
    try {
      return await work(client);
    } finally {
      client.destroy();
    }
  }

  await start();
  return {
    url,
    port,
    start,
    kill,
    freeze: () => void child?.kill('SIGSTOP'),
    thaw: () => void child?.kill('SIGCONT'),
    flush: () => inspect(async (client) => void (await client.flushAll())),
    command: (...command) => inspect((client) => client.sendCommand(command)),
    rawBytes: () =>
      inspect(async (client) => {
        const found: string[] = [];
        for (const key of await client.keys('*')) {
          const type = await client.type(key);
          const value =
            type === 'hash' ? await client.hGetAll(key) : await client.zRangeWithScores(key, 0, -1);
          found.push(key, type, JSON.stringify(value));
        }
        await client.sendCommand(['SAVE']);
        return Buffer.concat([Buffer.from(found.join('\n')), readFileSync(join(folder, 'dump.rdb'))]);
      }),
    async close() {
      await kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function launch(args: readonly string[]): Promise<ChildProcess> {
  const child = spawn(
    PROGRAM,
    ['--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--rdbcompression', 'no', ...args],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  return new Promise((resolve, reject) => {
    let output = '';
    const hear = (chunk: Buffer): void => {
      output += chunk.toString();
      if (output.includes('Ready to accept connections')) resolve(child);
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    child.once('error', () => {
      reject(
        new Error(
          `These tests need a Redis server, and “${PROGRAM}” cannot be started. Install it (Debian: apt-get install redis-server), or name one: REDIS_SERVER=/path/to/redis-server`,
        ),
      );
    });
    child.once('exit', (code) => reject(new Error(`The Redis server ended with ${code}:\n${output}`)));
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

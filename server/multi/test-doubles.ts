/** A fleet of servers in processes of their own, on one Redis and one provider, and browsers that ask any of them. */
import { type ChildProcess, fork } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { createSystemClock } from '../../src/shared/clock.ts';
import { TOKEN_PATH } from '../../src/shared/token.ts';
import { type FakeProvider, startFakeProvider } from '../auth/test-doubles.ts';
import { startRedis, type TestRedis } from '../session/test-doubles.ts';
import { BY_PERSON, BY_SCRIPT, SECRET } from '../test-doubles.ts';
import type { FromMember, MemberOptions, Step, ToMember } from './protocol.ts';

const ROOT = join(import.meta.dirname, '../..');
/** How browsers would reach the fleet; nobody listens there. */
const ORIGIN = 'http://localhost:3000';

export interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  /** The token, or the code of the problem. */
  body: { accessToken?: string; code?: string; expiresIn?: number };
  /** When it was there, milliseconds on this process's monotonic clock. */
  at: number;
}

export interface Member {
  /** Dies by SIGKILL when its next renewal comes to this step. */
  dieAt(step: Step): Promise<void>;
  /** SIGKILL, now. */
  kill(): void;
  /** When it had died, on this process's monotonic clock. */
  died: Promise<number>;
  /** The token request of a page with this cookie. Rejects when the connection breaks. */
  token(cookie: string): Promise<Answer>;
  get(path: string, cookie?: string, headers?: Record<string, string>): Promise<Answer>;
}

export interface Fleet {
  redis: TestRedis;
  provider: FakeProvider;
  members: readonly Member[];
  /** One more server. */
  add(): Promise<Member>;
  /** Signs a user in at the first server. @returns the session cookie. */
  signIn(sub: string): Promise<string>;
  /** Puts the clocks of all servers forward. */
  advance(ms: number): Promise<void>;
  /** What all servers printed. */
  output(): string;
  close(): Promise<void>;
}

interface FleetOptions {
  size: number;
  seed: number;
  answerLimitMs?: number;
  /** The wall clocks of servers and provider stand still but for {@link Fleet.advance}. */
  stopped?: boolean;
  /** Arguments for the Redis server. */
  redisArgs?: readonly string[];
}

/** The program of a member, built once for a test file. */
export async function buildMember(): Promise<{ file: string; remove(): void }> {
  const folder = mkdtempSync(join(tmpdir(), 'switchboard-fleet-'));
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  await build({
    configFile: false,
    root: ROOT,
    logLevel: 'error',
    publicDir: false,
    ssr: { external: true },
    build: {
      ssr: fileURLToPath(new URL('./member.ts', import.meta.url)),
      outDir: join(folder, 'out'),
      target: 'node20',
      minify: false,
      rolldownOptions: { output: { entryFileNames: 'member.mjs' } },
    },
  });
  return {
    file: join(folder, 'out/member.mjs'),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

export async function startFleet(file: string, options: FleetOptions): Promise<Fleet> {
  const { seed, size, answerLimitMs = null, redisArgs = [] } = options;
  const redis = await startRedis(...redisArgs);
  const system = createSystemClock();
  const stoppedAt = options.stopped ? system.wall() : null;
  let aheadMs = 0;
  const wall = () => (stoppedAt ?? system.wall()) + aheadMs;
  const provider = await startFakeProvider({ ...system, wall });
  const { issuer, clientId, clientSecret } = provider;
  const children: ChildProcess[] = [];
  const members: Member[] = [];
  let output = '';

  async function add(): Promise<Member> {
    const settings: MemberOptions = {
      ...{ redisUrl: redis.url, origin: ORIGIN, issuer, clientId, clientSecret, secret: SECRET },
      ...{ seed: seed + children.length, answerLimitMs, stoppedAt },
    };
    const child = fork(file, [JSON.stringify(settings)], { silent: true, execArgv: [] });
    children.push(child);
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        output += chunk.toString();
      });
    }
    const died = new Promise<number>((resolve) => child.once('exit', () => resolve(performance.now())));
    const ready = await hear(child, () => output);
    if (ready === 'done') throw new Error('A server answered before it said where it is.');
    if (aheadMs > 0) await send(child, { advanceMs: aheadMs }, () => output);
    const { port } = ready;
    const member: Member = {
      died,
      dieAt: (step) => send(child, { dieAt: step }, () => output),
      kill: () => void child.kill('SIGKILL'),
      token: (cookie) => ask(port, TOKEN_PATH, { ...BY_SCRIPT, cookie }),
      get: (path, cookie, headers = BY_PERSON) =>
        ask(port, path, { ...headers, ...(cookie === undefined ? {} : { cookie }) }),
    };
    return member;
  }

  for (const member of await Promise.all(Array.from({ length: size }, add))) members.push(member);

  return {
    ...{ redis, provider, members, add },
    async signIn(sub) {
      provider.sub = sub;
      const [first] = members;
      if (first === undefined) throw new Error('A fleet of nobody signs nobody in.');
      const start = await first.get('/auth/sign-in?return=/');
      const back = await fetch(String(start.headers.location), { redirect: 'manual' });
      const { pathname, search } = new URL(back.headers.get('location') ?? '');
      const done = await first.get(`${pathname}${search}`, cookieOf(start));
      const cookie = /(?:^|; )(switchboard=[^;]+)/.exec(cookieOf(done))?.[1];
      if (cookie === undefined) throw new Error(`The sign-in failed (${done.status}).`);
      return cookie;
    },
    async advance(ms) {
      aheadMs += ms;
      const alive = children.filter((child) => child.connected);
      await Promise.all(alive.map((child) => send(child, { advanceMs: ms }, () => output)));
    },
    output: () => output,
    async close() {
      const gone = children.map(
        (child) =>
          new Promise<void>((resolve) => {
            if (child.exitCode !== null || child.signalCode !== null) return resolve();
            child.once('exit', () => resolve());
            child.kill('SIGKILL');
          }),
      );
      await Promise.all(gone);
      await provider.close();
      await redis.close();
    },
  };
}

function hear(child: ChildProcess, output: () => string): Promise<FromMember> {
  return new Promise((resolve, reject) => {
    const ended = (code: number | null) =>
      reject(new Error(`A server of the fleet ended with ${code}:\n${output()}`));
    child.once('exit', ended);
    child.once('message', (message) => {
      child.off('exit', ended);
      resolve(message as FromMember);
    });
  });
}

async function send(child: ChildProcess, message: ToMember, output: () => string): Promise<void> {
  const heard = hear(child, output);
  child.send(message);
  await heard;
}

function cookieOf({ headers }: Answer): string {
  return [headers['set-cookie'] ?? []]
    .flat()
    .map((line) => line.split(';', 1)[0])
    .join('; ');
}

/** A connection for every request, as from as many browsers; and no limit on how long the answer takes. */
const agent = new Agent({ keepAlive: false, maxSockets: Number.POSITIVE_INFINITY });

function ask(port: number, path: string, headers: Record<string, string>): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request({
      host: '127.0.0.1',
      port,
      path,
      agent,
      headers: { ...headers, host: 'localhost:3000' },
    });
    asked.once('error', reject);
    asked.once('response', (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
      });
      response.once('error', reject);
      response.once('end', () => {
        const at = performance.now();
        const json = String(response.headers['content-type']).includes('json');
        const body = json ? (JSON.parse(text) as Answer['body']) : {};
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body, at });
      });
    });
    asked.end();
  });
}

/** Shares `count` requests out over the members as the seed says, all at once. */
export function askMany(
  { members }: Pick<Fleet, 'members'>,
  cookie: string,
  { count, random }: { count: number; random(): number },
): Promise<Answer[]> {
  return Promise.all(
    Array.from({ length: count }, () => {
      const member = members[Math.floor(random() * members.length)];
      if (member === undefined) throw new Error('A fleet of nobody answers nobody.');
      return member.token(cookie);
    }),
  );
}

/** A server in production, as one process on one core, so that two can be told apart on the same machine. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../e2e/support/server-process.ts';

const SERVER_CORE = '0';
const root = join(import.meta.dirname, '../..');
const next = join(root, 'bench/peer-next');

export interface PinnedServer {
  origin: string;
  /** Megabytes in memory now. */
  memoryMB(): number;
  stop(): Promise<void>;
}

/** Ours, with its stand-ins. `env` is added to its own. */
export async function startOurs(env: Record<string, string> = {}): Promise<PinnedServer> {
  const [port, localPort] = [await freePort(), await freePort()];
  const origin = `http://localhost:${port}`;
  const folder = mkdtempSync(join(tmpdir(), 'switchboard-bench-'));
  symlinkSync(join(root, 'dist'), join(folder, 'dist'));
  // Without NODE_ENV=production, with which it would not run on its stand-ins; nothing else depends on it.
  const server = await start({
    cwd: folder,
    args: [join(root, 'dist/server/main.js')],
    env: { PORT: `${port}`, LOCAL_PORT: `${localPort}`, ORIGIN: origin, LOCAL_TOKEN_SECONDS: '3600', ...env },
    ready: /^ {2}faults/m,
  });
  return {
    origin,
    ...server,
    async stop() {
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Next.js with Amplify's adapter. */
export async function startNext(env: Record<string, string>): Promise<PinnedServer> {
  const port = await freePort();
  const server = await start({
    cwd: next,
    args: [
      ...['--require', join(next, 'keys.cjs'), join(next, 'node_modules/next/dist/bin/next'), 'start'],
      ...['-p', `${port}`, '-H', 'localhost'],
    ],
    env: { NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1', ...env },
    ready: /Ready in/,
  });
  return { origin: `http://localhost:${port}`, ...server };
}

interface Program {
  cwd: string;
  args: readonly string[];
  env: Record<string, string>;
  /** What it prints when it may be asked. */
  ready: RegExp;
}

async function start({ cwd, args, env, ready }: Program): Promise<Omit<PinnedServer, 'origin'>> {
  const child = spawn('taskset', ['-c', SERVER_CORE, process.execPath, ...args], {
    cwd,
    env: { PATH: process.env.PATH, ...env },
  });
  const gone = new Promise<void>((resolve) => child.once('close', () => resolve()));
  await new Promise<void>((resolve, reject) => {
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        output += chunk.toString();
        if (ready.test(output)) resolve();
      });
    }
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`${args.join(' ')} ended with ${code}:\n${output}`)));
  });
  return {
    memoryMB() {
      const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
      return Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]) / 1_024;
    },
    async stop() {
      child.kill('SIGTERM');
      await gone;
    },
  };
}

/** One process of the built server, in a folder of its own that outlives it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');

export interface ServerProcess {
  /** Its working directory. */
  folder: string;
  /** Everything it printed, over all its lives. */
  output(): string;
  /** Starts it on the same data; resolves when it has introduced itself. */
  start(): Promise<void>;
  /** Ends it as an operator would. */
  stop(): Promise<void>;
  /** Ends it and removes its folder. */
  remove(): Promise<void>;
}

export interface ServerProcessOptions {
  env: Record<string, string>;
  /** The last line of its introduction: everything before it has been printed. */
  lastLine: RegExp;
}

/** It does not run yet. */
export function createServerProcess({ env, lastLine }: ServerProcessOptions): ServerProcess {
  const folder = mkdtempSync(join(tmpdir(), 'switchboard-e2e-'));
  symlinkSync(join(root, 'dist'), join(folder, 'dist'));
  let before = '';
  let output = '';
  let child: ChildProcess | null = null;

  async function stop(): Promise<void> {
    const stopping = child;
    child = null;
    if (stopping === null || stopping.exitCode !== null) return;
    stopping.removeAllListeners('exit');
    const gone = new Promise((resolve) => stopping.once('exit', resolve));
    stopping.kill('SIGTERM');
    await gone;
  }

  return {
    folder,
    output: () => before + output,
    async start() {
      before += output;
      output = '';
      const starting = spawn(process.execPath, [join(root, 'dist/server/main.js')], {
        cwd: folder,
        env: { PATH: process.env.PATH, ...env },
      });
      child = starting;
      await new Promise<void>((resolve, reject) => {
        const hear = (chunk: Buffer): void => {
          output += chunk.toString();
          if (lastLine.test(output)) resolve();
        };
        starting.stdout?.on('data', hear);
        starting.stderr?.on('data', hear);
        starting.once('exit', (code) => reject(new Error(`the server ended with ${code}:\n${output}`)));
      });
    },
    stop,
    async remove() {
      await stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Given once in this process: a port that was just let go is often the next one that the system offers. */
const given = new Set<number>();

/** A port that nobody listens on, and that no earlier call has given. */
export function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.listen(0, 'localhost', () => {
      const address = probe.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      const fresh = !given.has(port);
      given.add(port);
      probe.close(() => resolve(fresh ? port : freePort()));
    });
  });
}

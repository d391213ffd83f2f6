/** A program with a folder of its own that goes with it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface OwnProcess {
  /** Ends it, with everything it started, and removes its folder. */
  end(): Promise<void>;
  /** The text that the first match of `pattern` in its output captures. */
  said: Promise<string>;
}

/** How long a program may take to say that it is there, milliseconds. */
const START_MS = 30_000;

/** `args` are told the folder, which is also the program's home. `fd3`: what it says there counts as output. */
export function startProcess(
  command: string,
  args: (folder: string) => readonly string[],
  pattern: RegExp,
  env: Record<string, string> = {},
): OwnProcess {
  const folder = mkdtempSync(join(tmpdir(), 'switchboard-engine-'));
  const child = spawn(command, args(folder), {
    env: { PATH: process.env.PATH, HOME: folder, XDG_RUNTIME_DIR: folder, ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    // A group of its own: these programs leave children behind.
    detached: true,
  });
  const gone = new Promise<void>((resolve) => child.once('close', () => resolve()));
  return {
    said: captured(child, command, pattern),
    async end() {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
      }
      await gone;
      rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
    },
  };
}

function captured(child: ChildProcess, command: string, pattern: RegExp): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = '';
    const fail = (what: string): void => reject(new Error(`${command} ${what}:\n${output}`));
    const timer = setTimeout(() => fail(`has not said ${pattern} within ${START_MS / 1_000} s`), START_MS);
    const hear = (chunk: Buffer): void => {
      output += chunk.toString();
      const [, text] = pattern.exec(output) ?? [];
      if (text === undefined) return;
      clearTimeout(timer);
      resolve(text);
    };
    for (const stream of child.stdio.slice(1)) stream?.on('data', hear);
    child.once('error', ({ message }) => fail(message));
    child.once('exit', (code) => fail(`ended with ${code}`));
  });
}

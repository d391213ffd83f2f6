/** A program with a folder of its own that goes with it. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface OwnProcess {
  /** The text that the first match of `pattern` in its output captures; file descriptor 3 counts as output. */
  says(pattern: RegExp): Promise<string>;
  /** Ends it, with everything it started, and removes its folder. */
  end(): Promise<void>;
}

/** How long a program may take to say something, milliseconds. */
const PATIENCE_MS = 30_000;

/** @param args get to know the folder, which is also the program's home */
export function startProcess(
  command: string,
  args: (folder: string) => readonly string[],
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
  let output = '';
  let over: string | null = null;
  const listeners = new Set<() => void>();
  const tell = (): void => {
    for (const listener of listeners) listener();
  };
  for (const stream of child.stdio.slice(1)) {
    stream?.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      tell();
    });
  }
  const end = (how: string): void => {
    over ??= how;
    tell();
  };
  child.once('error', ({ message }) => end(`could not be started (${message})`));
  child.once('exit', (code, signal) => end(`ended with ${code ?? signal}`));

  return {
    says: (pattern) =>
      new Promise((resolve, reject) => {
        const done = (settle: () => void): void => {
          clearTimeout(timer);
          listeners.delete(look);
          settle();
        };
        const fail = (what: string): void =>
          done(() => reject(new Error(`${command} ${what}, and has not said ${pattern}:\n${output}`)));
        const look = (): void => {
          const [, text] = pattern.exec(output) ?? [];
          if (text !== undefined) done(() => resolve(text));
          else if (over !== null) fail(over);
        };
        const timer = setTimeout(() => fail(`is running for ${PATIENCE_MS / 1_000} s`), PATIENCE_MS);
        listeners.add(look);
        look();
      }),
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

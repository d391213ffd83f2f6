/** Load from `wrk`, on a core of its own. */
import { spawn, spawnSync } from 'node:child_process';

const LOAD_CORE = '1';
const CONNECTIONS = 32;

export interface Load {
  perSecond: number;
  p99Ms: number;
}

export interface Target {
  url: string;
  headers: Readonly<Record<string, string>>;
  /** A Lua script for wrk, where requests differ. */
  script?: string;
}

/** @throws Error when wrk is not there. */
export function needsWrk(): void {
  if (spawnSync('wrk', ['--version']).error)
    throw new Error('wrk is missing. Install it: apt-get install wrk');
}

/** @throws Error when a request was not answered with 2xx. */
export async function load({ url, headers, script }: Target, seconds: number): Promise<Load> {
  const fields = Object.entries(headers).flatMap(([key, value]) => ['-H', `${key}: ${value}`]);
  const rules = script === undefined ? [] : ['-s', script];
  const args = ['-t1', `-c${CONNECTIONS}`, `-d${seconds}s`, '--latency', ...rules, ...fields, url];
  const output = await run('taskset', ['-c', LOAD_CORE, 'wrk', ...args]);
  if (/Non-2xx|Socket errors/.test(output)) throw new Error(`${url} did not answer all requests:\n${output}`);
  const perSecond = Number(/Requests\/sec:\s+([\d.]+)/.exec(output)?.[1]);
  const [, p99, unit = ''] = /99%\s+([\d.]+)(us|ms|s)/.exec(output) ?? [];
  const scale: Record<string, number> = { us: 0.001, ms: 1, s: 1_000 };
  return { perSecond, p99Ms: Number(p99) * (scale[unit] ?? Number.NaN) };
}

/** Not waited for in this thread: what is measured may need us meanwhile. */
function run(command: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args);
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        output += chunk.toString();
      });
    }
    child.once('error', reject);
    child.once('close', () => resolve(output));
  });
}

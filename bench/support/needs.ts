/** What measurements need besides this repository: the built app, and the peers with their own packages. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CHROMIUM } from '../../scripts/chromium.mjs';

const root = join(import.meta.dirname, '../..');

/** Installs the packages of the peers and builds what is not built; says what it does. */
export function prepare(say: (line: string) => void): void {
  if (!existsSync(join(root, 'dist/server/main.js'))) {
    throw new Error('Nothing is built that could be measured. Run: npm run build');
  }
  for (const peer of ['peer', 'peer-next']) {
    const folder = join(root, 'bench', peer);
    if (existsSync(join(folder, 'node_modules/.package-lock.json'))) continue;
    say(`Installing the packages of bench/${peer} …`);
    run(folder, 'npm', ['ci']);
  }
  if (!existsSync(join(root, 'bench/peer-next/dist/BUILD_ID'))) {
    say('Building bench/peer-next …');
    run(join(root, 'bench/peer-next'), 'npm', ['run', 'build']);
  }
}

/** What was measured, by name. */
export function versions(): Record<string, string> {
  const { stdout } = spawnSync(CHROMIUM, ['--version'], { encoding: 'utf8' });
  return {
    'Node.js': process.version.slice(1),
    Chromium: /[\d.]+/.exec(stdout ?? '')?.[0] ?? 'unknown',
    'aws-amplify': versionOf('peer/node_modules/aws-amplify'),
    'Next.js': versionOf('peer-next/node_modules/next'),
    '@aws-amplify/adapter-nextjs': versionOf('peer-next/node_modules/@aws-amplify/adapter-nextjs'),
  };
}

function versionOf(folder: string): string {
  const { version } = JSON.parse(readFileSync(join(root, 'bench', folder, 'package.json'), 'utf8')) as {
    version: string;
  };
  return version;
}

function run(cwd: string, command: string, args: readonly string[]): void {
  const { status } = spawnSync(command, args, { cwd, stdio: 'inherit' });
  if (status !== 0) throw new Error(`“${command} ${args.join(' ')}” failed in ${cwd}.`);
}

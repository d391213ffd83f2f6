/** Installs what tests need and the machine lacks, with the system's package manager. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { CHROMIUM } from './chromium.mjs';

/** As root or with a sudo that asks nothing. Whether it worked is for the caller to see. */
export function installPackages(names) {
  const sudo = process.getuid?.() === 0 ? [] : ['sudo', '-n'];
  for (const args of [
    ['apt-get', 'update', '-qq'],
    ['apt-get', 'install', '-y', '-qq', '--no-install-recommends', ...names],
  ]) {
    const [command, ...rest] = [...sudo, ...args];
    spawnSync(command, rest, {
      stdio: 'inherit',
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    });
  }
}

/**
 * Installs a program where it is missing; ends the process with a sentence where that fails.
 * @param find path of the program as it is now, or as it should be
 */
export function needProgram({ title, find, packages, variable }) {
  if (existsSync(find())) return;
  console.log(`Installing ${title} from the system's packages (${find()} is missing) …`);
  installPackages(packages);
  if (existsSync(find())) return;
  console.error(
    `These tests need ${title}, and it could not be installed. Install it (Debian: apt-get install ${packages.join(' ')}), or name one: ${variable}=/path/to/it`,
  );
  process.exit(1);
}

export function needChromium() {
  needProgram({
    title: 'Chromium',
    find: () => CHROMIUM,
    packages: ['chromium', 'fonts-liberation', 'fonts-noto-color-emoji'],
    variable: 'CHROMIUM',
  });
}

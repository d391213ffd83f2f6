/** `npm start`: builds when the sources changed since the last build, then runs the server in this process. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { computeBuildId } from './build-id.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

function builtId() {
  try {
    return JSON.parse(readFileSync(join(root, 'dist/build.json'), 'utf8')).build;
  } catch {
    return null;
  }
}

/** In a process of its own: a build sets NODE_ENV to production, which is not for it to decide for the server. */
function build() {
  const vite = join(root, 'node_modules/vite/bin/vite.js');
  if (!existsSync(vite)) {
    console.error(
      'Switchboard is not built, and the build tools are not installed. Run `npm ci` without --omit=dev, then `npm run build`.',
    );
    process.exit(1);
  }
  const args = [vite, 'build', '--app', '--logLevel', 'warn'];
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}

if (builtId() !== computeBuildId(root)) {
  console.log('Building (the sources changed since the last build) …');
  build();
}

await import(pathToFileURL(join(root, 'dist/server/main.js')).href);

/** `npm start`: builds when the sources changed since the last build, then runs the server in this process. */
import { readFileSync } from 'node:fs';
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

if (builtId() !== computeBuildId(root)) {
  console.log('Building (the sources changed since the last build) …');
  const vite = await import('vite').catch(() => {
    console.error(
      'Switchboard is not built, and the build tools are not installed. Run `npm ci` without --omit=dev, then `npm run build`.',
    );
    process.exit(1);
  });
  const builder = await vite.createBuilder({ configFile: join(root, 'vite.config.ts'), logLevel: 'warn' });
  await builder.buildApp();
}

await import(pathToFileURL(join(root, 'dist/server/main.js')).href);

/**
 * Checks the import arrows between the rooms (docs/architecture.md): type imports, dynamic imports, worker
 * addresses and `import.meta.url` references included. Every source file belongs to a room, and a room may import
 * only itself, the rooms its arrows lead to, and the packages that fit it.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Longest path first: a file belongs to the first room that holds it. */
const ROOMS = [
  'src/shared',
  'src/session',
  'src/store',
  'src/outbox',
  'src/connection',
  'src/pwa',
  'src/app',
  'sw',
  'server',
];

const ARROWS = {
  'src/shared': [],
  'src/session': ['src/shared'],
  'src/store': ['src/shared'],
  'src/outbox': ['src/store', 'src/shared'],
  'src/connection': ['src/session', 'src/outbox', 'src/store', 'src/shared'],
  'src/pwa': ['src/shared'],
  'src/app': ['src/connection', 'src/session', 'src/pwa', 'src/shared'],
  sw: ['src/outbox', 'src/store', 'src/shared'],
  server: ['src/shared'],
};

/** Packages that must not appear in a room. */
const FORBIDDEN_PACKAGES = {
  'src/shared': /./,
  'src/session': /^(react|react-dom|idb|workbox-)/,
  'src/store': /^(?!idb$)/,
  'src/outbox': /./,
  'src/connection': /^(react|react-dom|idb|aws-amplify|workbox-|fastify)/,
  'src/pwa': /^(react|react-dom|aws-amplify|idb|fastify)/,
  'src/app': /^(aws-amplify|idb|fastify|workbox-|node:)/,
  sw: /^(?!workbox-)/,
  server: /^(react|idb|workbox-)/,
};

/** What `connection` may take of `session`: "give me a token", nothing else. */
const SESSION_FOR_CONNECTION = new Set(['src/session/api.ts', 'src/session/token-client.ts']);

const IMPORT =
  /(?:\bfrom\s*|\bimport\s*\(\s*(?:\/\*[^*]*\*\/\s*)?|\bimport\s+|\bnew URL\(\s*)(['"])([^'"\n]+)\1/g;

const problems = [];
let files = 0;

for (const room of ROOMS) {
  for (const file of sources(join(root, room))) {
    files += 1;
    checkFile(room, relative(root, file), readFileSync(file, 'utf8'));
  }
}

if (problems.length > 0) {
  console.error(`Import arrows broken:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
  process.exit(1);
}
console.log(`Import arrows: ${files} files in ${ROOMS.length} rooms, all as drawn.`);

function checkFile(room, file, text) {
  const isTest = /\.test\.tsx?$|test-doubles\.ts$/.test(file);
  for (const [, , specifier] of text.matchAll(IMPORT)) {
    if (specifier.startsWith('.')) {
      const target = normalize(join(dirname(file), specifier.replace(/\?.*$/, '')));
      const targetRoom = ROOMS.find((name) => target === name || target.startsWith(`${name}/`));
      if (targetRoom === room) continue;
      if (targetRoom === undefined || !ARROWS[room].includes(targetRoom)) {
        problems.push(
          `${file} imports ${target}: ${room} may import ${ARROWS[room].join(', ') || 'nothing of ours'}`,
        );
      } else if (
        room === 'src/connection' &&
        targetRoom === 'src/session' &&
        !SESSION_FOR_CONNECTION.has(target)
      ) {
        problems.push(`${file} imports ${target}: of the session, the connection may only ask for a token`);
      }
    } else if (!isTest && !specifier.includes(':/') && FORBIDDEN_PACKAGES[room].test(specifier)) {
      problems.push(`${file} imports the package ${specifier}, which does not belong into ${room}`);
    }
  }
}

function sources(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name));
}

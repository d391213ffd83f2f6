/**
 * The build's name: a hash over everything that goes into it. The same sources give the same name, so a start can
 * tell whether what is built is current.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const SOURCES = ['src', 'sw', 'server', 'public', 'scripts', 'vite.config.ts', 'package-lock.json'];
const NOT_BUILT = /\.test\.tsx?$|test-doubles\.ts$|tsconfig.*\.json$/;

/**
 * @param {string} root the repository's folder
 * @returns {string} 12 hexadecimal digits
 */
export function computeBuildId(root) {
  const hash = createHash('sha256');
  for (const source of SOURCES) {
    for (const file of filesUnder(root, source))
      hash.update(`${file}\0`).update(readFileSync(join(root, file)));
  }
  return hash.digest('hex').slice(0, 12);
}

/** @param {string} root @param {string} path @returns {string[]} */
function filesUnder(root, path) {
  const entries = readdirSync(root, { withFileTypes: true }).filter((entry) => entry.name === path);
  if (entries[0]?.isFile()) return [path];
  if (entries.length === 0) return [];
  return readdirSync(join(root, path), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !NOT_BUILT.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
    .sort();
}

/**
 * Takes out the guards of docs/guards.md one by one, in a copy of the tree, and runs the test that must then fail.
 * `node scripts/mutate-guards.mjs [part of a guard's name]`. Takes minutes, so it is no part of `npm test`. Ends with 1
 * when a guard's removal went unnoticed, or when a guard is no longer where this list says it is.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { GUARDS } from './guards.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const NOT_COPIED = /(^|\/)(node_modules|dist|\.git|\.data|\.cache|test-results|bench)$/;
/** The random schedules of a test are the same in every run. */
const SEED = '20240601';

const wanted = GUARDS.filter(({ name }) => name.includes(process.argv[2] ?? ''));
const copy = mkdtempSync(join(tmpdir(), 'switchboard-guards-'));
let wrong = 0;
try {
  cpSync(root, copy, { recursive: true, filter: (path) => !NOT_COPIED.test(relative(root, path)) });
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  // A test that fails by itself would kill every guard.
  const broken = new Set([...new Set(wanted.map(({ test }) => test))].filter((test) => !passes(test)));
  for (const guard of wanted) {
    const verdict = broken.has(guard.test) ? 'the test fails with the guard in place' : tryWithout(guard);
    if (verdict !== 'killed') wrong += 1;
    console.log(`${verdict.padEnd(9)} ${guard.name} (${guard.file}) by ${guard.test}`);
  }
} finally {
  rmSync(copy, { recursive: true, force: true });
}
console.log(`${wanted.length - wrong} of ${wanted.length} removals were noticed.`);
process.exit(wrong === 0 ? 0 : 1);

function tryWithout({ file, guard, without, test }) {
  const path = join(copy, file);
  const text = readFileSync(path, 'utf8');
  const found = text.split(guard).length - 1;
  if (found !== 1) return `found ${found} times instead of once`;
  writeFileSync(
    path,
    text.replace(guard, () => without),
  );
  try {
    return passes(test) ? 'SURVIVED' : 'killed';
  } finally {
    writeFileSync(path, text);
  }
}

function passes(test) {
  const run = spawnSync('npx', ['vitest', 'run', '--bail=1', test], {
    cwd: copy,
    env: { ...process.env, FC_SEED: SEED },
    encoding: 'utf8',
  });
  return run.status === 0;
}

/**
 * Takes every timed fault so often (`node scripts/faults.mjs [runs]`, 20 unless told) in the built app, and prints the
 * table of docs/connection.md. The results go to bench/results/connection-faults.json; nothing else should run meanwhile.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const runs = process.argv[2] ?? '20';
if (!/^[1-9]\d*$/.test(runs)) {
  console.error(
    `The number of runs must be a whole number from 1 on, but is “${runs}”. An example: node scripts/faults.mjs 20`,
  );
  process.exit(1);
}

const { status } = spawnSync(
  'npx',
  ['playwright', 'test', '--config', 'e2e/playwright.config.ts', 'fault-times'],
  { cwd: root, stdio: 'inherit', env: { ...process.env, FAULT_RUNS: runs } },
);
const { date, machine, rows } = JSON.parse(
  readFileSync(join(root, 'bench/results/connection-faults.json'), 'utf8'),
);
console.log(`\n${date}, ${machine.cores} cores (${machine.cpu}), Node ${machine.node}\n`);
console.log('| fault | host | measured | runs | p50 | p95 | max | bound |');
console.log('| --- | --- | --- | --: | --: | --: | --: | --: |');
for (const { fault, host, name, unit, bound, p50, p95, max, runs: taken } of rows) {
  const figures = [p50, p95, max, bound].map((figure) => (unit === 'ms' ? `${figure} ms` : `${figure}`));
  console.log(`| ${[fault, host, name, taken.length, ...figures].join(' | ')} |`);
}
process.exit(status ?? 1);

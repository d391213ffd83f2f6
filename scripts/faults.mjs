/**
 * `npm run faults -- --minutes 10 --seed 7`: the fault campaign (bench/campaign): every fault of connection and session
 * in random order, and the books of what was sent and received. Without a seed one is chosen and printed;
 * `--only 'tab closed'` takes one fault alone.
 *
 * `npm run faults -- --times 20`: takes every timed fault so often and prints the table of docs/connection.md; its
 * results go to bench/results/connection-faults.json.
 *
 * Both take the built app; nothing else should run meanwhile.
 */
import { spawnSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { runnerImport } from 'vite';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const MINUTES = 10;

process.exit(await main());

async function main() {
  let values;
  try {
    const text = { type: 'string' };
    values = parseArgs({ options: { minutes: text, seed: text, times: text, only: text } }).values;
  } catch (error) {
    return refuse(error.message);
  }
  for (const [name, value] of Object.entries(values)) {
    if (name === 'only') continue;
    const fits = name === 'minutes' ? Number(value) > 0 : /^\d{1,15}$/.test(value);
    if (!fits || (name === 'times' && Number(value) === 0)) return refuse(`--${name} cannot be “${value}”.`);
  }
  if (!existsSync(join(root, 'dist/server/main.js'))) return refuse('Nothing is built. Run: npm run build');
  if (values.times !== undefined) return timed(values.times);
  // Said before Vite assumes otherwise: the pages are built as for production.
  process.env.NODE_ENV = 'production';
  const { module } = await runnerImport(join(root, 'bench/campaign/main.ts'), {
    configFile: false,
    logLevel: 'error',
  });
  return module.main({
    minutes: Number(values.minutes ?? MINUTES),
    seed: Number(values.seed ?? randomInt(2 ** 31)),
    only: values.only ?? null,
  });
}

function refuse(why) {
  console.error(
    `${why} Usage: npm run faults -- [--minutes 10] [--seed 7] [--only 'tab closed'] | --times 20`,
  );
  return 1;
}

function timed(times) {
  const { status } = spawnSync(
    'npx',
    ['playwright', 'test', '--config', 'e2e/playwright.config.ts', 'fault-times'],
    { cwd: root, stdio: 'inherit', env: { ...process.env, FAULT_RUNS: times } },
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
  return status ?? 1;
}

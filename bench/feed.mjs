/**
 * How a feed feels while much arrives and over a long log: `node bench/feed.mjs [runs] [seconds]`, 3 runs of 60 s unless
 * told. Takes the browser tests of it so often, prints the medians, and keeps them in results/feed.json.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const [runs, seconds] = [process.argv[2] ?? '3', process.argv[3] ?? '60'].map((told) => {
  if (!/^[1-9]\d*$/.test(told)) {
    console.error(
      `Runs and seconds must be whole numbers from 1 on, but “${told}” is none. Example: node bench/feed.mjs 3 60`,
    );
    process.exit(1);
  }
  return Number(told);
});

/** Figures of all runs, by the test and what was noted. */
const figures = new Map();
let failures = 0;
for (let run = 0; run < runs; run += 1) {
  const { status } = spawnSync(
    'npx',
    ['playwright', 'test', '--config', 'e2e/playwright.config.ts', 'feed-speed', 'burst'],
    { cwd: root, stdio: 'inherit', env: { ...process.env, FEED_SECONDS: `${seconds}` } },
  );
  if (status !== 0) failures += 1;
  const { suites } = JSON.parse(readFileSync(join(root, '.cache/reports/browser.json'), 'utf8'));
  for (const { specs } of suites) for (const spec of specs) take(spec);
}

const rows = [...figures].map(([name, values]) => {
  const sorted = values.toSorted((a, b) => a - b);
  return {
    name,
    median: sorted[Math.floor((sorted.length - 1) / 2)],
    min: sorted[0],
    max: sorted.at(-1),
    values,
  };
});
console.table(rows.map(({ values, ...row }) => ({ ...row, runs: values.length })));
const folder = join(root, 'bench/results');
mkdirSync(folder, { recursive: true });
const about = {
  date: new Date().toISOString(),
  cores: cpus().length,
  load: loadavg(),
  runs,
  seconds,
  failures,
};
writeFileSync(join(folder, 'feed.json'), `${JSON.stringify({ ...about, rows }, null, 2)}\n`);
process.exit(failures === 0 ? 0 : 1);

function take({ title, tests }) {
  for (const { type, description } of tests.flatMap(({ annotations }) => annotations)) {
    const value = Number.parseFloat(description);
    if (Number.isNaN(value)) continue;
    const name = `${title}: ${type}`;
    figures.set(name, [...(figures.get(name) ?? []), value]);
  }
}

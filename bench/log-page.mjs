/**
 * How long a channel's last page takes out of a month's log: 1,000,000 events, on disk, read by a page that has just
 * been opened. `node bench/log-page.mjs [events]`; bench/README.md says more.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright';
import { CHROMIUM, CHROMIUM_ARGS } from '../scripts/chromium.mjs';
import { startSite } from './support/site.mjs';

const EVENTS = Number(process.argv[2] ?? 1_000_000);
const ROUNDS = 9;
const TARGET_MS = 200;

const site = await startSite('page/log.ts');
const folder = mkdtempSync(join(tmpdir(), 'switchboard-log-'));
const context = await chromium.launchPersistentContext(folder, {
  executablePath: CHROMIUM,
  args: CHROMIUM_ARGS,
});
try {
  const rows = await measure();
  console.table(rows);
  const results = new URL('results/', import.meta.url);
  mkdirSync(results, { recursive: true });
  const about = { date: new Date().toISOString(), cores: cpus().length, load: loadavg(), events: EVENTS };
  writeFileSync(new URL('log-page.json', results), `${JSON.stringify({ ...about, rows }, null, 2)}\n`);
} finally {
  await context.close();
  await site.close();
  rmSync(folder, { recursive: true, force: true });
}

async function measure() {
  const first = await open();
  const start = performance.now();
  await first.evaluate((count) => window.bench.fill(count), EVENTS);
  const seconds = (performance.now() - start) / 1000;
  const { count, bytes } = await first.evaluate(() => window.bench.size());
  const usage = await first.evaluate(() => window.bench.estimate());
  console.log(`${count} events written in ${seconds.toFixed(0)} s, ${Math.round(count / seconds)} a second.`);
  console.log(`Counted as ${mebibytes(bytes)} MiB, the browser says ${mebibytes(usage)} MiB.`);
  await first.close();

  const rows = [];
  for (const channel of ['default/channel-3', 'default/rare', 'default/none']) {
    const cold = [];
    const warm = [];
    let events = 0;
    for (let round = 0; round < ROUNDS; round += 1) {
      const page = await open();
      const [ms, length] = await page.evaluate((name) => window.bench.page(name), channel);
      cold.push(ms);
      events = length;
      warm.push((await page.evaluate((name) => window.bench.page(name), channel))[0]);
      await page.close();
    }
    rows.push({
      channel,
      events,
      'first ms (median)': median(cold),
      'worst ms': Math.round(Math.max(...cold)),
      'again ms (median)': median(warm),
      target: TARGET_MS,
    });
  }
  const last = await open();
  console.log(`A hundredth trimmed in ${Math.round(await last.evaluate(() => window.bench.trim()))} ms.`);
  return rows;
}

async function open() {
  const page = await context.newPage();
  await page.goto(site.origin);
  await page.waitForFunction(() => 'bench' in window);
  return page;
}

function mebibytes(bytes) {
  return Math.round(bytes / 1024 ** 2);
}

function median(values) {
  return Math.round(values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]);
}

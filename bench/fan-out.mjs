/**
 * How fast events reach many tabs: a burst to 10 tabs, the same to 30, and a steady 200 a second to 30, in both
 * hosts. `node bench/fan-out.mjs [rounds] [tabs,tabs,…]`; bench/README.md says what the columns mean.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { chromium } from 'playwright';
import { CHROMIUM, CHROMIUM_ARGS } from '../scripts/chromium.mjs';
import { startSite } from './support/site.mjs';

const ROUNDS = Number(process.argv[2] ?? 3);
const BURST = 20_000;
const PACE = { perSecond: 200, seconds: 10 };
const PATIENCE_MS = 120_000;

const site = await startSite();
const browser = await chromium.launch({ executablePath: CHROMIUM, args: CHROMIUM_ARGS });
const rows = [];
try {
  for (const host of ['shared-worker', 'elected-tab']) {
    for (const tabs of (process.argv[3] ?? '1,10,30').split(',').map(Number))
      rows.push(await measure(host, tabs));
  }
} finally {
  await browser.close();
  await site.close();
}
console.table(rows);
const { url } = import.meta;
const folder = new URL('results/', url);
mkdirSync(folder, { recursive: true });
const about = { date: new Date().toISOString(), cores: cpus().length, load: loadavg(), rounds: ROUNDS };
writeFileSync(new URL('fan-out.json', folder), `${JSON.stringify({ ...about, rows }, null, 2)}\n`);

async function measure(host, count) {
  const context = await browser.newContext();
  const pages = [];
  for (let tab = 0; tab < count; tab += 1) {
    const page = await context.newPage();
    await page.goto(`${site.origin}/?host=${host}`);
    await page.evaluate(() => window.bench.ready());
    pages.push(page);
  }
  if (site.subscriptions() !== 1) throw new Error(`${site.subscriptions()} subscriptions instead of one.`);
  const bursts = [];
  const paced = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    bursts.push(
      await oneRound(pages, async () => {
        await site.blast(BURST);
        return BURST;
      }),
    );
    paced.push(await oneRound(pages, () => site.pace(PACE.perSecond, PACE.seconds)));
  }
  await context.close();
  const row = {
    host,
    tabs: count,
    'events/s each': median(bursts.map(({ rate }) => rate)),
    'longest task ms': median(bursts.map(({ longestTask }) => longestTask)),
    'paced p50 ms': median(paced.map(({ p50 }) => p50)),
    'paced p99 ms': median(paced.map(({ p99 }) => p99)),
    'paced worst tab p99 ms': median(paced.map(({ worstP99 }) => worstP99)),
  };
  console.log(JSON.stringify(row));
  return row;
}

/** One load on all pages. Every page must get every event once and in order. */
async function oneRound(pages, load) {
  site.restartCount();
  for (const page of pages) await page.evaluate(() => window.bench.reset());
  const start = Date.now();
  const sent = await load();
  const reports = await Promise.all(
    pages.map(async (page) => {
      await page.waitForFunction((all) => window.bench.received() >= all, sent, {
        timeout: PATIENCE_MS,
        polling: 100,
      });
      return page.evaluate(() => window.bench.report());
    }),
  );
  for (const { received, inOrder } of reports) {
    if (received !== sent || !inOrder)
      throw new Error(`A tab got ${received} of ${sent}, in order: ${inOrder}.`);
  }
  const perTab = reports.map(({ latencies }) => latencies.toSorted((a, b) => a - b));
  const all = perTab.flat().sort((a, b) => a - b);
  return {
    // The slowest tab counts.
    rate: Math.round(sent / ((Math.max(...reports.map(({ lastAt }) => lastAt)) - start) / 1000)),
    longestTask: Math.round(Math.max(...reports.map(({ longestTask }) => longestTask))),
    p50: at(all, 0.5),
    p99: at(all, 0.99),
    worstP99: Math.max(...perTab.map((latencies) => at(latencies, 0.99))),
  };
}

function at(sorted, part) {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))];
}

function median(values) {
  return at(
    values.toSorted((a, b) => a - b),
    0.5,
  );
}

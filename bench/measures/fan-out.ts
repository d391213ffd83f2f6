/**
 * How fast events reach many tabs: a burst as fast as the sockets take it, and a steady pace. The far end is one of
 * its own (bench/support/site.mjs), which has nothing else to do.
 */
import type { Browser, Page } from 'playwright';
import { inPage, open, received, withBrowser } from '../support/browser.ts';
import {
  inTurn,
  type Measure,
  type MeasureOptions,
  pick,
  type Row,
  row,
  type Side,
} from '../support/measure.ts';
import { startSite } from '../support/site.mjs';
import { quantile } from '../support/spread.ts';

const ENTRIES: Record<Side, string> = { peer: 'peer/page.ts', ours: 'page/page.ts' };
const TABS = [1, 10, 30];
const BURST = 10_000;
const PACE = { perSecond: 200, seconds: 5 };
/** Each of 30 tabs must be told of so many a second. */
const THIRTY = 6_000;
/** Within which all but one in a hundred events reach each of them, at the pace above. */
const THIRTY_P99_MS = 60;

interface Taken {
  /** Events a second that the slowest tab got. */
  rate: number;
  p50: number;
  p99: number;
}

export const fanOut: Measure = {
  name: 'fan-out',
  about: 'Events a second to 1, 10 and 30 tabs, and the time from publish to every one of them.',
  run: (options) =>
    withBrowser(async (browser) => {
      const taken = new Map<number, Record<Side, Taken[]>>();
      for (const tabs of TABS) {
        options.say(`${tabs} tabs`);
        taken.set(
          tabs,
          await inTurn(options.rounds, {
            peer: () => take(browser, 'peer', tabs, options),
            ours: () => take(browser, 'ours', tabs, options),
          }),
        );
      }
      return rowsOf(taken);
    }),
};

async function take(browser: Browser, side: Side, tabs: number, { quick }: MeasureOptions): Promise<Taken> {
  const site = await startSite(ENTRIES[side]);
  const context = await browser.newContext();
  try {
    const pages: Page[] = [];
    for (let tab = 0; tab < tabs; tab += 1) {
      const page = await context.newPage();
      await open(page, `${site.origin}/`);
      pages.push(page);
    }
    const expected = side === 'peer' ? tabs : 1;
    if (site.subscriptions() !== expected) {
      throw new Error(`There are ${site.subscriptions()} subscriptions instead of ${expected}.`);
    }
    const burst = await load(pages, site, async () => {
      const count = quick ? BURST / 20 : BURST;
      await site.blast(count);
      return count;
    });
    const paced = await load(pages, site, () => site.pace(PACE.perSecond, quick ? 1 : PACE.seconds));
    return { rate: burst.rate, p50: paced.p50, p99: paced.p99 };
  } finally {
    await context.close();
    await site.close();
  }
}

/** One load on all pages. Every page must get every event once and in order. */
async function load(
  pages: readonly Page[],
  site: Awaited<ReturnType<typeof startSite>>,
  send: () => Promise<number>,
): Promise<Taken> {
  site.restartCount();
  for (const page of pages) await inPage(page, (bench) => bench.reset());
  const start = performance.timeOrigin + performance.now();
  const sent = await send();
  const reports = await Promise.all(
    pages.map(async (page) => {
      await received(page, sent);
      return inPage(page, (bench) => bench.report());
    }),
  );
  for (const { received: got, inOrder } of reports) {
    if (got !== sent || !inOrder) throw new Error(`A tab got ${got} of ${sent}, in order: ${inOrder}.`);
  }
  const all = reports.flatMap(({ latencies }) => latencies);
  const last = Math.max(...reports.map(({ lastAt }) => lastAt));
  return { rate: sent / ((last - start) / 1_000), p50: quantile(all, 0.5), p99: quantile(all, 0.99) };
}

function rowsOf(taken: ReadonlyMap<number, Record<Side, Taken[]>>): Row[] {
  const of = (tabs: number): Record<Side, Taken[]> => taken.get(tabs) ?? { peer: [], ours: [] };
  // One direct tab is what ten tabs over one connection are held against.
  const [one, ten] = [of(1).peer, of(10).ours];
  const against = { peer: one, ours: ten };
  const times = (factor: number) => ({
    target: `≤ ${factor}× one direct tab’s`,
    keeps: (ours: number, peer: number) => ours <= factor * peer,
  });
  return [
    row(
      'publish to 10 tabs, against one tab of the peer: p50',
      'ms',
      pick(against, ({ p50 }) => p50),
      times(1.3),
    ),
    row(
      'publish to 10 tabs, against one tab of the peer: p99',
      'ms',
      pick(against, ({ p99 }) => p99),
      times(2),
    ),
    row(
      'publish to 10 tabs, both sides: p50',
      'ms',
      pick(of(10), ({ p50 }) => p50),
    ),
    row(
      'publish to 10 tabs, both sides: p99',
      'ms',
      pick(of(10), ({ p99 }) => p99),
    ),
    row(
      'publish to 30 tabs, both sides: p99',
      'ms',
      pick(of(30), ({ p99 }) => p99),
      { target: `≤ ${THIRTY_P99_MS} ms`, keeps: (ours) => ours <= THIRTY_P99_MS },
    ),
    ...TABS.map((tabs) =>
      row(
        `events a second to each of ${tabs} tab${tabs === 1 ? '' : 's'}`,
        '/s',
        pick(of(tabs), ({ rate }) => rate),
        {
          target: `≥ the peer’s${tabs === 30 ? `, ≥ ${THIRTY.toLocaleString('en')}/s` : ''}`,
          keeps: (ours, peer) => ours >= peer && (tabs !== 30 || ours >= THIRTY),
        },
      ),
    ),
  ];
}

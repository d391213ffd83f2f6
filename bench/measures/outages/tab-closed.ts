/** One tab of eight closes, the one that was there first: what the others miss. */
import type { Browser, Page } from 'playwright';
import { publishSteadily } from '../../../e2e/support/publisher.ts';
import { heard } from '../../support/both.ts';
import { inPage, open } from '../../support/browser.ts';
import { atMost, inTurn, type MeasureOptions, type Row, row, type Side } from '../../support/measure.ts';
import { type Stand, startStand } from '../../support/stand.ts';

const CHANNEL = 'default/bench';
const TABS = 8;
/** Events before and after. */
const EVENTS = 50;
const LIMIT_MS = 30_000;

export async function tabClosed(browser: Browser, { rounds }: MeasureOptions): Promise<Row[]> {
  const stand = await startStand();
  try {
    const runs = await inTurn(rounds, {
      peer: () => lost(stand, browser, 'peer'),
      ours: () => lost(stand, browser, 'ours'),
    });
    return [row('events lost when one tab of eight closes', '', runs, atMost(0))];
  } finally {
    await stand.stop();
  }
}

/** Of the tab that misses most. */
async function lost(stand: Stand, browser: Browser, side: Side): Promise<number> {
  const context = await stand.visit(browser, side);
  const pages: Page[] = [];
  for (let tab = 0; tab < TABS; tab += 1) {
    const page = await context.newPage();
    await open(page, stand.url(side, [CHANNEL]));
    pages.push(page);
  }
  const [first, ...others] = pages;
  const publisher = publishSteadily(stand.app.far, CHANNEL);
  const all = (n: number) => Promise.all(others.map((page) => heard(page, n, LIMIT_MS)));
  await all(EVENTS);
  await first?.close();
  await all(publisher.published.length + EVENTS);
  await publisher.stop();
  const last = publisher.published.length;
  await all(last);
  const missing = others.map(async (page) => {
    const got = new Set((await inPage(page, (bench) => bench.arrivals())).map(([n]) => n));
    return last - got.size;
  });
  const most = Math.max(...(await Promise.all(missing)));
  await context.close();
  return most;
}

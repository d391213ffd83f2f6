/**
 * What one more tab takes, of the whole browser, while events arrive: the difference between eleven tabs and one, a
 * tenth of it. An empty page counts for itself, for it costs the same on both sides.
 */
import { type Browser, chromium, type Page } from 'playwright';
import { CHROMIUM, CHROMIUM_ARGS } from '../../scripts/chromium.mjs';
import { lasting } from '../support/both.ts';
import { inPage, open, received } from '../support/browser.ts';
import {
  atMostTimes,
  inTurn,
  type Measure,
  type MeasureOptions,
  pick,
  row,
  type Side,
} from '../support/measure.ts';
import { type Usage, usageOf } from '../support/processes.ts';
import { startSite } from '../support/site.mjs';

const FURTHER = 10;
const PACE = { perSecond: 100, seconds: 8 };
/** Memory that is only waiting to be collected goes meanwhile. */
const SETTLE_MS = 1_500;

const ENTRIES: Record<Side, string> = { peer: 'peer/page.ts', ours: 'page/page.ts' };

export const tabCost: Measure = {
  name: 'tab-cost',
  about: 'Memory and processor time of each further tab, with 100 events a second.',
  async run(options) {
    const results = await inTurn(options.rounds, {
      peer: () => further('peer', options),
      ours: () => further('ours', options),
    });
    const empty: Usage[] = [];
    for (let round = 0; round < options.rounds; round += 1) empty.push(await further(null, options));
    const alone = (usage: Usage, kind: keyof Usage, round: number) =>
      usage[kind] - (empty[round]?.[kind] ?? 0);
    const above = {
      peer: results.peer.map((usage, round) => alone(usage, 'mb', round)),
      ours: results.ours.map((usage, round) => alone(usage, 'mb', round)),
    };
    const cpu = (usage: Usage) => (usage.cpuSeconds / (options.quick ? 2 : PACE.seconds)) * 100;
    return [
      row(
        'memory of a further tab, browser-wide',
        'MB',
        pick(results, ({ mb }) => mb),
      ),
      row('… of that beyond an empty page', 'MB', above, atMostTimes(0.5, '≤ half of the peer’s')),
      row(
        `processor time of a further tab, ${PACE.perSecond} events/s`,
        '%',
        pick(results, cpu),
        atMostTimes(0.5, '≤ half of the peer’s'),
      ),
    ];
  },
};

/** Of one further tab; `null` is a page with nothing in it. `cpuSeconds` during the load. */
async function further(side: Side | null, { quick }: MeasureOptions): Promise<Usage> {
  const site = await startSite(ENTRIES[side ?? 'ours']);
  const server = await chromium.launchServer({ executablePath: CHROMIUM, args: CHROMIUM_ARGS });
  try {
    const pid = server.process().pid;
    if (pid === undefined) throw new Error('The browser has no process.');
    const browser = await chromium.connect(server.wsEndpoint());
    const pages = await openMore(browser, [], side === null ? null : `${site.origin}/`, 1);
    const take = async (): Promise<Usage> => {
      const before = usageOf(pid);
      await load(site, side === null ? [] : pages, quick ? 2 : PACE.seconds);
      const cpuSeconds = usageOf(pid).cpuSeconds - before.cpuSeconds;
      for (const page of pages) await collectGarbage(page);
      await lasting(SETTLE_MS);
      return { mb: usageOf(pid).mb, cpuSeconds };
    };
    const one = await take();
    await openMore(browser, pages, side === null ? null : `${site.origin}/`, FURTHER);
    const all = await take();
    return { mb: (all.mb - one.mb) / FURTHER, cpuSeconds: (all.cpuSeconds - one.cpuSeconds) / FURTHER };
  } finally {
    await server.close();
    await site.close();
  }
}

async function openMore(browser: Browser, pages: Page[], url: string | null, count: number): Promise<Page[]> {
  const context = browser.contexts()[0] ?? (await browser.newContext());
  for (let tab = 0; tab < count; tab += 1) {
    const page = await context.newPage();
    if (url === null) await page.goto('about:blank');
    else await open(page, url);
    pages.push(page);
  }
  return pages;
}

async function load(site: Awaited<ReturnType<typeof startSite>>, pages: readonly Page[], seconds: number) {
  site.restartCount();
  for (const page of pages) await inPage(page, (bench) => bench.reset());
  const sent = await site.pace(PACE.perSecond, seconds);
  for (const page of pages) await received(page, sent);
}

async function collectGarbage(page: Page): Promise<void> {
  const session = await page.context().newCDPSession(page);
  await session.send('HeapProfiler.collectGarbage');
  await session.detach();
}

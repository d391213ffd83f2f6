/** Both sides live at one service at the same time, so that a fault hits them in the same moment. */
import type { Browser, BrowserContext, Page } from 'playwright';
import { type Publisher, publishSteadily } from '../../e2e/support/publisher.ts';
import { inPage, open } from './browser.ts';
import type { Side } from './measure.ts';
import { type Stand, startStand } from './stand.ts';

const CHANNEL = 'default/bench';
const PER_SECOND = 50;

export interface Both {
  stand: Stand;
  channel: string;
  publisher: Publisher;
  pages: Record<Side, Page>;
  /** Milliseconds from now (or `since`, wall clock) until each side has an event that was published later. */
  liveAgain(limitMs: number, since?: number): Promise<Record<Side, number>>;
  close(): Promise<void>;
}

export async function startBoth(browser: Browser, options: { history?: boolean } = {}): Promise<Both> {
  const stand = await startStand(options);
  const contexts: BrowserContext[] = [];
  async function join(side: Side): Promise<Page> {
    const context = await stand.visit(browser, side);
    contexts.push(context);
    const page = await context.newPage();
    await open(page, stand.url(side, [CHANNEL]));
    return page;
  }
  const pages = { peer: await join('peer'), ours: await join('ours') };
  const publisher = publishSteadily(stand.app.far, CHANNEL, PER_SECOND);

  return {
    ...{ stand, publisher, pages, channel: CHANNEL },
    async liveAgain(limitMs, since = Date.now()) {
      const next = publisher.published.length + 1;
      const times = Object.entries(pages).map(async ([side, page]) => [
        side,
        (await heard(page, next, limitMs)) - since,
      ]);
      return Object.fromEntries(await Promise.all(times)) as Record<Side, number>;
    },
    async close() {
      await publisher.stop();
      for (const context of contexts) await context.close();
      await stand.stop();
    },
  };
}

/** When the page got an event of this number or a later one. Wall clock, milliseconds. */
export async function heard(page: Page, next: number, limitMs: number): Promise<number> {
  await page.waitForFunction(
    (least) => {
      const bench = Reflect.get(window, 'bench') as { arrivals(): [number, number][] };
      return bench.arrivals().some(([n]) => n >= least);
    },
    next,
    { timeout: limitMs, polling: 100 },
  );
  const arrivals = await inPage(page, (bench) => bench.arrivals());
  return Math.min(...arrivals.filter(([n]) => n >= next).map(([, at]) => at));
}

export const lasting = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

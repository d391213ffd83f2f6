/** What many tabs cost the server and the service: token requests, sockets, and deliveries that are billed. */
import type { Browser } from 'playwright';
import { inPage, open, received, withBrowser } from '../support/browser.ts';
import { atMost, inTurn, type Measure, pick, type Row, row, type Side } from '../support/measure.ts';
import { type Stand, startStand } from '../support/stand.ts';

const CHANNELS = Array.from({ length: 10 }, (_, index) => `default/bench-${index}`);
const EVENTS = 20;

interface Counted {
  tokenRequests: number;
  sockets: number;
  /** Deliveries for each published event. */
  deliveries: number;
}

export const sharing: Measure = {
  name: 'sharing',
  about:
    'Token requests, sockets and billed deliveries of 5 and 20 tabs with 10 channels each, from the first tab on.',
  run: ({ rounds, say }) =>
    withBrowser(async (browser) => {
      const stand = await startStand();
      try {
        const rows: Row[] = [];
        for (const tabs of [5, 20]) {
          say(`${tabs} tabs`);
          const results = await inTurn(rounds, {
            peer: () => count(stand, browser, 'peer', tabs),
            ours: () => count(stand, browser, 'ours', tabs),
          });
          const of = `${tabs} tabs × ${CHANNELS.length} channels`;
          rows.push(
            row(
              `token requests, ${of}`,
              '',
              pick(results, (each) => each.tokenRequests),
              atMost(1),
            ),
            row(
              `WebSocket connections, ${tabs} tabs`,
              '',
              pick(results, (each) => each.sockets),
              atMost(1),
            ),
            row(
              `billed deliveries an event, ${tabs} tabs`,
              '',
              pick(results, (each) => each.deliveries),
              atMost(1),
            ),
          );
        }
        return rows;
      } finally {
        await stand.stop();
      }
    }),
};

async function count(
  { app, url, visit }: Stand,
  browser: Browser,
  side: Side,
  tabs: number,
): Promise<Counted> {
  const context = await visit(browser, side);
  try {
    const before = app.proxy.count('/api/cognito-token');
    const pages = [];
    for (let tab = 0; tab < tabs; tab += 1) {
      const page = await context.newPage();
      await open(page, url(side, CHANNELS));
      await inPage(page, (bench) => bench.reset());
      pages.push(page);
    }
    const tokenRequests = app.proxy.count('/api/cognito-token') - before;
    const { events } = await app.far.stats();
    for (let n = 1; n <= EVENTS; n += 1) await app.far.publish(CHANNELS[0] ?? '', [{ n }]);
    for (const page of pages) await received(page, EVENTS);
    const after = (await app.far.stats()).events;
    return {
      tokenRequests,
      sockets: events.socketsOpen,
      deliveries: (after.delivered - events.delivered) / EVENTS,
    };
  } finally {
    await context.close();
  }
}

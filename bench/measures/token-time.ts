/** How long an Amplify call waits for its token, with a network in between. */
import type { Browser, Page } from 'playwright';
import { inPage, open, withBrowser } from '../support/browser.ts';
import { inTurn, type Measure, type Promised, type Row, row, type Side } from '../support/measure.ts';
import { quantile } from '../support/spread.ts';
import { type Stand, startStand } from '../support/stand.ts';

/** There and back, milliseconds. */
const DELAYS = [20, 100];
/** Before these, code that has not run yet is compiled. */
const WARM_UP = 20;

export const tokenTime: Measure = {
  name: 'token-time',
  about: 'What an Amplify call waits for its token, with 20 and 100 ms to the server and back.',
  run: ({ rounds, quick, say }) =>
    withBrowser(async (browser) => {
      const stand = await startStand({ road: true });
      try {
        const rows: Row[] = [];
        for (const delay of DELAYS) {
          say(`${delay} ms`);
          stand.app.road?.delay(delay / 2);
          const takes = quick ? 20 : 100;
          const results = await inTurn(rounds, {
            peer: () => take(stand, browser, 'peer', takes),
            ours: () => take(stand, browser, 'ours', takes),
          });
          rows.push(...rowsOf(delay, results));
        }
        return rows;
      } finally {
        await stand.stop();
      }
    }),
};

/** Milliseconds of each go. The peer has only the first kind. */
interface Times {
  amplify: number[];
  memory: number[];
  worker: number[];
}

async function take(stand: Stand, browser: Browser, side: Side, takes: number): Promise<Times> {
  const context = await stand.visit(browser, side);
  try {
    const page = await context.newPage();
    await open(page, stand.url(side, ['default/bench']));
    const amplify = await warm(page, takes, (bench, count) => bench.amplifyTokens(count));
    if (side === 'peer') return { amplify, memory: [], worker: [] };
    return {
      amplify,
      memory: await warm(page, takes * 10, (bench, count) => bench.memoryTokens(count)),
      worker: await warm(page, takes, (bench, count) => bench.workerTokens(count)),
    };
  } finally {
    await context.close();
  }
}

async function warm(
  page: Page,
  takes: number,
  go: Parameters<typeof inPage<number[], number>>[1],
): Promise<number[]> {
  return (await inPage(page, go, WARM_UP + takes)).slice(WARM_UP);
}

function rowsOf(delay: number, { peer, ours }: Record<Side, Times[]>): Row[] {
  const line = (what: string, kind: keyof Times, part: number, promised: Promised | null) =>
    row(
      `${what}, ${delay} ms away: p${part * 100}`,
      'ms',
      {
        peer: peer.map(({ amplify }) => quantile(amplify, part)),
        ours: ours.map((times) => quantile(times[kind], part)),
      },
      promised,
    );
  const half = { target: '≤ half of a request', keeps: (mine: number, theirs: number) => mine <= theirs / 2 };
  return [
    line('token for an Amplify call', 'amplify', 0.5, null),
    line('token for an Amplify call', 'amplify', 0.99, null),
    line('token from the page’s memory', 'memory', 0.5, { target: '≤ 0.1 ms', keeps: (mine) => mine <= 0.1 }),
    line('token from the page’s memory', 'memory', 0.99, {
      target: '≤ 0.1 ms',
      keeps: (mine) => mine <= 0.1,
    }),
    line('token through the service worker', 'worker', 0.5, delay === 20 ? half : null),
    line('token through the service worker', 'worker', 0.99, null),
  ];
}

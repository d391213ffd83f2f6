/** From nothing to the first live event: bytes and time, with 20 ms to the server and to the service, and back. */
import type { Browser, BrowserContext } from 'playwright';
import { publishSteadily } from '../../e2e/support/publisher.ts';
import { inPage, withBrowser } from '../support/browser.ts';
import { inTurn, type Measure, type Promised, pick, row, type Side } from '../support/measure.ts';
import { type Stand, startStand } from '../support/stand.ts';

const CHANNEL = 'default/bench';
const DELAY_MS = 20;
const PER_SECOND = 100;
/** Goes of each kind in a round: a load is short and scatters. */
const TAKES = 5;

const AHEAD: Promised = { target: '< the peer’s', keeps: (ours, peer) => ours < peer };

interface Load {
  /** From the navigation on, milliseconds. */
  ms: number;
  /** That came from the server, with all headers. */
  bytes: number;
}

type Loads = Record<'cold' | 'warm' | 'beside', Load>;

export const firstLoad: Measure = {
  name: 'first-load',
  about: 'Bytes and time until a page has its first live event: never seen, seen before, beside an open tab.',
  run: ({ rounds, quick }) =>
    withBrowser(async (browser) => {
      const stand = await startStand({ road: true });
      stand.app.road?.delay(DELAY_MS / 2);
      stand.app.wire.delay(DELAY_MS / 2);
      const publisher = publishSteadily(stand.app.far, CHANNEL, PER_SECOND);
      try {
        const results = await inTurn(rounds * (quick ? 1 : TAKES), {
          peer: () => loads(stand, browser, 'peer'),
          ours: () => loads(stand, browser, 'ours'),
        });
        const kb = ({ bytes }: Load) => bytes / 1_000;
        return [
          row(
            'first load, cold: bytes',
            'KB',
            pick(results, ({ cold }) => kb(cold)),
            AHEAD,
          ),
          row(
            'first live event, cold',
            'ms',
            pick(results, ({ cold }) => cold.ms),
            AHEAD,
          ),
          row(
            'first load, seen before: bytes',
            'KB',
            pick(results, ({ warm }) => kb(warm)),
            AHEAD,
          ),
          row(
            'first live event, seen before',
            'ms',
            pick(results, ({ warm }) => warm.ms),
            AHEAD,
          ),
          row(
            'first live event, beside an open tab',
            'ms',
            pick(results, ({ beside }) => beside.ms),
            AHEAD,
          ),
        ];
      } finally {
        await publisher.stop();
        await stand.stop();
      }
    }),
};

async function loads(stand: Stand, browser: Browser, side: Side): Promise<Loads> {
  const fresh = await stand.visit(browser, side, { cold: true });
  const cold = await load(stand, fresh, side);
  await fresh.close();
  const known = await stand.visit(browser, side);
  await load(stand, known, side);
  for (const page of known.pages()) await page.close();
  const warm = await load(stand, known, side);
  const beside = await load(stand, known, side);
  await known.close();
  return { cold, warm, beside };
}

/** Opens one more page and leaves it open. */
async function load({ app, url }: Stand, context: BrowserContext, side: Side): Promise<Load> {
  const page = await context.newPage();
  const before = app.road?.counts().down ?? 0;
  await page.goto(url(side, [CHANNEL]));
  await page.waitForFunction(
    () => (Reflect.get(window, 'bench') as { received(): number } | undefined)?.received(),
    undefined,
    { polling: 20, timeout: 30_000 },
  );
  const bytes = (app.road?.counts().down ?? 0) - before;
  const ms = (await inPage(page, (bench) => bench.firstEventAt())) ?? Number.NaN;
  return { ms, bytes };
}

/**
 * A socket that stays open and says nothing any more. The peer takes minutes to notice, so it gets one silence, for
 * several pages at a time.
 */
import type { Browser, Page } from 'playwright';
import { publishSteadily } from '../../../e2e/support/publisher.ts';
import { heard, lasting } from '../../support/both.ts';
import { open } from '../../support/browser.ts';
import { atMost, type MeasureOptions, type Row, row, type Side } from '../../support/measure.ts';
import { startStand } from '../../support/stand.ts';

const CHANNEL = 'default/bench';
const PER_SECOND = 20;
/** Amplify's own limit is 300 s; then it takes its time to come back. */
const LIMIT_MS = 400_000;

export async function halfOpen(browser: Browser, options: MeasureOptions): Promise<Row[]> {
  const { rounds, quick } = options;
  const [peer, ours] = await Promise.all([
    // In a hurry nobody waits for that long.
    quick ? null : noticed(browser, 'peer', { pages: rounds, silences: 1 }),
    noticed(browser, 'ours', { pages: 1, silences: rounds }),
  ]);
  return [row('half-open socket replaced, live again', 's', { peer, ours }, atMost(12, 's'))];
}

/** Seconds of each page and silence. */
async function noticed(
  browser: Browser,
  side: Side,
  { pages: count, silences }: { pages: number; silences: number },
): Promise<number[]> {
  const stand = await startStand();
  try {
    const pages: Page[] = [];
    for (let each = 0; each < count; each += 1) {
      const context = await stand.visit(browser, side);
      const page = await context.newPage();
      await open(page, stand.url(side, [CHANNEL]));
      pages.push(page);
    }
    const publisher = publishSteadily(stand.app.far, CHANNEL, PER_SECOND);
    const seconds: number[] = [];
    for (let silence = 0; silence < silences; silence += 1) {
      await Promise.all(pages.map((page) => heard(page, publisher.published.length + 1, LIMIT_MS)));
      const at = Date.now();
      stand.app.wire.silence('both', 'open');
      // What was on its way may still arrive.
      await lasting(500);
      const next = publisher.published.length + 1;
      const times = await Promise.all(pages.map((page) => heard(page, next, LIMIT_MS)));
      seconds.push(...times.map((time) => (time - at) / 1_000));
      stand.app.wire.cut('reset');
      stand.app.wire.mend();
    }
    await publisher.stop();
    for (const page of pages) await page.context().close();
    return seconds;
  } finally {
    await stand.stop();
  }
}

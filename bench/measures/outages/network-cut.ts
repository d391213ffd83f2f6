/** Ten seconds without the Event API, for an application that keeps a history: what is missing afterwards. */
import type { Browser, Page } from 'playwright';
import { expect } from '../../../e2e/support/fixtures.ts';
import { subOf } from '../../../e2e/support/honesty.ts';
import { listen } from '../../../e2e/support/listener.ts';
import { lineNames } from '../../../src/shared/line-messages.ts';
import { type Both, heard, lasting, startBoth } from '../../support/both.ts';
import { inPage, open } from '../../support/browser.ts';
import { atMost, type MeasureOptions, type Row, row, type Side } from '../../support/measure.ts';

const CUT_MS = 10_000;
const LIMIT_MS = 120_000;
/** Publishes while there is no network. */
const PUBLISHES = 50;
const SIDES: readonly Side[] = ['peer', 'ours'];
const sent = (side: Side) => `default/sent-${side}`;

export async function networkCut(browser: Browser, { rounds, quick }: MeasureOptions): Promise<Row[]> {
  const both = await startBoth(browser, { history: true });
  const lost = { peer: [] as number[], ours: [] as number[] };
  const unsent = { peer: [] as number[], ours: [] as number[] };
  try {
    await both.liveAgain(LIMIT_MS);
    await checkpointOf(both.pages.ours, both.channel);
    const writers = { peer: await openWriter(both, 'peer'), ours: await openWriter(both, 'ours') };
    for (let round = 0; round < rounds; round += 1) {
      const far = await listen(both.stand.app, SIDES.map(sent));
      const { publishing, before } = await cut(both, writers, quick ? CUT_MS / 5 : CUT_MS);
      await both.liveAgain(LIMIT_MS);
      await publishing;
      const until = both.publisher.published.length;
      for (const side of SIDES) {
        await heard(both.pages[side], until, LIMIT_MS);
        const got = new Set((await inPage(both.pages[side], (bench) => bench.arrivals())).map(([n]) => n));
        lost[side].push(
          both.publisher.published.filter(({ n }) => n > before && n <= until && !got.has(n)).length,
        );
        unsent[side].push(PUBLISHES - (await arrived(() => far.heard, sent(side))));
      }
      far.close();
    }
  } finally {
    await both.close();
  }
  return [
    row('events lost in a 10 s network cut, with a history', '', lost, atMost(0)),
    row(`publishes lost in a 10 s network cut, of ${PUBLISHES}`, '', unsent, atMost(0)),
  ];
}

/** Takes the Event API away, lets both sides publish meanwhile, and brings it back. */
async function cut(both: Both, writers: Record<Side, Page>, ms: number) {
  const { wire } = both.stand.app;
  const before = both.publisher.published.length;
  wire.refuse(true);
  wire.cut('reset');
  const publishing = Promise.all(
    SIDES.map((side) =>
      inPage(
        writers[side],
        async (bench, { count, every }) => {
          const all: Promise<void>[] = [];
          while (all.length < count) {
            // Nobody waits for one to succeed before the next: a person presses the button again.
            all.push(bench.publish(all.length + 1));
            await new Promise((resolve) => setTimeout(resolve, every));
          }
          await Promise.allSettled(all);
        },
        { count: PUBLISHES, every: ms / 2 / PUBLISHES },
      ),
    ),
  );
  await lasting(ms);
  wire.refuse(false);
  return { publishing, before };
}

/** A tab of the same browser that publishes on a channel of its own. */
async function openWriter({ pages, stand }: Both, side: Side): Promise<Page> {
  const page = await pages[side].context().newPage();
  await open(page, stand.url(side, [sent(side)]));
  return page;
}

/** How many of the publishes reached the service, once no more come. */
async function arrived(of: () => readonly { channel: string }[], channel: string): Promise<number> {
  const count = () => of().filter((each) => each.channel === channel).length;
  for (let last = -1; last !== count(); ) {
    last = count();
    await lasting(last === PUBLISHES ? 0 : 3_000);
  }
  return count();
}

/** Resolves when the device knows a place in the history from which it can go on. */
async function checkpointOf(page: Page, channel: string): Promise<void> {
  const known = () =>
    page.evaluate(
      async ([name, key]) => {
        const result = <T>(request: IDBRequest<T>): Promise<T> =>
          new Promise((resolve, reject) => {
            request.onsuccess = () => resolve(request.result);
            request.onerror = () => reject(request.error);
          });
        const db = await result(indexedDB.open(name));
        const count = await result(db.transaction('checkpoints').objectStore('checkpoints').count(key));
        db.close();
        return count;
      },
      [lineNames(subOf('ada')).database, channel] as const,
    );
  await expect.poll(known, { timeout: 60_000 }).toBe(1);
}

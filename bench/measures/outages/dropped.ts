/** All sockets reset at once, with the service at hand. */
import type { Browser } from 'playwright';
import { startBoth } from '../../support/both.ts';
import { atMost, type MeasureOptions, type Row, row } from '../../support/measure.ts';

const LIMIT_MS = 60_000;

export async function dropped(browser: Browser, { rounds }: MeasureOptions): Promise<Row[]> {
  const both = await startBoth(browser);
  try {
    const runs = { peer: [] as number[], ours: [] as number[] };
    await both.liveAgain(LIMIT_MS);
    for (let round = 0; round < rounds; round += 1) {
      both.stand.app.wire.cut('reset');
      const { peer, ours } = await both.liveAgain(LIMIT_MS);
      runs.peer.push(peer / 1_000);
      runs.ours.push(ours / 1_000);
    }
    return [row('live again after all sockets were dropped', 's', runs, atMost(0.5, 's'))];
  } finally {
    await both.close();
  }
}

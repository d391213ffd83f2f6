/** The Event API cannot be reached for 20 s. */
import type { Browser } from 'playwright';
import { lasting, startBoth } from '../../support/both.ts';
import { atMost, type MeasureOptions, type Row, row } from '../../support/measure.ts';

const AWAY_MS = 20_000;
const LIMIT_MS = 120_000;

export async function away(browser: Browser, { rounds, quick }: MeasureOptions): Promise<Row[]> {
  const both = await startBoth(browser);
  const { wire } = both.stand.app;
  try {
    const runs = { peer: [] as number[], ours: [] as number[] };
    await both.liveAgain(LIMIT_MS);
    for (let round = 0; round < rounds; round += 1) {
      wire.refuse(true);
      wire.cut('reset');
      await lasting(quick ? AWAY_MS / 4 : AWAY_MS);
      wire.refuse(false);
      const { peer, ours } = await both.liveAgain(LIMIT_MS);
      runs.peer.push(peer / 1_000);
      runs.ours.push(ours / 1_000);
    }
    return [row('live again after the service was away for 20 s', 's', runs, atMost(1, 's'))];
  } finally {
    await both.close();
  }
}

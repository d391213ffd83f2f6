/** Compares what was published with what a tab shows: nothing twice, nothing out of order, nothing silently missing. */
import { DEMO_USERS } from '../../server/local/demo-users.ts';
import { lineNames } from '../../src/shared/line-messages.ts';
import type { Gap } from '../../src/shared/log.ts';
import { gapsOf, joinIntervals } from '../../src/store/coverage-log.ts';
import type { CoverageRow } from '../../src/store/database.ts';
import { expect } from './fixtures.ts';
import type { PageLike } from './page-like.ts';
import type { Published } from './publisher.ts';
import { readFeed } from './read-feed.ts';

/** Two processes read one wall clock, each rounding to milliseconds. */
const ROUNDING_MS = 2;

export interface Account {
  /** Numbers of the events that are missing, each inside a shown gap. */
  missing: number[];
  gaps: readonly Gap[];
}

/** The `sub` of a demo user. */
export function subOf(username: string): string {
  const user = DEMO_USERS.find((each) => each.username === username);
  if (user === undefined) throw new Error(`there is no demo user ${username}`);
  return user.sub;
}

/** The gaps that ada's device keeps for a channel that is live. */
export async function keptGaps(page: PageLike, channel: string): Promise<Gap[]> {
  const rows = await page.evaluate(
    async ([name, wanted]) => {
      const result = <T>(request: IDBRequest<T>): Promise<T> =>
        new Promise((resolve, reject) => {
          request.onsuccess = () => resolve(request.result);
          request.onerror = () => reject(request.error);
        });
      const db = await result(indexedDB.open(name));
      try {
        const all: CoverageRow[] = await result(db.transaction('coverage').objectStore('coverage').getAll());
        return all.filter((row) => row.channel === wanted);
      } finally {
        db.close();
      }
    },
    [lineNames(subOf('ada')).database, channel] as const,
  );
  return gapsOf(channel, joinIntervals(rows), true);
}

/**
 * Asserts that the feed of `channel`, which must be open in `page` and live since before the first event, is honest:
 * every event once and in order, and every one that is missing was handed out within a gap that the feed shows.
 */
export async function expectHonest(
  page: PageLike,
  channel: string,
  published: readonly Published[],
): Promise<Account> {
  const gaps = await keptGaps(page, channel);
  const rows = await readFeed(page);
  const shown = rows.flatMap((row) => (row.kind === 'event' ? [row.n] : []));
  expect(shown, 'shown twice or out of order').toEqual([...new Set(shown)].sort((a, b) => a - b));
  expect(rows.filter(({ kind }) => kind === 'gap').length, 'gap rows').toBe(gaps.length);

  const seen = new Set(shown);
  const missing = published.filter(({ n, taken }) => taken && !seen.has(n));
  const silent = missing.filter(
    ({ sentAt, answeredAt }) => !gaps.some((gap) => overlaps(gap, sentAt, answeredAt)),
  );
  expect(silent, `missing outside of every gap (${JSON.stringify(gaps)})`).toEqual([]);
  return { missing: missing.map(({ n }) => n), gaps };
}

function overlaps({ from, to }: Gap, begin: number, end: number): boolean {
  return end >= from - ROUNDING_MS && begin <= (to ?? Number.POSITIVE_INFINITY) + ROUNDING_MS;
}

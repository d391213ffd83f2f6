/**
 * Events and gaps in one list, oldest first. A row stays the same object for as long as it says the same, so that
 * a list of thousands is drawn anew only where something changed.
 */
import { type EventRecord, type Gap, placeOf } from '../../shared/log.ts';
import type { FeedRow } from '../api.ts';

type GapRow = Extract<FeedRow, { kind: 'gap' }>;

/**
 * All rows. While older events are not read, only gaps after the first event are shown.
 * @param before the rows until now: those that say the same are used again.
 */
export function mergeRows(
  records: readonly EventRecord[],
  gaps: readonly Gap[],
  hasOlder: boolean,
  before: readonly FeedRow[] = [],
): FeedRow[] {
  const known = new Map(before.map((row) => [row.key, row]));
  const firstAt = records[0]?.receivedAt ?? Number.NEGATIVE_INFINITY;
  const waiting = gaps
    .filter((gap) => !hasOlder || placeOf(gap) >= firstAt)
    .map((gap) => gapRow(gap, known.get(gapKey(gap))));
  return weave([], records, waiting, known);
}

/** The rows with `fresh` events, all newer than those in `rows`, at the end. */
export function appendRows(rows: readonly FeedRow[], fresh: readonly EventRecord[]): FeedRow[] {
  const lastEvent = rows.findLastIndex(({ kind }) => kind === 'event');
  const waiting = rows.slice(lastEvent + 1).filter((row) => row.kind === 'gap');
  return weave(rows.slice(0, lastEvent + 1), fresh, waiting, new Map());
}

/** The rows without their first `count` events, and without the gaps before the first that stays. */
export function dropOldest(rows: readonly FeedRow[], count: number): FeedRow[] {
  let left = count;
  const first = rows.findIndex(({ kind }) => {
    if (kind !== 'event') return false;
    left -= 1;
    return left < 0;
  });
  return first === -1 ? [] : rows.slice(first);
}

/** A gap comes before the first event that arrived after its place. */
function weave(
  rows: FeedRow[],
  records: readonly EventRecord[],
  waiting: readonly GapRow[],
  known: ReadonlyMap<string, FeedRow>,
): FeedRow[] {
  let next = 0;
  for (const record of records) {
    let row = waiting[next];
    for (; row !== undefined && placeOf(row.gap) < record.receivedAt; row = waiting[next]) {
      rows.push(row);
      next += 1;
    }
    const key = `e${record.epoch}.${record.n}`;
    rows.push(known.get(key) ?? { kind: 'event', key, record });
  }
  for (const row of waiting.slice(next)) rows.push(row);
  return rows;
}

function gapKey(gap: Gap): string {
  return `g${gap.from}`;
}

function gapRow(gap: Gap, before: FeedRow | undefined): GapRow {
  const same = before?.kind === 'gap' && before.gap.to === gap.to && before.gap.cause === gap.cause;
  return same ? before : { kind: 'gap', key: gapKey(gap), gap };
}

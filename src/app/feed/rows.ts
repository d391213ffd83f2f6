/** A range of the log as the rows of a list: events, the gaps between them, and where a day begins. */
import { type EventRecord, type FeedRow, type Gap, placeOf } from '../../connection/api.ts';
import { dayOf } from '../text/format.ts';

export type ReaderRow = FeedRow | { kind: 'day'; key: string; at: number };

export const rowKeyOf = ({ epoch, n }: { epoch: number; n: number }): string => `e${epoch}.${n}`;

/** The same row for the same record, so that lists draw only what is new. */
const rowOfRecord = new WeakMap<EventRecord, FeedRow>();

export function eventRow(record: EventRecord): FeedRow {
  let row = rowOfRecord.get(record);
  if (row === undefined) {
    row = { kind: 'event', key: rowKeyOf(record), record };
    rowOfRecord.set(record, row);
  }
  return row;
}

export interface RangeEnds {
  /** Whether the log goes on before the first record, and after the last one: gaps there are not shown yet. */
  hasOlder: boolean;
  hasNewer: boolean;
  /** Of a search: the wall clock up to which it has come, which may be long before the first record. */
  searchedTo?: number;
}

/**
 * @param records oldest first.
 * @param gaps oldest first.
 * @param now wall clock: today needs no heading.
 */
export function rowsOf(
  records: readonly EventRecord[],
  gaps: readonly Gap[],
  { hasOlder, hasNewer, searchedTo = Number.POSITIVE_INFINITY }: RangeEnds,
  now: number,
): ReaderRow[] {
  const firstAt = hasOlder
    ? Math.min(records[0]?.receivedAt ?? Number.POSITIVE_INFINITY, searchedTo)
    : Number.NEGATIVE_INFINITY;
  const lastAt = hasNewer
    ? (records.at(-1)?.receivedAt ?? Number.NEGATIVE_INFINITY)
    : Number.POSITIVE_INFINITY;
  const shown = gaps.filter((gap) => placeOf(gap) >= firstAt && placeOf(gap) <= lastAt);
  const rows: ReaderRow[] = [];
  let day = dayOf(now);
  const heading = (at: number) => {
    if (at >= day.from && at < day.to) return;
    rows.push({ kind: 'day', key: `d${new Date(at).toDateString()}.${rows.length === 0}`, at });
    day = dayOf(at);
  };
  let next = 0;
  const gapsBefore = (at: number) => {
    for (let gap = shown[next]; gap !== undefined && placeOf(gap) < at; gap = shown[next]) {
      heading(placeOf(gap));
      rows.push({ kind: 'gap', key: `g${gap.from}`, gap });
      next += 1;
    }
  };
  for (const record of records) {
    gapsBefore(record.receivedAt);
    heading(record.receivedAt);
    rows.push(eventRow(record));
  }
  gapsBefore(Number.POSITIVE_INFINITY);
  return rows;
}

/**
 * A recording as a feed, so that list, filter and details show it as they show a channel. The position of an event is
 * the line that it stands on.
 */
import type { EventRecord, Feed, FeedRow } from '../../connection/api.ts';
import type { Position } from '../../shared/log.ts';
import { createStore } from '../../shared/store.ts';
import { eventRow } from '../feed/rows.ts';
import type { ReadSlice } from './read-lines.ts';
import { parseRecordedLine } from './recorded-line.ts';
import type { RecordingIndex } from './recording-index.ts';

/** Every event of a recording is of this epoch. */
export const RECORDED_EPOCH = 1;
/** Events read at once. */
const PAGE = 200;

/** Reads events `from` up to and without `to`. Rejects when the file cannot be read, or is no longer the same. */
export async function readEvents(
  index: RecordingIndex,
  read: ReadSlice,
  from: number,
  to: number,
): Promise<EventRecord[]> {
  if (from >= to) return [];
  const [first, end] = index.bytes(from, to);
  const bytes = await read(first, end);
  const decoder = new TextDecoder();
  const records: EventRecord[] = [];
  for (let at = from; at < to; at += 1) {
    const [start, stop] = index.bytes(at, at + 1);
    const parsed = parseRecordedLine(decoder.decode(bytes.subarray(start - first, stop - first)));
    if (!parsed.ok) throw new Error(`Line ${index.line(at)} has changed since the file was opened.`);
    records.push({ epoch: RECORDED_EPOCH, n: index.line(at), ...parsed.value });
  }
  return records;
}

/** Resolves when its newest rows are read. */
export async function createRecordedFeed(
  name: string,
  index: RecordingIndex,
  read: ReadSlice,
): Promise<Feed> {
  const pageOf = (from: number, to: number) =>
    readEvents(index, read, Math.max(0, from), Math.min(index.count, to));
  const last = await pageOf(index.count - PAGE, index.count);
  const rows: FeedRow[] = last.map(eventRow);
  const store = createStore({ rows, loading: false, hasOlder: index.count > last.length, received: 0 });
  const before = ({ epoch, n }: Position) => (epoch > RECORDED_EPOCH ? index.count : index.atLine(n));
  const after = ({ epoch, n }: Position) => (epoch < RECORDED_EPOCH ? 0 : index.atLine(n + 1));
  return {
    channel: name,
    get: store.get,
    subscribe: store.subscribe,
    loadOlder: () => Promise.resolve(),
    page(where, limit) {
      if ('before' in where) {
        const end = where.before === null ? index.count : before(where.before);
        return pageOf(end - limit, end);
      }
      const start = where.after === null ? 0 : after(where.after);
      return pageOf(start, start + limit);
    },
    async *all() {
      for (let at = 0; at < index.count; at += PAGE) yield await pageOf(at, at + PAGE);
    },
    close() {},
  };
}

/** Which rows go together in one request. Pure. */
import { MAX_EVENTS_PER_PUBLISH, MAX_PUBLISH_BYTES, utf8Bytes } from '../shared/publish-rules.ts';
import type { StoredOutboxRow } from '../store/database.ts';

/** Room for what a request holds beside its events, bytes. */
const ENVELOPE_BYTES = 1024;

/**
 * The longest beginning of `rows` (one channel's, in order) that one request takes; at least the first row.
 * @param alone ids of rows that go by themselves, because a request that held them was refused as a whole.
 */
export function batchOf(
  rows: readonly StoredOutboxRow[],
  alone: ReadonlySet<string>,
): readonly StoredOutboxRow[] {
  const [head] = rows;
  if (head === undefined || alone.has(head.id)) return rows.slice(0, 1);
  let events = 0;
  let bytes = ENVELOPE_BYTES;
  const end = rows.findIndex((row, index) => {
    events += row.events.length;
    // As they travel: each is a string in the request's JSON.
    for (const event of row.events) bytes += utf8Bytes(JSON.stringify(event));
    const fits = events <= MAX_EVENTS_PER_PUBLISH && bytes <= MAX_PUBLISH_BYTES;
    return index > 0 && (!fits || row.endpoint !== head.endpoint || alone.has(row.id));
  });
  return end === -1 ? rows : rows.slice(0, end);
}

/** Finds a time in the log without reading it: the log is ordered by position, and times grow with positions. */
import type { EventRecord, Feed } from '../../connection/api.ts';

/** No epoch has more events than this; the search needs an upper end. */
const MAX_N = 2 ** 32;

/**
 * The first event that arrived at `wallMs` (milliseconds since 1970) or later; null when all are earlier. About 40
 * reads of one event each, whatever the log holds. A wall clock that was set back moves the answer by as much.
 */
export async function findTime(feed: Pick<Feed, 'page'>, wallMs: number): Promise<EventRecord | null> {
  const after = async (epoch: number, n: number): Promise<EventRecord | null> =>
    (await feed.page({ after: { epoch, n } }, 1))[0] ?? null;
  const late = (record: EventRecord | null) => record === null || record.receivedAt >= wallMs;

  const [newest] = await feed.page({ before: null }, 1);
  if (newest === undefined || !late(newest)) return null;
  // The first epoch whose first event is late enough; the event sought may be in the one before it.
  let low = 0;
  let high = newest.epoch + 1;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (late(await after(middle, 0))) high = middle;
    else low = middle + 1;
  }
  const epoch = Math.max(0, low - 1);
  let from = 0;
  let to = MAX_N;
  while (from < to) {
    const middle = Math.floor((from + to) / 2);
    const record = await after(epoch, middle);
    // Beyond the epoch's last event the next epoch answers: late by the choice of the epoch.
    if (late(record)) to = middle;
    else from = middle + 1;
  }
  return after(epoch, from);
}

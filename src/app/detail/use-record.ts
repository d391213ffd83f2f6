/** The event at a position: from the rows that are held, else from the log. */
import { useEffect, useState } from 'react';
import type { EventRecord, Feed } from '../../connection/api.ts';
import { comparePositions, type Position } from '../../shared/log.ts';
import type { ReaderRow } from '../feed/rows.ts';

/** `gone`: the device no longer has it. */
export type RecordState = EventRecord | 'loading' | 'gone';

export function findRecord(rows: readonly ReaderRow[], position: Position): EventRecord | null {
  const row = rows.findLast((one) => one.kind === 'event' && comparePositions(one.record, position) === 0);
  return row?.kind === 'event' ? row.record : null;
}

/** @param position does not change while the component lives. */
export function useRecord(feed: Feed | null, rows: readonly ReaderRow[], position: Position): RecordState {
  const [record, setRecord] = useState<RecordState>(() => findRecord(rows, position) ?? 'loading');
  const { epoch, n } = position;
  useEffect(() => {
    if (feed === null || record !== 'loading') return;
    let over = false;
    feed.page({ after: { epoch, n: n - 1 } }, 1).then(
      ([found]) => {
        if (!over) setRecord(found?.epoch === epoch && found.n === n ? found : 'gone');
      },
      () => {
        if (!over) setRecord('gone');
      },
    );
    return () => {
      over = true;
    };
  }, [feed, epoch, n, record]);
  return record;
}

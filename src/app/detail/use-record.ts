/** The event at a position: from the rows that are held, else from the log. */
import { useEffect, useRef, useState } from 'react';
import type { EventRecord, Feed } from '../../connection/api.ts';
import { comparePositions, type Position } from '../../shared/log.ts';
import type { Reader } from '../feed/reader.ts';

/** `gone`: the device no longer has it. */
export type RecordState = EventRecord | 'loading' | 'gone';

function findRecord(reader: Reader | null, position: Position): EventRecord | null {
  const row = reader
    ?.get()
    .rows.findLast((one) => one.kind === 'event' && comparePositions(one.record, position) === 0);
  return row?.kind === 'event' ? row.record : null;
}

/** What was shown stays until the next one is there. */
export function useRecord(feed: Feed | null, reader: Reader | null, position: Position): RecordState {
  const [record, setRecord] = useState<RecordState>(() => findRecord(reader, position) ?? 'loading');
  const held = useRef(reader);
  held.current = reader;
  const { epoch, n } = position;
  useEffect(() => {
    const found = findRecord(held.current, { epoch, n });
    if (found !== null) {
      setRecord(found);
      return;
    }
    if (feed === null) return;
    let over = false;
    feed.page({ after: { epoch, n: n - 1 } }, 1).then(
      ([read]) => {
        if (!over) setRecord(read?.epoch === epoch && read.n === n ? read : 'gone');
      },
      () => {
        if (!over) setRecord('gone');
      },
    );
    return () => {
      over = true;
    };
  }, [feed, epoch, n]);
  return record;
}

/** One event as a line: its time, its JSON, its size. Details open beside the list. */
import { memo } from 'react';
import type { EventRecord } from '../../connection/api.ts';
import { utf8Bytes } from '../../shared/publish-rules.ts';
import { useText } from '../text/use-text.ts';
import { JsonText } from './json-text.tsx';

/** A line shows no more than this; details show the whole. UTF-16 units. */
const LINE_CHARS = 600;
const LINE_PIECES = 120;

interface EventRowProps {
  record: EventRecord;
  selected: boolean;
  /** Whether the Tab key lands on this row. */
  tabbable: boolean;
  onSelect(record: EventRecord): void;
}

export const EventRow = memo(function EventRow({ record, selected, tabbable, onSelect }: EventRowProps) {
  const text = useText();
  const line = record.event.length > LINE_CHARS ? `${record.event.slice(0, LINE_CHARS)}…` : record.event;
  return (
    <button
      type="button"
      className="event-line"
      aria-current={selected ? 'true' : undefined}
      tabIndex={tabbable ? 0 : -1}
      data-row-button=""
      onClick={() => onSelect(record)}
    >
      <time className="event-time" dateTime={new Date(record.receivedAt).toISOString()}>
        {text.format.timeMs(record.receivedAt)}
      </time>{' '}
      <span className="event-json">
        <JsonText source={line} pieces={LINE_PIECES} />
      </span>{' '}
      <span className="event-size">{text.format.bytes(utf8Bytes(record.event))}</span>
    </button>
  );
});

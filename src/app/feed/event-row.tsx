/** One event: a line with its time and JSON, which opens into the whole of it. */
import { memo, useState } from 'react';
import type { EventRecord } from '../../connection/api.ts';
import { utf8Bytes } from '../../shared/publish-rules.ts';
import { ChevronIcon } from '../design/icons.tsx';
import { formatBytes, formatDateTime, formatTimeMs } from '../format.ts';
import { text } from '../text.ts';
import { JsonText } from './json-text.tsx';
import { isJson, prettyJson } from './json-tokens.ts';

/** A line shows no more than this; opened, the event shows up to the second bound. UTF-16 units. */
const LINE_CHARS = 1_500;
const DETAIL_CHARS = 30_000;

interface EventRowProps {
  record: EventRecord;
  open: boolean;
  /** Whether the Tab key lands on this row. */
  tabbable: boolean;
  onToggle(): void;
}

export const EventRow = memo(function EventRow({ record, open, tabbable, onToggle }: EventRowProps) {
  const line = record.event.length > LINE_CHARS ? `${record.event.slice(0, LINE_CHARS)}…` : record.event;
  return (
    <div className="event" data-open={open}>
      <button
        type="button"
        className="event-line"
        aria-expanded={open}
        tabIndex={tabbable ? 0 : -1}
        data-row-button=""
        onClick={onToggle}
      >
        <span className="event-chevron">
          <ChevronIcon />
        </span>
        <time className="event-time" dateTime={new Date(record.receivedAt).toISOString()}>
          {formatTimeMs(record.receivedAt)}
        </time>{' '}
        <span className="event-json">
          <JsonText source={line} />
        </span>
      </button>
      {open && <EventDetail record={record} />}
    </div>
  );
});

function EventDetail({ record }: { record: EventRecord }) {
  const [copied, setCopied] = useState<string | null>(null);
  const valid = isJson(record.event);
  const clipped = record.event.length > DETAIL_CHARS;
  const shown = clipped ? record.event.slice(0, DETAIL_CHARS) : record.event;
  const size = formatBytes(utf8Bytes(record.event));

  const copy = async () => {
    try {
      await navigator.clipboard.writeText(record.event);
      setCopied(text.feed.copied);
    } catch {
      setCopied(text.feed.copyFailed);
    }
  };

  return (
    <div className="event-detail">
      <pre className="event-pretty">
        <code>
          <JsonText source={valid ? prettyJson(shown) : shown} />
        </code>
      </pre>
      <div className="event-facts">
        <span>
          {text.feed.arrived} {formatDateTime(record.receivedAt)}
        </span>
        <span>
          {text.feed.size} {size}
        </span>
        {!valid && <span>{text.feed.notJson}</span>}
        {clipped && <span>{text.feed.clipped(size)}</span>}
        <button type="button" className="button button-small" onClick={() => void copy()}>
          {copied ?? text.feed.copy}
        </button>
      </div>
    </div>
  );
}

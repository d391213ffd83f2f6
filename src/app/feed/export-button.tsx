/** Downloads what is shown of a channel as NDJSON: everything the log holds, or all of it that the filter lets through. */
import { useState } from 'react';
import type { Feed } from '../../connection/api.ts';
import { useAction } from '../actions/use-action.ts';
import { ExportIcon } from '../design/icons.tsx';
import { useDesk } from '../desk/desk-context.ts';
import type { FilterInput } from '../desk/filter-input.ts';
import { useText } from '../text/use-text.ts';

interface ExportButtonProps {
  channel: string;
  feed: Feed | null;
  /** Null: all events. */
  filter: FilterInput | null;
  onProblem(sentence: string | null): void;
}

export function ExportButton({ channel, feed, filter, onProblem }: ExportButtonProps) {
  const text = useText();
  const { announce } = useDesk();
  const [busy, setBusy] = useState(false);

  const save = async () => {
    if (feed === null || busy) return;
    setBusy(true);
    onProblem(null);
    try {
      const { exportFileName, exportParts } = await import('./export-lines.ts');
      const pages =
        filter === null
          ? feed.all()
          : (await import('../filter/start-filter.ts')).filterPages(feed.all(), filter, text);
      const { parts, count } = await exportParts(pages);
      download(new Blob(parts, { type: 'application/x-ndjson' }), exportFileName(channel, Date.now()));
      announce(text.feed.exported(count));
    } catch (error) {
      onProblem(text.feed.exportFailed(text.said(error)));
    } finally {
      setBusy(false);
    }
  };

  useAction('exportChannel', feed === null ? null : () => void save());

  return (
    <button
      type="button"
      className="button button-quiet"
      disabled={feed === null}
      aria-busy={busy}
      onClick={() => void save()}
    >
      <ExportIcon />
      <span className="icon-only-narrow">{text.feed.export}</span>
    </button>
  );
}

/** The browser reads the object URL after the click, in its own time. */
const REVOKE_AFTER_MS = 60_000;

function download(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), REVOKE_AFTER_MS);
}

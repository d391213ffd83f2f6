/** Downloads everything the log holds of a channel as NDJSON. */
import { useState } from 'react';
import type { Feed } from '../../connection/api.ts';
import { useAction } from '../actions/use-action.ts';
import { ExportIcon } from '../design/icons.tsx';
import { useDesk } from '../desk/desk-context.ts';
import { useText } from '../text/use-text.ts';
import { exportFileName, exportParts } from './export-lines.ts';

interface ExportButtonProps {
  channel: string;
  feed: Feed | null;
  onProblem(sentence: string | null): void;
}

export function ExportButton({ channel, feed, onProblem }: ExportButtonProps) {
  const text = useText();
  const { announce } = useDesk();
  const [busy, setBusy] = useState(false);

  const save = async () => {
    if (feed === null || busy) return;
    setBusy(true);
    onProblem(null);
    try {
      const { parts, count } = await exportParts(feed.all());
      download(new Blob(parts, { type: 'application/x-ndjson' }), exportFileName(channel, Date.now()));
      announce(text.feed.exported(count));
    } catch (error) {
      onProblem(text.feed.exportFailed(error instanceof Error ? error.message : String(error)));
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

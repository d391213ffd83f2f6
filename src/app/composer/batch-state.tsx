/** How far the last batch has come. */
import { useEffect, useState } from 'react';
import { CloseIcon } from '../design/icons.tsx';
import { useConnection } from '../services.ts';
import { type Tally, tallyOf } from './batch-tally.ts';
import type { PublishedRow } from './publish-text.ts';
import { useComposerText } from './use-composer-text.ts';

export function BatchState({ rows, onClose }: { rows: readonly PublishedRow[]; onClose(): void }) {
  const text = useComposerText();
  const connection = useConnection();
  const [now, setNow] = useState<Tally | null>(null);
  useEffect(() => {
    if (connection === null) return;
    const { tally, close } = tallyOf(rows, connection.outbox);
    setNow(tally.get());
    const stop = tally.subscribe(() => setNow(tally.get()));
    return () => {
      stop();
      close();
    };
  }, [rows, connection]);
  if (now === null) return null;
  return (
    <p
      className="batch-state composer-note"
      id="composer-note"
      data-tone={now.refused > 0 ? 'error' : now.waiting > 0 ? 'plain' : 'good'}
    >
      <span aria-live="polite">{text.tally(now.all, now.delivered, now.refused, now.waiting)}</span>
      <button
        type="button"
        className="icon-button"
        aria-label={text.close}
        onClick={() => {
          onClose();
          document.querySelector<HTMLElement>('#composer-event')?.focus();
        }}
      >
        <CloseIcon />
      </button>
    </p>
  );
}

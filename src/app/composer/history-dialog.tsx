/** What was sent from this device, newest first: find it, send it again, or edit it. */
import { useRef, useState } from 'react';
import { SheetDialog } from '../design/sheet-dialog.tsx';
import { useDesk } from '../desk/desk-context.ts';
import { useConnection } from '../services.ts';
import { useText } from '../text/use-text.ts';
import { type Kept, MAX_SENT, type Sent } from './kept.ts';
import { publishDraft } from './publish-draft.ts';
import { useComposerText } from './use-composer-text.ts';

interface HistoryDialogProps {
  kept: Kept;
  onEdit(source: string): void;
  onClose(): void;
}

export function HistoryDialog({ kept, onEdit, onClose }: HistoryDialogProps) {
  const text = useComposerText();
  const { format, said } = useText();
  const { announce } = useDesk();
  const connection = useConnection();
  const search = useRef<HTMLInputElement>(null);
  const [sent, setSent] = useState(() => kept.sent());
  const [query, setQuery] = useState('');
  const [told, setTold] = useState<{ tone: 'good' | 'error'; words: string } | null>(null);

  const wanted = query.trim().toLowerCase();
  const found = sent.filter(({ channel, source }) => `${channel} ${source}`.toLowerCase().includes(wanted));

  const again = async (entry: Sent) => {
    const outcome = await publishDraft(
      {
        text,
        said,
        format,
        connection,
        kept,
        now: Date.now,
        newId: () => crypto.randomUUID(),
        random: Math.random,
      },
      { target: entry.channel, source: entry.source, each: entry.each },
    );
    setTold(
      outcome.ok
        ? { tone: 'good', words: text.sentAgain(entry.events, entry.channel) }
        : { tone: 'error', words: outcome.message },
    );
    setSent(kept.sent());
  };

  return (
    <SheetDialog className="kept-dialog" title={text.historyTitle} onClose={onClose}>
      {(close) => (
        <>
          <input
            ref={search}
            className="input"
            type="search"
            aria-label={text.historySearch}
            placeholder={text.historySearch}
            value={query}
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            onChange={(event) => setQuery(event.currentTarget.value)}
          />
          <p className="batch-state" data-tone={told?.tone} aria-live="polite">
            {told?.words}
          </p>
          {found.length === 0 && (
            <p className="hint">{sent.length === 0 ? text.historyNone : text.historyNoMatch}</p>
          )}
          <ul className="kept-list">
            {found.map((entry) => (
              <li key={entry.id} className="kept-item">
                <span className="kept-name">
                  {entry.channel}{' '}
                  <span className="hint">
                    {format.dateTime(entry.at)}
                    {entry.events > 1 && `, ${text.historyEvents(entry.events)}`}
                  </span>
                </span>
                <code className="kept-source">{entry.source.slice(0, 200)}</code>
                <span className="row-actions">
                  <button
                    type="button"
                    className="button button-small"
                    aria-label={text.againAt(format.dateTime(entry.at))}
                    onClick={() => void again(entry)}
                  >
                    {text.again}
                  </button>
                  <button
                    type="button"
                    className="button button-small"
                    aria-label={text.editAt(format.dateTime(entry.at))}
                    onClick={() => {
                      close();
                      onEdit(entry.source);
                    }}
                  >
                    {text.edit}
                  </button>
                </span>
              </li>
            ))}
          </ul>
          <div className="kept-foot">
            <p className="hint">{text.historyKept(MAX_SENT)}</p>
            {sent.length > 0 && (
              <button
                type="button"
                className="button button-small"
                onClick={() => {
                  kept.forgetSent();
                  setSent([]);
                  announce(text.forgotten);
                  search.current?.focus();
                }}
              >
                {text.forget}
              </button>
            )}
          </div>
        </>
      )}
    </SheetDialog>
  );
}

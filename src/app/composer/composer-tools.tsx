/** What stands under the text that is written: its mistakes and how to get there, templates, history, batches. */
import { type RefObject, useDeferredValue, useMemo, useRef } from 'react';
import { utf8Bytes } from '../../shared/publish-rules.ts';
import { useAction } from '../actions/use-action.ts';
import type { ComposerText } from '../text/composer-en.ts';
import type { Format } from '../text/format.ts';
import { useText } from '../text/use-text.ts';
import { BatchState } from './batch-state.tsx';
import { type CheckedDraft, checkDraft } from './check-draft.ts';
import { ConfirmBatch } from './confirm-batch.tsx';
import { formatDraft, replaceAll, showPlace } from './edit-text.ts';
import type { Kept } from './kept.ts';
import { previewOf } from './publish-draft.ts';
import type { PublishedRow } from './publish-text.ts';
import { useComposerText } from './use-composer-text.ts';

/** Above so many events a batch is asked about first. */
const ASK_ABOVE = 25;

interface ComposerToolsProps {
  field: RefObject<HTMLTextAreaElement | null>;
  source: string;
  target: string;
  kept: Kept;
  /** Why the last publish did not work, if it is the text's fault. */
  failure: string | null;
  /** The rows of the last batch. */
  batch: readonly PublishedRow[] | null;
  onChange(source: string): void;
  onPublishEach(): void;
  onBatchSeen(): void;
  onOpen(dialog: 'templates' | 'history'): void;
}

export function ComposerTools(props: ComposerToolsProps) {
  const { field, source, target, kept, failure, batch, onChange, onPublishEach, onBatchSeen, onOpen } = props;
  const { format, composer } = useText();
  const text = useComposerText();
  const confirm = useRef<HTMLDialogElement>(null);
  // Checking 240 KB on each keystroke may wait until the keystroke is on the screen.
  const checked = useDeferredValue(source);
  const check = useMemo(() => checkDraft(text, checked), [text, checked]);
  const note = useMemo(
    () => noteFor({ text, format, hint: composer.hint, source: checked, check, kept }),
    [text, format, composer.hint, checked, check, kept],
  );
  const shown = failure === null ? note : { tone: 'error', words: failure };
  const mistake = checked === source && source.trim() !== '' ? (check.problem?.at ?? null) : null;
  const listed = checked === source ? check.listed : null;

  const put = (next: string) => {
    const textarea = field.current;
    if (textarea !== null) replaceAll(textarea, next, onChange);
  };
  const canFormat = check.problem === null && checked === source;
  const tidy = () => put(formatDraft(source));
  useAction('formatDraft', canFormat ? tidy : null);
  useAction('templates', () => onOpen('templates'));
  useAction('sentHistory', () => onOpen('history'));

  return (
    <div className="composer-tools">
      {/* What became of a batch stands where the hint would, so nothing moves; typing on puts it away. */}
      {batch !== null && source.trim() === '' ? (
        <BatchState rows={batch} onClose={onBatchSeen} />
      ) : (
        <p className="composer-note" id="composer-note" data-tone={shown.tone}>
          {shown.words}
        </p>
      )}
      {mistake !== null && (
        <button
          type="button"
          className="button button-small"
          onClick={() => field.current !== null && showPlace(field.current, mistake)}
        >
          {text.goToError}
        </button>
      )}
      {listed !== null && (
        <button
          type="button"
          className="button button-small"
          onClick={() => (listed > ASK_ABOVE ? confirm.current?.showModal() : onPublishEach())}
        >
          {text.each(listed)}
        </button>
      )}
      <span className="composer-tool-buttons">
        <button
          type="button"
          className="button button-quiet button-small"
          disabled={!canFormat}
          onClick={tidy}
        >
          {text.format}
        </button>
        <button
          type="button"
          className="button button-quiet button-small"
          aria-haspopup="dialog"
          onClick={() => onOpen('templates')}
        >
          {text.templates}
        </button>
        <button
          type="button"
          className="button button-quiet button-small"
          aria-haspopup="dialog"
          onClick={() => onOpen('history')}
        >
          {text.history}
        </button>
      </span>
      <ConfirmBatch ref={confirm} count={listed ?? 0} target={target} onConfirm={onPublishEach} />
    </div>
  );
}

interface NoteDeps {
  text: ComposerText;
  format: Format;
  hint: string;
  source: string;
  check: CheckedDraft;
  kept: Kept;
}

function noteFor({ text, format, hint, source, check, kept }: NoteDeps): { tone: string; words: string } {
  if (source.trim() === '') return { tone: 'plain', words: hint };
  if (check.problem !== null) return { tone: 'error', words: check.problem.message };
  if (check.hasVariables) {
    const random = () => Math.random();
    const newId = () => crypto.randomUUID();
    return { tone: 'good', words: text.becomes(previewOf({ kept, now: Date.now, newId, random }, source)) };
  }
  const ready = text.ready(format.bytes(utf8Bytes(source)));
  return { tone: 'good', words: check.listed === null ? ready : `${ready}. ${text.array}` };
}

/** Asks before many events are sent at once. */
import type { RefObject } from 'react';
import { useComposerText } from './use-composer-text.ts';

interface ConfirmBatchProps {
  ref: RefObject<HTMLDialogElement | null>;
  count: number;
  target: string;
  onConfirm(): void;
}

export function ConfirmBatch({ ref, count, target, onConfirm }: ConfirmBatchProps) {
  const text = useComposerText();
  const close = () => ref.current?.close();
  return (
    <dialog ref={ref} className="dialog" aria-labelledby="confirm-batch-title">
      <h2 id="confirm-batch-title">{text.confirmTitle(count)}</h2>
      <p>{text.confirmBody(count, target)}</p>
      <div className="dialog-actions">
        <button type="button" className="button" onClick={close}>
          {text.cancel}
        </button>
        <button
          type="button"
          className="button button-primary"
          onClick={() => {
            close();
            onConfirm();
          }}
        >
          {text.confirmGo}
        </button>
      </div>
    </dialog>
  );
}

/** A modal dialog with its title and a button that closes it on one line; open as long as it is on the page. */
import { type ReactNode, useEffect, useId, useRef } from 'react';
import { useText } from '../text/use-text.ts';
import { CloseIcon } from './icons.tsx';

interface SheetDialogProps {
  className: string;
  title: string;
  /** However it was closed: by its button, the Escape key or from within. */
  onClose(): void;
  /** What is in it; `close` puts the focus back where it was before the dialog. */
  children(close: () => void): ReactNode;
}

export function SheetDialog({ className, title, onClose, children }: SheetDialogProps) {
  const text = useText();
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => dialog.current?.showModal(), []);
  const close = () => dialog.current?.close();
  return (
    <dialog ref={dialog} className={`dialog ${className}`} aria-labelledby={id} onClose={onClose}>
      <div className="sheet-head">
        <h2 id={id}>{title}</h2>
        <button type="button" className="icon-button" aria-label={text.actions.close} onClick={close}>
          <CloseIcon />
        </button>
      </div>
      {children(close)}
    </dialog>
  );
}

/** Text that another app shared: it goes into the field of the channel looked at, and asks where something is written. */
import { useEffect, useRef } from 'react';
import { useChannel, useDesk } from '../desk/desk-context.ts';
import { withText } from '../desk/window-state.ts';
import { useStore } from '../services.ts';
import { useAttendantsText } from '../text/use-attendants-text.ts';

export function SharedText({ text: shared, onDone }: { text: string; onDone(): void }) {
  const text = useAttendantsText();
  const { window: desk, announce } = useDesk();
  const ready = useStore(desk.ready, false);
  const channel = useChannel();
  const dialog = useRef<HTMLDialogElement>(null);

  const put = (change: (draft: string) => string) => {
    if (channel === null) return;
    desk.update((now) => ({
      ...now,
      drafts: withText(now.drafts, channel, change(now.drafts[channel] ?? '')),
    }));
    announce(text.launch.sharedDone(channel));
    dialog.current?.close();
    onDone();
    document.querySelector<HTMLElement>('#composer-event')?.focus();
  };
  const latest = useRef(put);
  latest.current = put;

  useEffect(() => {
    if (!ready || channel === null) return;
    const draft = desk.get().drafts[channel] ?? '';
    if (draft === '' || draft === shared) latest.current(() => shared);
    else if (dialog.current?.open === false) dialog.current.showModal();
  }, [desk, ready, channel, shared]);

  if (channel === null) return ready ? <p className="toast notice">{text.launch.sharedWaits}</p> : null;
  return (
    <dialog
      ref={dialog}
      className="dialog"
      aria-labelledby="shared-title"
      onCancel={(event) => event.preventDefault()}
    >
      <h2 id="shared-title">{text.launch.sharedTitle}</h2>
      <p>{text.launch.sharedBody(channel)}</p>
      <pre className="shared-text">{shared.slice(0, 500)}</pre>
      <div className="dialog-actions">
        <button
          type="button"
          className="button"
          onClick={() => {
            dialog.current?.close();
            onDone();
          }}
        >
          {text.launch.drop}
        </button>
        <button type="button" className="button" onClick={() => put(() => shared)}>
          {text.launch.replace}
        </button>
        <button
          type="button"
          className="button button-primary"
          onClick={() => put((draft) => `${draft}\n${shared}`)}
        >
          {text.launch.append}
        </button>
      </div>
    </dialog>
  );
}

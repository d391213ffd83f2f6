/** The way out. It asks first when something that was written would be lost. */
import { useRef, useState } from 'react';
import { useDesk, usePreferences } from '../desk/desk-context.ts';
import { useConnection, useServices } from '../services.ts';
import { useText } from '../text/use-text.ts';

export function SignOut() {
  const text = useText();
  const { session } = useServices();
  const { leave: leaveDesk, announce } = useDesk();
  const keepHistory = usePreferences((now) => now.keepHistory);
  const connection = useConnection();
  const dialog = useRef<HTMLDialogElement>(null);
  const [unsent, setUnsent] = useState(0);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);

  const leave = async () => {
    dialog.current?.close();
    setBusy(true);
    setFailure(null);
    const wipe = !keepHistory;
    try {
      leaveDesk({ wipe });
      const provider = await session.signOut({ wipe });
      if (provider !== null) location.assign(provider);
    } catch (error) {
      const sentence = text.account.signOutFailed(text.said(error));
      setFailure(sentence);
      announce(sentence);
      setBusy(false);
    }
  };

  const ask = () => {
    const waiting = connection?.outbox.get().filter((row) => row.state !== 'delivered') ?? [];
    if (waiting.length === 0) {
      void leave();
      return;
    }
    setUnsent(waiting.reduce((sum, row) => sum + row.events.length, 0));
    dialog.current?.showModal();
  };

  return (
    <>
      <button type="button" className="button" disabled={busy} onClick={ask}>
        {busy ? text.account.signingOut : text.account.signOut}
      </button>
      {failure !== null && <p className="toast toast-danger">{failure}</p>}
      <dialog ref={dialog} className="dialog" aria-labelledby="sign-out-title">
        <h2 id="sign-out-title">{text.signOutDialog.title}</h2>
        <p>{text.signOutDialog.body(unsent)}</p>
        {keepHistory && <p>{text.signOutDialog.kept}</p>}
        <div className="dialog-actions">
          <button type="button" className="button" onClick={() => dialog.current?.close()}>
            {text.signOutDialog.stay}
          </button>
          <button type="button" className="button button-danger" onClick={() => void leave()}>
            {text.signOutDialog.confirm}
          </button>
        </div>
      </dialog>
    </>
  );
}

/** Keeps a channel and its filter under a name. */
import { type FormEvent, useRef, useState } from 'react';
import { useAction } from '../actions/use-action.ts';
import { useDesk } from '../desk/desk-context.ts';
import type { FilterInput } from '../desk/filter-input.ts';
import { withView } from '../desk/preferences.ts';
import { useText } from '../text/use-text.ts';

/** Longer ones would only be cut off in the list. UTF-16 units. */
const MAX_NAME_CHARS = 60;

export function SaveView({ channel, filter }: { channel: string; filter: FilterInput }) {
  const text = useText();
  const { preferences, announce } = useDesk();
  const dialog = useRef<HTMLDialogElement>(null);
  const [name, setName] = useState('');
  const [empty, setEmpty] = useState(false);
  const ask = () => {
    setName('');
    setEmpty(false);
    dialog.current?.showModal();
  };
  useAction('saveView', ask);

  const save = (event: FormEvent) => {
    event.preventDefault();
    const given = name.trim();
    if (given === '') {
      setEmpty(true);
      return;
    }
    preferences.update((now) => withView(now, { id: crypto.randomUUID(), name: given, channel, filter }));
    announce(text.filter.saved(given));
    dialog.current?.close();
  };

  return (
    <>
      <button type="button" className="button button-small" onClick={ask}>
        {text.filter.save}
      </button>
      <dialog ref={dialog} className="dialog" aria-labelledby="save-view-title">
        <form onSubmit={save} noValidate>
          <h2 id="save-view-title">{text.filter.saveTitle}</h2>
          <label className="field">
            <span>{text.filter.saveName}</span>
            <input
              className="input"
              type="text"
              value={name}
              maxLength={MAX_NAME_CHARS}
              autoComplete="off"
              aria-invalid={empty}
              aria-describedby={empty ? 'save-view-error' : undefined}
              onChange={(change) => {
                setName(change.currentTarget.value);
                setEmpty(false);
              }}
            />
          </label>
          {empty && (
            <p className="field-error" id="save-view-error" role="alert">
              {text.filter.saveEmpty}
            </p>
          )}
          <div className="dialog-actions">
            <button type="button" className="button" onClick={() => dialog.current?.close()}>
              {text.filter.cancel}
            </button>
            <button type="submit" className="button button-primary">
              {text.filter.saveGo}
            </button>
          </div>
        </form>
      </dialog>
    </>
  );
}

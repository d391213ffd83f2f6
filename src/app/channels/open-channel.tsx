/** The field that opens a channel, with the rule that was broken beside it. */
import { type FormEvent, useRef, useState } from 'react';
import { parseChannel } from '../../shared/channel.ts';
import { useAction } from '../actions/use-action.ts';
import { useDesk } from '../desk/desk-context.ts';
import { useText } from '../text/use-text.ts';

export function OpenChannel() {
  const text = useText();
  const { route, actions } = useDesk();
  const [name, setName] = useState('');
  const [error, setError] = useState<string | null>(null);
  const field = useRef<HTMLInputElement>(null);

  // In narrow windows the list is not on the screen while a channel is: the palette opens channels as well.
  useAction('openChannel', () => {
    if (field.current?.checkVisibility()) field.current.focus();
    else actions.run('palette');
  });

  const open = (event: FormEvent) => {
    event.preventDefault();
    try {
      route.go(parseChannel(name, 'subscribe'));
      setName('');
      setError(null);
    } catch (problem) {
      setError(text.said(problem));
      field.current?.focus();
    }
  };

  return (
    <form className="open-channel" onSubmit={open} noValidate>
      <div className="field-row">
        <input
          ref={field}
          className="input"
          type="text"
          aria-label={text.channels.openLabel}
          placeholder={text.channels.openPlaceholder}
          value={name}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          aria-invalid={error !== null}
          aria-describedby={error === null ? undefined : 'open-channel-error'}
          onChange={(event) => {
            setName(event.currentTarget.value);
            setError(null);
          }}
        />
        <button type="submit" className="button">
          {text.channels.open}
        </button>
      </div>
      {error !== null && (
        <p className="field-error" id="open-channel-error" role="alert">
          {error}
        </p>
      )}
    </form>
  );
}

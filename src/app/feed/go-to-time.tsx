/** Jumps to a time in the log. */
import { type FormEvent, useId, useRef, useState } from 'react';
import { useAction } from '../actions/use-action.ts';
import { ClockIcon } from '../design/icons.tsx';
import { useText } from '../text/use-text.ts';
import type { Reader } from './reader.ts';

interface GoToTimeProps {
  reader: Reader | null;
  /** The key of the row where that time begins. */
  onFound(key: string): void;
  onProblem(sentence: string | null): void;
}

export function GoToTime({ reader, onFound, onProblem }: GoToTimeProps) {
  const text = useText();
  const menu = useRef<HTMLElement>(null);
  const field = useRef<HTMLInputElement>(null);
  const [value, setValue] = useState('');
  const [said, setSaid] = useState<string | null>(null);
  const id = useId();
  useAction('goToTime', reader === null ? null : () => menu.current?.showPopover());

  const go = async (event: FormEvent) => {
    event.preventDefault();
    // As `datetime-local` writes it: the device's own zone.
    const at = new Date(value).getTime();
    if (Number.isNaN(at)) {
      setSaid(text.feed.goToBad);
      return;
    }
    try {
      const key = (await reader?.goTo(at)) ?? null;
      if (key === null) setSaid(text.feed.goToNone);
      else {
        menu.current?.hidePopover();
        onFound(key);
      }
    } catch (error) {
      onProblem(text.feed.readFailed(text.said(error)));
    }
  };

  return (
    <>
      <button
        type="button"
        className="icon-button"
        popoverTarget={id}
        aria-label={text.feed.goTo}
        title={text.feed.goTo}
      >
        <ClockIcon />
      </button>
      <section
        id={id}
        ref={menu}
        popover="auto"
        className="menu"
        aria-label={text.feed.goTo}
        onToggle={(event) => {
          if (event.newState !== 'open') return;
          setSaid(null);
          field.current?.focus();
        }}
      >
        <form className="go-to" onSubmit={(event) => void go(event)} noValidate>
          <label className="field">
            <span>{text.feed.goToLabel}</span>
            <input
              ref={field}
              className="input"
              type="datetime-local"
              step={1}
              value={value}
              aria-describedby={said === null ? undefined : `${id}-said`}
              onChange={(event) => {
                setValue(event.currentTarget.value);
                setSaid(null);
              }}
            />
          </label>
          <button type="submit" className="button button-primary">
            {text.feed.goToGo}
          </button>
        </form>
        {said !== null && (
          <p className="field-error" id={`${id}-said`} role="alert">
            {said}
          </p>
        )}
      </section>
    </>
  );
}

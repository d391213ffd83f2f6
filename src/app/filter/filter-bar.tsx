/** Where a filter is typed. What it means, and how the search goes, is loaded with the first one. */
import { useEffect, useId, useRef, useState } from 'react';
import { useAction } from '../actions/use-action.ts';
import { CloseIcon } from '../design/icons.tsx';
import { useDesk } from '../desk/desk-context.ts';
import { FILTER_KINDS, type FilterInput, type FilterKind } from '../desk/filter-input.ts';
import { withView } from '../desk/window-state.ts';
import type { Reader } from '../feed/reader.ts';
import { useText } from '../text/use-text.ts';
import { useLoaded } from '../use-loaded.ts';

const loadNote = () => import('./filter-note.tsx');

export interface FilterBarProps {
  channel: string;
  filter: FilterInput | null;
  reader: Reader | null;
  /** Whether the filter can be kept as a view; default yes. */
  saveable?: boolean;
  /**
   * The filter that holds: what was typed, once the typing rests and it means something; `keep`: the one before.
   */
  onApply(filter: FilterInput | null | 'keep'): void;
}

export function FilterBar({ channel, filter, reader, saveable = true, onApply }: FilterBarProps) {
  const text = useText();
  const { window: desk } = useDesk();
  const field = useRef<HTMLInputElement>(null);
  const lastKind = useRef<FilterKind>('text');
  const [wrong, setWrong] = useState(false);
  const id = useId();
  const kind = filter?.kind ?? lastKind.current;

  const set = (next: FilterInput) => {
    lastKind.current = next.kind;
    desk.update((state) => withView(state, channel, { filter: next.text === '' ? null : next, place: null }));
  };
  const clear = () => {
    set({ kind, text: '' });
    field.current?.focus();
  };
  useAction('filter', () => field.current?.select());
  useAction('clearFilter', filter === null ? null : clear);

  const none = filter === null;
  useEffect(() => {
    if (none) onApply(null);
  }, [none, onApply]);
  const invalid = wrong && !none;

  return (
    <search className="filter-bar" aria-label={text.filter.title}>
      <select
        className="input filter-kind"
        aria-label={text.filter.kind}
        value={kind}
        onChange={(event) => {
          const chosen = FILTER_KINDS.find((one) => one === event.currentTarget.value) ?? 'text';
          set({ kind: chosen, text: filter?.text ?? '' });
          field.current?.focus();
        }}
      >
        {FILTER_KINDS.map((one) => (
          <option key={one} value={one}>
            {text.filter.kinds[one]}
          </option>
        ))}
      </select>
      <span className="filter-field">
        <input
          ref={field}
          className="input"
          type="search"
          aria-label={text.filter.label}
          placeholder={text.filter.placeholders[kind]}
          value={filter?.text ?? ''}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          aria-invalid={invalid}
          aria-describedby={invalid ? id : undefined}
          onChange={(event) => set({ kind, text: event.currentTarget.value })}
          onKeyDown={(event) => {
            if (event.key !== 'Escape' || filter === null) return;
            event.preventDefault();
            clear();
          }}
        />
        {filter !== null && (
          <button type="button" className="icon-button" aria-label={text.filter.clear} onClick={clear}>
            <CloseIcon />
          </button>
        )}
      </span>
      {filter !== null && (
        <Note
          id={id}
          channel={channel}
          filter={filter}
          reader={reader}
          saveable={saveable}
          onApply={onApply}
          onWrong={setWrong}
        />
      )}
    </search>
  );
}

export interface FilterNoteProps extends FilterBarProps {
  /** Of the sentence that says what is wrong. */
  id: string;
  filter: FilterInput;
  onWrong(wrong: boolean): void;
}

function Note(props: FilterNoteProps) {
  const text = useText();
  const { announce } = useDesk();
  const note = useLoaded(loadNote, () => {
    announce(text.detail.loadFailed);
    props.onApply('keep');
  });
  return note === null ? null : <note.FilterNote {...props} />;
}

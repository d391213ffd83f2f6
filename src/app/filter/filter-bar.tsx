/** Where a filter is typed, what is wrong with it, how far the search has come, and a way to keep it. */
import { useId, useRef } from 'react';
import { useAction } from '../actions/use-action.ts';
import { CloseIcon } from '../design/icons.tsx';
import { useDesk } from '../desk/desk-context.ts';
import { FILTER_KINDS, type FilterInput, type FilterKind } from '../desk/filter-input.ts';
import { withView } from '../desk/window-state.ts';
import type { Reader, Scan } from '../feed/reader.ts';
import { useText } from '../text/use-text.ts';
import { compileFilter } from './compile-filter.ts';
import { SaveView } from './save-view.tsx';
import { ScanState } from './scan-state.tsx';

interface FilterBarProps {
  channel: string;
  filter: FilterInput | null;
  reader: Reader | null;
  scan: Scan | null;
}

export function FilterBar({ channel, filter, reader, scan }: FilterBarProps) {
  const text = useText();
  const { window: desk } = useDesk();
  const field = useRef<HTMLInputElement>(null);
  const lastKind = useRef<FilterKind>('text');
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

  const compiled = filter === null ? null : compileFilter(filter);
  const mistake =
    compiled === null || compiled.ok
      ? null
      : text.filter.bad(compiled.column, text.filter.problems[compiled.problem]);

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
          aria-invalid={mistake !== null}
          aria-describedby={mistake === null ? undefined : id}
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
      {filter !== null && mistake === null && <SaveView channel={channel} filter={filter} />}
      {mistake !== null ? (
        <p className="field-error filter-note" id={id}>
          {mistake}
        </p>
      ) : (
        scan !== null && <ScanState scan={scan} reader={reader} />
      )}
    </search>
  );
}

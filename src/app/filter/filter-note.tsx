/** What is wrong with a filter, or how far its search has come and a way to keep it; applies it when it is right. */
import { useEffect, useMemo, useRef } from 'react';
import { useScan } from '../feed/use-reader.ts';
import { useText } from '../text/use-text.ts';
import { compileFilter } from './compile-filter.ts';
import type { FilterNoteProps } from './filter-bar.tsx';
import { SaveView } from './save-view.tsx';
import { ScanState } from './scan-state.tsx';

/** A search through the whole log should not begin with every letter, milliseconds. */
const REST_MS = 250;

export function FilterNote({ id, channel, filter, reader, saveable, onApply, onWrong }: FilterNoteProps) {
  const text = useText();
  const scan = useScan(reader);
  const first = useRef(true);
  const compiled = useMemo(() => compileFilter(filter), [filter]);

  useEffect(() => {
    onWrong(!compiled.ok);
    // The one that was there from the start, as after a reload, was not just typed.
    const rest = first.current ? 0 : REST_MS;
    first.current = false;
    const timer = setTimeout(() => onApply(compiled.ok ? filter : 'keep'), rest);
    return () => clearTimeout(timer);
  }, [compiled, filter, onApply, onWrong]);

  if (!compiled.ok) {
    return (
      <p className="field-error filter-note" id={id}>
        {text.filter.bad(compiled.column, text.filter.problems[compiled.problem])}
      </p>
    );
  }
  return (
    <>
      {saveable && <SaveView channel={channel} filter={filter} />}
      {scan !== null && <ScanState scan={scan} reader={reader} />}
    </>
  );
}

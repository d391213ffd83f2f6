/** The filter that holds: what was typed, once the typing rests and it means something. */
import { useEffect, useState } from 'react';
import type { FilterInput } from '../desk/filter-input.ts';
import { compileFilter } from './compile-filter.ts';

/** A search through the whole log should not begin with every letter, milliseconds. */
const REST_MS = 250;

export function useAppliedFilter(typed: FilterInput | null): FilterInput | null {
  const [applied, setApplied] = useState<FilterInput | null>(null);
  useEffect(() => {
    if (typed === null) {
      setApplied(null);
      return;
    }
    // A mistake changes nothing: what was shown stays.
    if (!compileFilter(typed).ok) return;
    const timer = setTimeout(() => setApplied(typed), REST_MS);
    return () => clearTimeout(timer);
  }, [typed]);
  return applied;
}

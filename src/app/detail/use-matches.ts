/**
 * Marks where a text occurs in an element, with the CSS Custom Highlight API: the element's nodes stay as they are.
 * https://drafts.csswg.org/css-highlight-api-1/
 */
import { type RefObject, useEffect, useState } from 'react';
import { findAll, rangesOf } from './find-all.ts';

/** Names of the highlights, as in `detail.css`. */
const ALL = 'find';
const CURRENT = 'find-current';

export interface Matches {
  /** From 0. */
  at: number;
  count: number;
  /** To the next match, or the one before (-1); round the ends. */
  go(by: 1 | -1): void;
}

export function useMatches(element: RefObject<HTMLElement | null>, shown: string, query: string): Matches {
  const [at, setAt] = useState(0);
  const [ranges, setRanges] = useState<readonly Range[]>([]);

  useEffect(() => {
    const node = element.current;
    setAt(0);
    setRanges(node === null || query === '' ? [] : rangesOf(node, findAll(shown, query), query.length));
  }, [element, shown, query]);

  useEffect(() => {
    // Where the browser lacks it, matches are counted and scrolled to, not painted.
    if (!('highlights' in CSS)) return;
    const current = ranges[at];
    CSS.highlights.set(ALL, new Highlight(...ranges));
    if (current !== undefined) CSS.highlights.set(CURRENT, new Highlight(current));
    return () => {
      CSS.highlights.delete(ALL);
      CSS.highlights.delete(CURRENT);
    };
  }, [ranges, at]);

  useEffect(() => {
    const parent = ranges[at]?.startContainer.parentElement;
    parent?.scrollIntoView({ block: 'nearest' });
  }, [ranges, at]);

  const count = ranges.length;
  return { at, count, go: (by) => count > 0 && setAt((at + by + count) % count) };
}

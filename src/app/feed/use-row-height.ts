/**
 * Lays a list out anew when the height of its event rows changes: what was measured is measured again, and the row at
 * the upper edge stays there. Who follows the end is taken along by `useStick`.
 */
import type { Virtualizer } from '@tanstack/react-virtual';
import { type RefObject, useEffect, useRef } from 'react';

export interface RowHeightDeps {
  /** Pixels. */
  height: number;
  virtualizer: Virtualizer<HTMLDivElement, Element>;
  scroller: RefObject<HTMLElement | null>;
  following: boolean;
  /** Brings a row to the upper edge, with so many pixels of it above. */
  show(index: number, offset: number): void;
}

export function useRowHeight(deps: RowHeightDeps): void {
  const latest = useRef(deps);
  latest.current = deps;
  const { height } = deps;
  const before = useRef(height);

  useEffect(() => {
    if (before.current === height) return;
    before.current = height;
    const { virtualizer, scroller, following, show } = latest.current;
    const list = scroller.current;
    if (list === null) return;
    // Asked before the old heights are forgotten.
    const first = virtualizer.getVirtualItemForOffset(list.scrollTop);
    const above = list.scrollTop - (first?.start ?? 0);
    virtualizer.measure();
    virtualizer.getTotalSize();
    // Rows whose height does not change with the density tell nobody by themselves that it is to be asked for again, and
    // `measureElement` asks for nothing while the list scrolls, as it does for who follows the end.
    for (const row of list.querySelectorAll<HTMLElement>('[data-measured]')) {
      virtualizer.resizeItem(virtualizer.indexFromElement(row), row.offsetHeight);
    }
    if (!following && first !== undefined) show(first.index, Math.min(above, height - 1));
  }, [height]);
}

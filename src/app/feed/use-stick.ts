/**
 * Keeps a list at its end while what is in it, or the room for it, changes its size. That is heard after a frame was
 * laid out and before it is drawn: nothing is laid out twice, and a page that draws nothing does nothing.
 */
import { type RefObject, useEffect } from 'react';

/**
 * @param sheet all of the list, inside `scroller`.
 * @param toEnd scrolls there; the same function with every render.
 */
export function useStick(
  on: boolean,
  scroller: RefObject<HTMLElement | null>,
  sheet: RefObject<HTMLElement | null>,
  toEnd: () => void,
): void {
  useEffect(() => {
    if (!on) return;
    const observer = new ResizeObserver(toEnd);
    for (const { current } of [scroller, sheet]) if (current !== null) observer.observe(current);
    return () => observer.disconnect();
  }, [on, scroller, sheet, toEnd]);
}

/** Whether an element is too narrow for two panes side by side. */
import { type RefObject, useEffect, useState } from 'react';

/** Below this width the panes stand one above the other, pixels. */
const SIDE_BY_SIDE_PX = 720;

export function useStacked(element: RefObject<HTMLElement | null>): boolean {
  const [stacked, setStacked] = useState(false);
  useEffect(() => {
    const node = element.current;
    if (node === null) return;
    const observer = new ResizeObserver(([entry]) => {
      if (entry !== undefined) setStacked(entry.contentRect.width < SIDE_BY_SIDE_PX);
    });
    observer.observe(node);
    return () => observer.disconnect();
  }, [element]);
  return stacked;
}

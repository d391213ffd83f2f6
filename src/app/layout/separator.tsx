/**
 * The line between two panes: dragged by pointer, moved by arrow keys (Shift: further; Home, End: to the bounds),
 * put back by a double click or Enter. https://www.w3.org/WAI/ARIA/apg/patterns/windowsplitter/
 */
import { type KeyboardEvent, type PointerEvent, useRef } from 'react';
import { useDesk, useWindow } from '../desk/desk-context.ts';
import { type Layout, PANES, withSize } from '../desk/window-state.ts';
import { useText } from '../text/use-text.ts';

const STEP_PX = 16;
const FAR_STEP_PX = 64;

interface SeparatorProps {
  className?: string;
  pane: keyof Layout;
  /** Id of the pane whose size it sets. */
  controls: string;
  /** `vertical`: panes side by side; it moves left and right. */
  orientation: 'vertical' | 'horizontal';
  /** 1: the pane grows with the pointer's coordinate (it is before the line); -1: it shrinks. */
  direction: 1 | -1;
}

export function Separator({ className = '', pane, controls, orientation, direction }: SeparatorProps) {
  const text = useText();
  const { window: desk } = useDesk();
  const size = useWindow((state) => state.layout[pane]);
  const drag = useRef<{ at: number; size: number } | null>(null);
  const { min, max } = PANES[pane];
  const vertical = orientation === 'vertical';
  const along = (event: PointerEvent) => (vertical ? event.clientX : event.clientY);
  const set = (next: number | null) => desk.update((state) => withSize(state, pane, next));

  /** As it is on the screen: that can be less than what was asked for. */
  const measured = (): number => {
    const rect = document.getElementById(controls)?.getBoundingClientRect();
    return (vertical ? rect?.width : rect?.height) ?? size ?? min;
  };

  const onPointerDown = (event: PointerEvent<HTMLElement>) => {
    if (event.button !== 0) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    drag.current = { at: along(event), size: measured() };
  };

  const onPointerMove = (event: PointerEvent) => {
    if (drag.current === null) return;
    set(drag.current.size + direction * (along(event) - drag.current.at));
  };

  const onKeyDown = (event: KeyboardEvent) => {
    const step = event.shiftKey ? FAR_STEP_PX : STEP_PX;
    const [less, more] = vertical ? ['ArrowLeft', 'ArrowRight'] : ['ArrowUp', 'ArrowDown'];
    if (event.key === less) set(measured() - direction * step);
    else if (event.key === more) set(measured() + direction * step);
    else if (event.key === 'Home') set(min);
    else if (event.key === 'End') set(max);
    else if (event.key === 'Enter') set(null);
    else return;
    event.preventDefault();
  };

  return (
    // biome-ignore lint/a11y/useSemanticElements: an <hr> cannot be moved; this is the window splitter of the ARIA patterns.
    <div
      className={`separator ${className}`}
      role="separator"
      tabIndex={0}
      aria-label={text.layout[pane]}
      aria-orientation={orientation}
      aria-controls={controls}
      aria-valuemin={min}
      aria-valuemax={max}
      aria-valuenow={size ?? min}
      onPointerDown={onPointerDown}
      onPointerMove={onPointerMove}
      onPointerUp={() => {
        drag.current = null;
      }}
      onPointerCancel={() => {
        drag.current = null;
      }}
      onDoubleClick={() => set(null)}
      onKeyDown={onKeyDown}
    />
  );
}

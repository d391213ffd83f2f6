/** The slots of the rows that are drawn, from one drawing to the next. */
import { useLayoutEffect, useRef } from 'react';
import { assignSlots, NO_SLOTS, type Slots } from './slots.ts';

/** @param keys top to bottom. */
export function useSlots(keys: readonly string[]): Slots {
  const drawn = useRef(NO_SLOTS);
  const slots = assignSlots(drawn.current, keys);
  useLayoutEffect(() => {
    drawn.current = slots;
  });
  return slots;
}

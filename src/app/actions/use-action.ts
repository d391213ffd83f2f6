/** Offers an action of the desk for as long as a component is there. */
import { useEffect, useRef } from 'react';
import { useDesk } from '../desk/desk-context.ts';
import type { ActionId } from './definitions.ts';
import type { Run } from './registry.ts';

/** @param run null: not available now. May be a new function with every render. */
export function useAction(id: ActionId, run: Run | null): void {
  const { actions } = useDesk();
  const latest = useRef(run);
  useEffect(() => {
    latest.current = run;
  });
  const available = run !== null;
  useEffect(
    () => (available ? actions.offer(id, () => latest.current?.()) : undefined),
    [actions, id, available],
  );
}

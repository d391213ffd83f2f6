/** Who does what now: parts of the desk offer actions while they are on the screen. */
import { createStore, type Store } from '../../shared/store.ts';
import type { ActionId } from './definitions.ts';

export type Run = () => void;

export interface ActionRegistry {
  /** What can be done now. */
  readonly offered: Store<ReadonlyMap<ActionId, Run>>;
  /** Offers an action until the returned function is called. The one who offered last does it. */
  offer(id: ActionId, run: Run): () => void;
  /** Whether somebody did it. */
  run(id: ActionId): boolean;
}

export function createActionRegistry(): ActionRegistry {
  const all: { id: ActionId; run: Run }[] = [];
  const offered = createStore<ReadonlyMap<ActionId, Run>>(new Map());
  const publish = () => offered.set(new Map(all.map(({ id, run }) => [id, run])));
  return {
    offered,
    offer(id, run) {
      const entry = { id, run };
      all.push(entry);
      publish();
      return () => {
        const at = all.indexOf(entry);
        if (at < 0) return;
        all.splice(at, 1);
        publish();
      };
    },
    run(id) {
      const run = offered.get().get(id);
      run?.();
      return run !== undefined;
    },
  };
}

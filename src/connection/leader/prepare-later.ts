/** A successor whose code is loaded when there is something to succeed: most leaders never do. */
import type { Estate, LeaderDeps, Successor } from './api.ts';

export function prepareLater(deps: LeaderDeps, estate: Estate): Successor {
  const made = import('./successor.ts').then(({ prepareLeader }) => prepareLeader(deps, estate));
  const ready = made.then((successor) => successor.ready);
  // Whoever only closes it need not listen.
  ready.catch(() => {});
  return {
    ready,
    lead: async () => (await made).lead(),
    close: () => void made.then((successor) => successor.close()).catch(() => {}),
  };
}

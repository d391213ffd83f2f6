/** The gaps in a channel's coverage, as a store of their own: it changes when they do, not while an interval grows. */
import type { Connection, Gap } from '../../connection/api.ts';
import type { Store } from '../../shared/store.ts';

export function gapsOf(connection: Pick<Connection, 'coverage'>, channel: string): Store<readonly Gap[]> {
  const coverage = connection.coverage(channel);
  const get = () => coverage.get().gaps;
  return {
    get,
    subscribe(listener) {
      let seen = get();
      return coverage.subscribe(() => {
        if (get() === seen) return;
        seen = get();
        listener();
      });
    },
  };
}

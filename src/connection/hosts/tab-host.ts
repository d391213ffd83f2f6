/**
 * The leader in a tab: in the one that holds the leader lock, or, in a browser without any way to share, in every
 * tab for itself. A page that is left or frozen may keep its lock for ever, so it lets go at once by itself.
 */
import type { Contender } from '../leader/contend.ts';
import type { Host } from './host.ts';

export interface TabHostDeps {
  kind: 'elected-tab' | 'own-tab';
  contender: Contender;
  locks: LockManager | null;
}

export function createTabHost({ kind, contender, locks }: TabHostDeps): Host {
  contender.again();
  return {
    kind,
    leading: () => contender.leading(),
    heard() {},
    silent() {
      contender.again();
      // Asking for the state of the locks makes the browser evict a page that holds one in its back/forward cache.
      void locks?.query();
    },
    stepAside() {
      void contender.release();
      contender.again();
    },
    suspend: () => void contender.release(),
    resume: () => contender.again(),
    close: () => void contender.release(),
  };
}

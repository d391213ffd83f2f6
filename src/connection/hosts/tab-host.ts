/**
 * The leader in a tab: in the one that holds the leader lock, or, in a browser without any way to share, in every
 * tab for itself. A page that is left or frozen may keep its lock for ever, so it lets go at once by itself; one
 * that is hidden is slowed down by the browser, so it offers the lead to a visible tab.
 */
import type { Clock } from '../../shared/clock.ts';
import type { LeaderTokens } from '../leader/api.ts';
import type { Contender } from '../leader/contend.ts';
import { READY_MS } from '../leader/succeed.ts';
import type { Host } from './host.ts';

export interface TabHostDeps {
  kind: 'elected-tab' | 'own-tab';
  contender: Contender;
  locks: LockManager | null;
  clock: Clock;
  /** Whether the page is visible now. */
  visible: boolean;
  tokens: LeaderTokens;
}

/** Somebody who looks at another window for a moment is no reason to move. Milliseconds. */
const HIDDEN_MS = 10_000;

export function createTabHost({ kind, contender, locks, clock, tokens, ...deps }: TabHostDeps): Host {
  let visible = deps.visible;
  let suspended = false;
  let cancelOffer = (): void => {};
  /** Tabs that were offered the lead and did not take it. */
  const asked = new Set<string>();

  function watchHidden(afterMs: number): void {
    cancelOffer();
    if (visible || kind === 'own-tab') return;
    cancelOffer = clock.after(afterMs, () => {
      const tab = contender.offer((name, about) => about.visible && !asked.has(name));
      if (tab === null) asked.clear();
      else asked.add(tab);
      // The next one, when this one did not get ready.
      watchHidden(tab === null ? HIDDEN_MS : READY_MS + 1_000);
    });
  }

  contender.again();
  watchHidden(HIDDEN_MS);
  return {
    kind,
    leading: () => contender.leading(),
    heard() {
      // Whoever handed over or was stolen from takes its place in the queue again. Without locks there is none: who
      // heard a newer leader and began anew all the same would only drive that one out, and be driven out by it.
      if (!suspended && locks !== null) contender.again();
    },
    silent() {
      contender.again();
      // Asking for the state of the locks makes the browser evict a page that holds one in its back/forward cache.
      void locks?.query();
    },
    lead(how) {
      if (how === 'by-force') contender.steal();
      else contender.succeed();
      return true;
    },
    offered(offer) {
      if (visible && !suspended) contender.succeed(offer);
    },
    visibility(now) {
      if (now === visible) return;
      visible = now;
      asked.clear();
      watchHidden(HIDDEN_MS);
    },
    renew: () => contender.renew(tokens),
    suspend() {
      suspended = true;
      void contender.release();
    },
    resume() {
      suspended = false;
      contender.again();
    },
    close() {
      suspended = true;
      cancelOffer();
      void contender.release();
    },
  };
}

/**
 * Knows when a tab is gone. A tab that can, holds a Web Lock for as long as it lives: the leader queues on it and
 * is granted it the moment the tab ends, crashed ones included. A tab without Web Locks repeats itself instead,
 * and counts as gone after a long silence.
 */
import type { Clock } from '../../shared/clock.ts';
import { tabLockName } from '../../shared/line-messages.ts';

/** Hidden pages may be held to one timer a minute, so a tab that is merely slow must not be dropped. */
const SILENT_TAB_MS = 130_000;

export interface TabPresence {
  /** A tab said that it is there. */
  seen(tab: string, locked: boolean): void;
  /** A tab said good-bye. */
  left(tab: string): void;
  close(): void;
}

export interface TabPresenceDeps {
  locks: LockManager | null;
  clock: Clock;
  onGone(tab: string): void;
}

export function createTabPresence({ locks, clock, onGone }: TabPresenceDeps): TabPresence {
  const watched = new Map<string, { locked: boolean; stop(): void }>();

  function gone(tab: string): void {
    watched.get(tab)?.stop();
    if (watched.delete(tab)) onGone(tab);
  }

  function watchLock(manager: LockManager, tab: string): () => void {
    const abort = new AbortController();
    manager
      .request(tabLockName(tab), { signal: abort.signal }, () => gone(tab))
      .catch(() => {
        // Aborted: the tab left by itself, or this leader ended.
      });
    return () => abort.abort();
  }

  return {
    seen(tab, locked) {
      const manager = locked ? locks : null;
      const known = watched.get(tab);
      if (manager !== null && known?.locked) return;
      known?.stop();
      const stop = manager === null ? clock.after(SILENT_TAB_MS, () => gone(tab)) : watchLock(manager, tab);
      watched.set(tab, { locked: manager !== null, stop });
    },
    left: gone,
    close() {
      for (const { stop } of watched.values()) stop();
      watched.clear();
    },
  };
}

/**
 * Whose turn it is to send: the holder of a Web Lock. A holder that hangs (a frozen page, a stuck worker) keeps its
 * lock; when nothing was sent for a while, it is stolen. Without Web Locks it is everybody's turn, and the claims
 * alone keep two senders apart.
 */
import type { Clock } from '../shared/clock.ts';

export interface TurnDeps {
  locks: LockManager | null;
  lockName: string;
  clock: Clock;
  /** Whether somebody has claimed a row so lately that its answer may still come. */
  isSending(): Promise<boolean>;
}

export interface Turn {
  /** Does `work` as soon as it is our turn. `mine` says whether it still is. */
  take(work: (mine: () => boolean) => Promise<void>): Promise<void>;
  close(): void;
}

/** How long a holder may send nothing before it counts as hanging. Milliseconds. */
const STUCK_MS = 20_000;

export function createTurn({ locks, lockName, clock, isSending }: TurnDeps): Turn {
  let giveUp = (): void => {};
  let closed = false;

  async function hold(
    manager: LockManager,
    options: LockOptions,
    work: (mine: () => boolean) => Promise<void>,
    onGranted: () => void,
  ): Promise<void> {
    let mine = true;
    try {
      await manager.request(lockName, options, () => {
        onGranted();
        return work(() => mine);
      });
    } finally {
      // The request ends before the work does when the lock was stolen.
      mine = false;
    }
  }

  /** Waits in the queue. @returns false when the holder hangs and the wait was given up. */
  async function queue(manager: LockManager, work: (mine: () => boolean) => Promise<void>): Promise<boolean> {
    const wait = new AbortController();
    let waiting = true;
    let cancel = (): void => {};
    const check = async (): Promise<void> => {
      // Storage that cannot be read tells nothing of the holder.
      const alive = await isSending().catch(() => true);
      if (!waiting) return;
      if (alive) watch();
      else wait.abort();
    };
    function watch(): void {
      cancel = clock.after(STUCK_MS, () => void check());
    }
    const settled = (): void => {
      waiting = false;
      cancel();
    };
    giveUp = () => {
      settled();
      wait.abort();
    };
    watch();
    try {
      await hold(manager, { signal: wait.signal }, work, settled);
      return true;
    } catch (error) {
      if (wait.signal.aborted) return false;
      throw error;
    } finally {
      settled();
    }
  }

  return {
    async take(work) {
      if (locks === null) return work(() => !closed);
      if ((await queue(locks, work)) || closed) return;
      await hold(locks, { steal: true }, work, () => {});
    },
    close() {
      closed = true;
      giveUp();
    },
  };
}

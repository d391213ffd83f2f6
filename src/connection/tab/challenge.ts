/**
 * Judges a leader that is not heard (docs/connection.md, "A leader that hangs"). It tells a leader that hangs from
 * one that is slow, one that is gone, and a tab that does not hear; what follows from that is the caller's business.
 */
import type { Clock } from '../../shared/clock.ts';
import { sayOnce } from '../leader/line-ear.ts';

export type Verdict =
  /** A leader spoke. */
  | 'heard'
  /** This tab does not hear its own voice: it knows nothing. */
  | 'deaf'
  /** Nobody holds the leader lock: the queue settles it. */
  | 'gone'
  /** The lock is held, and its holder does not answer. */
  | 'hangs';

export interface ChallengeDeps {
  tab: string;
  /** Name of the BroadcastChannel between leader and tabs. */
  line: string;
  BroadcastChannel: typeof BroadcastChannel;
  locks: LockManager;
  lockName: string;
  clock: Clock;
  /** When a leader was heard last. Monotonic milliseconds. */
  heardAt(): number;
}

export interface Challenge {
  /** Takes half a second. */
  judge(): Promise<Verdict>;
  /** This tab heard a challenge on its own line. */
  echo(tab: string): void;
}

/** A leader answers in a few milliseconds; one on a busy machine in some more. Milliseconds. */
const ANSWER_MS = 500;

export function createChallenge(deps: ChallengeDeps): Challenge {
  const { tab, locks, clock } = deps;
  let echoed = false;

  return {
    async judge() {
      const since = clock.monotonic();
      echoed = false;
      // From a channel object of its own: the tab's own one does not hear what it says itself.
      sayOnce(deps, { v: 1, t: 'challenge', tab });
      // Asking makes the browser evict a holder in its back/forward cache; then the lock goes to the queue.
      await locks.query();
      await new Promise<void>((resolve) => clock.after(ANSWER_MS, resolve));
      const { held = [] } = await locks.query();
      if (deps.heardAt() >= since) return 'heard';
      if (!echoed) return 'deaf';
      return held.some(({ name }) => name === deps.lockName) ? 'hangs' : 'gone';
    },
    echo(heard) {
      if (heard === tab) echoed = true;
    },
  };
}

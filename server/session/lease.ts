/** Holding a session's lease for as long as the work under it takes. */
import type { Clock } from '../../src/shared/clock.ts';
import type { SessionStore } from './store.ts';

export interface Lease {
  /** Stops prolonging and gives the lease back. Never rejects: an unreturned lease runs out by itself. */
  release(): Promise<void>;
}

export interface LeaseDeps {
  store: SessionStore;
  clock: Clock;
  /** Told when the store fails at prolonging or giving back. */
  onError(error: unknown): void;
}

/** How long a lease outlives a holder that died, milliseconds. Prolonged three times within it. */
const LEASE_MS = 5_000;

/** Takes the lease and prolongs it until released; null when somebody else holds it. */
export async function keepLease(
  { store, clock, onError }: LeaseDeps,
  idHash: string,
  holder: string,
): Promise<Lease | null> {
  const now = clock.wall();
  if (!(await store.acquireLease(idHash, holder, now, now + LEASE_MS))) return null;
  let held = true;
  let cancel = clock.after(LEASE_MS / 3, prolong);

  function prolong(): void {
    cancel = clock.after(LEASE_MS / 3, prolong);
    store.renewLease(idHash, holder, clock.wall() + LEASE_MS).then(
      (renewed) => {
        if (!renewed) stop();
      },
      // The next turn tries again, and the compare-and-set guards the write.
      onError,
    );
  }

  function stop(): void {
    held = false;
    cancel();
  }

  return {
    async release() {
      if (!held) return;
      stop();
      await store.releaseLease(idHash, holder).catch(onError);
    },
  };
}

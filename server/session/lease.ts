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
export const LEASE_MS = 5_000;
/**
 * How long the provider should go on taking a refresh token that it has replaced, milliseconds: what the README
 * recommends for rotation, and the most that Cognito offers (`RetryGracePeriodSeconds`, 0 to 60).
 */
export const RECOMMENDED_GRACE_MS = 60_000;

/**
 * Whether a server that dies in a renewal can cost a sign-in: the next one repeats the renewal with the replaced
 * token when the lease has run out, and the provider must still take that token then.
 * @returns a sentence for the operator, or null.
 */
export function leaseWarning(leaseMs = LEASE_MS, graceMs = RECOMMENDED_GRACE_MS): string | null {
  if (leaseMs < graceMs) return null;
  return (
    `A renewal's lease lasts ${leaseMs / 1_000} s, not less than the ${graceMs / 1_000} s for which the provider should take a ` +
    'replaced refresh token: a server that dies in a renewal would sign its user out. Shorten the lease (LEASE_MS).'
  );
}

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

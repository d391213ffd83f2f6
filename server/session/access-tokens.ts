/**
 * The access token of a session, for whoever may have it. Decides what is answered; how a renewal is done is
 * `renewal.ts`. All requests of a session in this process share one renewal.
 *
 * A token that still works is always answered, even while renewing fails. Only a definite end answers
 * `signed-out`; everything else without a usable token is `unavailable`.
 */
import type { Clock } from '../../src/shared/clock.ts';
import type { SessionRecord } from './record.ts';
import type { Opened, Sessions } from './sessions.ts';
import type { Ticket } from './ticket.ts';
import { isUsable, mayForce, wantsRenewal } from './token-life.ts';

type AccessAnswer =
  | { kind: 'token'; record: SessionRecord }
  /** `epoch`: that of the end, null when the server does not know the session at all. */
  | { kind: 'signed-out'; epoch: number | null }
  | { kind: 'unavailable'; retryAfterMs: number };

export interface AccessOptions {
  /** The service refused the held token: a newer one is wanted though it has life left. Rate-limited per session. */
  force?: boolean;
}

export interface AccessTokens {
  /** Rejects when the store is out. */
  get(ticket: Ticket, options?: AccessOptions): Promise<AccessAnswer>;
  /** Resolves when the renewals under way are done: stopping in one could lose a rotated refresh token. */
  drain(): Promise<void>;
}

export interface AccessTokensDeps {
  sessions: Sessions;
  /** Renews the session's tokens once and says how the session stands then. `refused`: renewed even with life left. */
  renew(ticket: Ticket, refused: string | null): Promise<Opened>;
  clock: Clock;
  onRenewalError(error: unknown): void;
  /** Told of every request that joined a renewal under way. */
  onShared(): void;
}

/** How long a request with a token that still works waits for a newer one. */
const EARLY_WAIT_MS = 2_000;
/** Said when nobody knows better. */
const RETRY_AFTER_MS = 1_000;

export function createAccessTokens({
  sessions,
  renew,
  clock,
  onRenewalError,
  onShared,
}: AccessTokensDeps): AccessTokens {
  const flights = new Map<string, Promise<Opened>>();

  function share(ticket: Ticket, refused: string | null): Promise<Opened> {
    const running = flights.get(ticket.idHash);
    if (running) {
      onShared();
      return running;
    }
    const flight = renew(ticket, refused).finally(() => flights.delete(ticket.idHash));
    flights.set(ticket.idHash, flight);
    return flight;
  }

  function answer(opened: Opened): AccessAnswer {
    if (opened.kind === 'unknown') return { kind: 'signed-out', epoch: null };
    if (opened.kind === 'ended') return { kind: 'signed-out', epoch: opened.epoch };
    const { record } = opened;
    const now = clock.wall();
    if (isUsable(record, now)) return { kind: 'token', record };
    return { kind: 'unavailable', retryAfterMs: Math.max(RETRY_AFTER_MS, record.retryAt - now) };
  }

  /** `flight`, or how the session stands when that takes longer than is worth waiting for: it may have ended. */
  function early(flight: Promise<Opened>, ticket: Ticket): Promise<Opened> {
    return new Promise((resolve, reject) => {
      const cancel = clock.after(EARLY_WAIT_MS, () => resolve(sessions.open(ticket)));
      flight.then(resolve, reject).finally(cancel);
    });
  }

  return {
    async get(ticket, { force = false } = {}) {
      const held = await sessions.open(ticket);
      if (held.kind !== 'live') return answer(held);
      const now = clock.wall();
      const { record } = held;
      const forced = force && mayForce(record, now);
      if (!(forced || wantsRenewal(record, now)) || now < record.retryAt) return answer(held);
      try {
        const flight = share(ticket, forced ? record.accessToken : null);
        return answer(await (isUsable(record, now) ? early(flight, ticket) : flight));
      } catch (error) {
        onRenewalError(error);
        // Time has passed: a sign-out meanwhile must not be answered with what was read before it.
        return answer(await sessions.open(ticket));
      }
    },

    async drain() {
      await Promise.allSettled(flights.values());
    },
  };
}

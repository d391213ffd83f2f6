/**
 * One renewal of one session's tokens, safe against other servers doing the same, against a sign-out meanwhile
 * and against a provider that fails.
 *
 * Lease (only its holder asks the provider; prolonged while the provider takes its time) → re-read (somebody may
 * have renewed while we waited) → provider → compare-and-set. Nobody gets the new tokens before they are stored.
 */
import { randomUUID } from 'node:crypto';
import { fullJitterMs } from '../../src/shared/backoff.ts';
import type { Clock } from '../../src/shared/clock.ts';
import { isProviderError, type Provider, type ProviderFailure, type TokenSet } from '../auth/provider.ts';
import { keepLease } from './lease.ts';
import type { SessionRecord } from './record.ts';
import type { Opened, OpenSession, Sessions } from './sessions.ts';
import type { SessionStore } from './store.ts';
import type { Ticket } from './ticket.ts';
import { isUsable, wantsRenewal } from './token-life.ts';

export interface RenewalDeps {
  sessions: Sessions;
  store: SessionStore;
  provider: Pick<Provider, 'refresh'>;
  clock: Clock;
  random(): number;
  /** Told of a refresh token that arrived for a session which had ended meanwhile. */
  onOrphan(refreshToken: string): void;
  /** Told of every failed attempt, at the provider or at the store. */
  onFailure(error: unknown): void;
  /** Told what came of asking the provider; nothing else counts as a renewal. */
  onOutcome(outcome: RenewalOutcome, session: OpenSession): void;
  /** Told once of every renewal that found the lease with somebody else. */
  onLeaseWait(): void;
}

/** `late`: the session had ended, or somebody else's tokens were stored first. */
export type RenewalOutcome = 'renewed' | 'late' | ProviderFailure;

/** A failed renewal is tried again after 1 to 60 s. */
const BACKOFF_FLOOR_MS = 1_000;
const BACKOFF = { baseMs: 1_000, capMs: 59_000 };
/** A provider that asks for a longer pause is not believed: its outage would become ours. */
const MAX_RETRY_AFTER_MS = 300_000;
/** How often a waiting server looks whether the holder of the lease has finished. */
const POLL_MS = 100;
/** A waiting server gives up after this; above the provider's timeout, so that it sees the holder's outcome. */
const WAIT_LIMIT_MS = 45_000;
/** Pauses between tries to store renewed tokens: giving up loses a rotated refresh token. */
const STORE_RETRY_MS = [50, 200, 500, 1_000];

/**
 * @returns renews the session of a ticket when its token is due, or when it still is the one that was `refused`.
 */
export function createRenewal(
  deps: RenewalDeps,
): (ticket: Ticket, refused?: string | null) => Promise<Opened> {
  const { sessions, store, provider, clock } = deps;
  const pause = (ms: number) => new Promise<void>((resolve) => void clock.after(ms, resolve));

  /** Whether there is nothing to ask the provider for (any more, or yet). */
  function isSettled(opened: Opened, refused: string | null): boolean {
    if (opened.kind !== 'live') return true;
    const now = clock.wall();
    const due = wantsRenewal(opened.record, now) || opened.record.accessToken === refused;
    return !due || now < opened.record.retryAt;
  }

  async function ask(session: OpenSession, refused: string | null): Promise<Opened> {
    const { refreshToken, sub } = session.record;
    if (refreshToken === null) {
      return isUsable(session.record, clock.wall()) ? session : sessions.endUnchanged(session);
    }
    let tokens: TokenSet;
    try {
      tokens = await provider.refresh(refreshToken, sub);
    } catch (error) {
      deps.onFailure(error);
      deps.onOutcome(isProviderError(error) ? error.kind : 'unavailable', session);
      return isProviderError(error, 'rejected') ? rejected(session) : postponed(session, error);
    }
    return keep(
      session,
      tokens,
      session.record.accessToken === refused ? clock.wall() : session.record.forcedAt,
    );
  }

  /** Stores renewed tokens, unless the session ended or somebody else's renewal was stored first. */
  async function keep(session: OpenSession, tokens: TokenSet, forcedAt: number): Promise<Opened> {
    let current = session;
    for (;;) {
      const record = { ...current.record, ...renewed(current.record, tokens), forcedAt };
      const saved = await persistently(() => sessions.save(current, record));
      if (saved) {
        deps.onOutcome('renewed', session);
        return saved;
      }
      const latest = await sessions.open(session.ticket);
      if (latest.kind !== 'live') {
        if (tokens.refreshToken) deps.onOrphan(tokens.refreshToken);
        deps.onOutcome('late', session);
        return latest;
      }
      if (latest.record.refreshToken !== session.record.refreshToken) {
        deps.onOutcome('late', session);
        return latest;
      }
      current = latest;
    }
  }

  /** `invalid_grant`: the end, unless somebody else has renewed with the same refresh token meanwhile. */
  async function rejected(session: OpenSession): Promise<Opened> {
    const latest = await sessions.open(session.ticket);
    if (latest.kind !== 'live' || latest.record.refreshToken !== session.record.refreshToken) return latest;
    return sessions.endUnchanged(latest);
  }

  /** Any other failure: the session stays; the pause is written down so that every server keeps it. */
  async function postponed(session: OpenSession, error: unknown): Promise<Opened> {
    const { failures } = session.record;
    const backoffMs = BACKOFF_FLOOR_MS + fullJitterMs(BACKOFF, failures, deps.random);
    const askedMs = isProviderError(error) ? (error.retryAfterMs ?? 0) : 0;
    const waitMs = Math.max(backoffMs, Math.min(askedMs, MAX_RETRY_AFTER_MS));
    const record = { ...session.record, failures: failures + 1, retryAt: clock.wall() + waitMs };
    return (await sessions.save(session, record)) ?? sessions.open(session.ticket);
  }

  async function persistently<T>(write: () => Promise<T>): Promise<T> {
    for (const ms of STORE_RETRY_MS) {
      try {
        return await write();
      } catch (error) {
        deps.onFailure(error);
        await pause(ms);
      }
    }
    return write();
  }

  return async (ticket, refused = null) => {
    const giveUpAt = clock.monotonic() + WAIT_LIMIT_MS;
    const holder = randomUUID();
    let waited = false;
    for (;;) {
      const opened = await sessions.open(ticket);
      if (isSettled(opened, refused) || clock.monotonic() >= giveUpAt) return opened;
      const lease = await keepLease({ store, clock, onError: deps.onFailure }, ticket.idHash, holder);
      if (lease === null) {
        if (!waited) deps.onLeaseWait();
        waited = true;
        await pause(POLL_MS / 2 + deps.random() * POLL_MS);
        continue;
      }
      try {
        const reread = await sessions.open(ticket);
        return reread.kind !== 'live' || isSettled(reread, refused) ? reread : await ask(reread, refused);
      } finally {
        await lease.release();
      }
    }
  };
}

function renewed(record: SessionRecord, tokens: TokenSet): Partial<SessionRecord> {
  return {
    accessToken: tokens.accessToken,
    accessEndsAt: tokens.accessEndsAt,
    accessLifeMs: tokens.accessLifeMs,
    // Without rotation the answer carries none, and the old one goes on.
    refreshToken: tokens.refreshToken ?? record.refreshToken,
    failures: 0,
    retryAt: 0,
  };
}

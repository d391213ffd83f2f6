/**
 * Sessions as the rest of the server sees them: opened with a ticket, saved, ended. Owns sealing and both
 * timeouts; knows nothing of cookies, of the provider or of when tokens are renewed.
 */
import type { Clock } from '../../src/shared/clock.ts';
import { nextEpoch } from './epoch.ts';
import { decodeRecord, encodeRecord, type SessionRecord } from './record.ts';
import type { Sealer } from './seal.ts';
import type { SessionStore } from './store.ts';
import { createTicket, type Ticket } from './ticket.ts';

export interface OpenSession {
  kind: 'live';
  ticket: Ticket;
  version: number;
  record: SessionRecord;
  lastSeenAt: number;
}

export type Opened =
  | OpenSession
  /** It ended; `epoch` is that of its end. */
  | { kind: 'ended'; epoch: number }
  /** No such session, or the ticket does not open it. */
  | { kind: 'unknown' };

export interface Sessions {
  create(record: SessionRecord): Promise<Ticket>;
  /** Reads and unseals; a session past a timeout is ended on the way. Rejects when the store is out. */
  open(ticket: Ticket): Promise<Opened>;
  /** Writes a new record if nobody wrote since `session` was opened; null when somebody did, or it ended. */
  save(session: OpenSession, record: SessionRecord): Promise<OpenSession | null>;
  /** Notes activity of the person: moves the idle timeout. */
  touch(session: OpenSession): Promise<void>;
  /**
   * Ends a session for good, before anything else is told of it.
   * @param atLeast an epoch that the end must exceed (what the browser remembers).
   * @returns the epoch of the end.
   */
  end(ticket: Ticket, atLeast: number): Promise<number>;
  /** Ends the session only if nobody wrote since it was opened, and says how it stands then. */
  endUnchanged(session: OpenSession): Promise<Opened>;
  close(): void;
}

export interface SessionsDeps {
  store: SessionStore;
  sealer: Sealer;
  clock: Clock;
  /** Without activity of the person a session ends after this, milliseconds. */
  idleMs: number;
  /** A session ends this long after sign-in, milliseconds. */
  maxMs: number;
  /** Told the refresh token of every session that ends, so that the provider forgets it too. */
  onEnded(refreshToken: string): void;
  /** Told when the periodic removal of expired sessions fails. */
  onSweepError(error: unknown): void;
}

/** Activity is written at most this often a session: a page load is not worth more writes. */
const TOUCH_EVERY_MS = 60_000;
const SWEEP_EVERY_MS = 10 * 60_000;

export function createSessions(deps: SessionsDeps): Sessions {
  const { store, sealer, clock, idleMs, maxMs } = deps;
  let cancelSweep = clock.after(SWEEP_EVERY_MS, sweep);

  function sweep(): void {
    const now = clock.wall();
    store.removeExpired(now, now - idleMs).catch(deps.onSweepError);
    cancelSweep = clock.after(SWEEP_EVERY_MS, sweep);
  }

  function unseal(ticket: Ticket, sealed: Uint8Array): SessionRecord | null {
    const plain = sealer.open(sealed, ticket.key, ticket.idHash);
    return plain === null ? null : decodeRecord(plain);
  }

  async function open(ticket: Ticket): Promise<Opened> {
    const stored = await store.read(ticket.idHash);
    if (stored === null) return { kind: 'unknown' };
    if (stored.kind === 'ended') return stored;
    const record = unseal(ticket, stored.sealed);
    if (record === null) return { kind: 'unknown' };
    const { version, lastSeenAt, expiresAt } = stored;
    const now = clock.wall();
    if (expiresAt <= now || lastSeenAt + idleMs <= now) {
      return { kind: 'ended', epoch: await bury(ticket, record.epoch) };
    }
    return { kind: 'live', ticket, version, record, lastSeenAt };
  }

  async function bury(ticket: Ticket, ...known: number[]): Promise<number> {
    const epoch = nextEpoch(clock.wall(), known);
    const erased = await store.end(ticket.idHash, epoch);
    forget(ticket, erased);
    return epoch;
  }

  function forget(ticket: Ticket, erased: Uint8Array | null): void {
    const refreshToken = erased && unseal(ticket, erased)?.refreshToken;
    if (refreshToken) deps.onEnded(refreshToken);
  }

  return {
    async create(record) {
      const ticket = createTicket();
      const now = clock.wall();
      const sealed = sealer.seal(encodeRecord(record), ticket.key, ticket.idHash);
      await store.create(ticket.idHash, { sealed, createdAt: now, expiresAt: now + maxMs });
      return ticket;
    },

    open,

    async save(session, record) {
      const { ticket, version } = session;
      const sealed = sealer.seal(encodeRecord(record), ticket.key, ticket.idHash);
      const written = await store.write(ticket.idHash, version, sealed);
      return written ? { ...session, version: version + 1, record } : null;
    },

    async touch(session) {
      const now = clock.wall();
      if (now - session.lastSeenAt >= TOUCH_EVERY_MS) await store.touch(session.ticket.idHash, now);
    },

    async end(ticket, atLeast) {
      const opened = await open(ticket);
      // Who has the id but not the key may not end anything.
      if (opened.kind === 'unknown') return nextEpoch(clock.wall(), [atLeast]);
      return bury(ticket, atLeast, opened.kind === 'live' ? opened.record.epoch : opened.epoch);
    },

    async endUnchanged(session) {
      const epoch = nextEpoch(clock.wall(), [session.record.epoch]);
      const erased = await store.end(session.ticket.idHash, epoch, session.version);
      return erased === null ? open(session.ticket) : { kind: 'ended', epoch };
    },

    close() {
      cancelSweep();
    },
  };
}

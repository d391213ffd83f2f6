/**
 * Sessions as the rest of the server sees them: opened with a ticket, saved, ended. Owns sealing and both
 * timeouts; knows nothing of cookies, of the provider or of when tokens are renewed.
 */
import type { Clock } from '../../src/shared/clock.ts';
import { endEpoch } from './epoch.ts';
import { createOpenedRecords } from './opened-records.ts';
import type { Owners } from './owner.ts';
import { decodeRecord, encodeRecord, type SessionRecord } from './record.ts';
import type { Sealer } from './seal.ts';
import type { ListedSession, SessionFacts, SessionStore } from './store.ts';
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
  /** @param browser in plain words, for the person who looks at the list of sessions. */
  create(record: SessionRecord, browser: string): Promise<Ticket>;
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
  /** All live sessions of the user of `session`, itself included, the one seen last first. */
  list(session: OpenSession): Promise<ListedSession[]>;
  /**
   * Ends a session that is known from the list alone; false when it had ended already. Only its own cookie opens its
   * record, so its refresh token is erased here but cannot be revoked at the provider.
   */
  endListed(session: ListedSession): Promise<boolean>;
  close(): void;
}

/** Why a session ended that nobody asked to end. */
export type SilentEnd = 'timeout' | 'provider';

export interface SessionsDeps {
  store: SessionStore;
  sealer: Sealer;
  owners: Owners;
  clock: Clock;
  /** Without activity of the person a session ends after this, milliseconds. */
  idleMs: number;
  /** A session ends this long after sign-in, milliseconds. */
  maxMs: number;
  /** Told the refresh token of every session that ends, so that the provider forgets it too. */
  onEnded(refreshToken: string): void;
  /** Told of every session that ended by itself. */
  onSilentEnd(idHash: string, sub: string, why: SilentEnd): void;
  /** Told when the periodic removal of expired sessions fails. */
  onSweepError(error: unknown): void;
}

/** Activity is written at most this often a session: a page load is not worth more writes. */
const TOUCH_EVERY_MS = 60_000;
const SWEEP_EVERY_MS = 10 * 60_000;

export function createSessions(deps: SessionsDeps): Sessions {
  const { store, sealer, owners, clock, idleMs, maxMs } = deps;
  const records = createOpenedRecords();
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
    if (stored === null || stored.kind === 'ended') {
      records.drop(ticket.idHash);
      return stored ?? { kind: 'unknown' };
    }
    const { version, lastSeenAt, expiresAt } = stored;
    const record = records.get(ticket, version) ?? unseal(ticket, stored.sealed);
    if (record === null) return { kind: 'unknown' };
    records.set(ticket, version, record);
    const now = clock.wall();
    if (isOver({ expiresAt, lastSeenAt }, now)) {
      const { epoch, erased } = await bury(ticket, [record.epoch]);
      if (erased) deps.onSilentEnd(ticket.idHash, record.sub, 'timeout');
      return { kind: 'ended', epoch };
    }
    return { kind: 'live', ticket, version, record, lastSeenAt };
  }

  function isOver(session: Pick<ListedSession, 'expiresAt' | 'lastSeenAt'>, now: number): boolean {
    return session.expiresAt <= now || session.lastSeenAt + idleMs <= now;
  }

  function factsOf({ sub, accessEndsAt }: SessionRecord): SessionFacts {
    return { owner: owners.of(sub), accessEndsAt };
  }

  async function save(session: OpenSession, record: SessionRecord): Promise<OpenSession | null> {
    const { ticket, version } = session;
    const sealed = sealer.seal(encodeRecord(record), ticket.key, ticket.idHash);
    const written = await store.write(ticket.idHash, version, sealed, factsOf(record));
    return written ? { ...session, version: version + 1, record } : null;
  }

  async function listed(sub: string): Promise<ListedSession[]> {
    const now = clock.wall();
    const live = (await store.list(owners.all(sub))).filter((session) => !isOver(session, now));
    return live.sort((a, b) => b.lastSeenAt - a.lastSeenAt);
  }

  /** `erased`: whether it was this call that ended the session. */
  async function bury(ticket: Ticket, known: number[]): Promise<{ epoch: number; erased: boolean }> {
    const epoch = endEpoch(clock.wall(), known);
    const erased = await store.end(ticket.idHash, epoch);
    records.drop(ticket.idHash);
    forget(ticket, erased);
    return { epoch, erased: erased !== null };
  }

  function forget(ticket: Ticket, erased: Uint8Array | null): void {
    const refreshToken = erased && unseal(ticket, erased)?.refreshToken;
    if (refreshToken) deps.onEnded(refreshToken);
  }

  return {
    async create(record, browser) {
      const ticket = createTicket();
      const now = clock.wall();
      const sealed = sealer.seal(encodeRecord(record), ticket.key, ticket.idHash);
      await store.create(ticket.idHash, {
        ...{ sealed, browser, createdAt: now, expiresAt: now + maxMs, epoch: record.epoch },
        ...factsOf(record),
      });
      return ticket;
    },

    open,

    save,

    async touch(session) {
      const now = clock.wall();
      if (now - session.lastSeenAt >= TOUCH_EVERY_MS) await store.touch(session.ticket.idHash, now);
    },

    async end(ticket, atLeast) {
      const opened = await open(ticket);
      // Who has the id but not the key may not end anything.
      if (opened.kind === 'unknown') return endEpoch(clock.wall(), [atLeast]);
      const { epoch } = await bury(ticket, [
        atLeast,
        opened.kind === 'live' ? opened.record.epoch : opened.epoch,
      ]);
      return epoch;
    },

    async endUnchanged(session) {
      const epoch = endEpoch(clock.wall(), [session.record.epoch]);
      const erased = await store.end(session.ticket.idHash, epoch, session.version);
      if (erased === null) return open(session.ticket);
      deps.onSilentEnd(session.ticket.idHash, session.record.sub, 'provider');
      return { kind: 'ended', epoch };
    },

    async list(session) {
      const { ticket, record } = session;
      const all = await listed(record.sub);
      if (all.some(({ idHash }) => idHash === ticket.idHash)) return all;
      // It was made by a version that kept no owner: writing it once puts it into the list.
      await save(session, record);
      return listed(record.sub);
    },

    async endListed({ idHash, epoch }) {
      return (await store.end(idHash, endEpoch(clock.wall(), [epoch]))) !== null;
    },

    close() {
      cancelSweep();
    },
  };
}

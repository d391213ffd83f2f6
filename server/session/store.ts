/**
 * What a session store must do. It keeps sealed records it cannot read, under names that are hashes. All times
 * are wall-clock milliseconds of the servers. Every method may reject when the store is out; none may then have
 * done half of its work.
 *
 * A renewal on several servers is kept single by three means together: the lease (who may ask the provider), the
 * re-read inside it (somebody may have finished meanwhile) and the compare-and-set on `version` (a lease that ran
 * out unnoticed cannot overwrite what a later holder wrote).
 */

export interface LiveSession {
  kind: 'live';
  /** Grows with every {@link SessionStore.write}. */
  version: number;
  sealed: Uint8Array;
  createdAt: number;
  /** The last activity of the person, not of background requests. */
  lastSeenAt: number;
  /** The absolute end, whatever the activity. */
  expiresAt: number;
}

/** What is left of an ended session: no content, only that it ended. It stays until `expiresAt`. */
export interface Tombstone {
  kind: 'ended';
  /** The epoch of the sign-out: answers of lower epochs must not come back. */
  epoch: number;
}

/** What a store keeps beside the sealed record, readable for it: no name, no address, no token. */
export interface SessionFacts {
  /** Whose session it is: a keyed hash, which names nobody to a reader of the store. */
  owner: string;
  /** When the newest access token that was handed out ends. */
  accessEndsAt: number;
}

export interface NewSession extends SessionFacts {
  sealed: Uint8Array;
  createdAt: number;
  expiresAt: number;
  /** The epoch of the sign-in: the end of this session must be above it. */
  epoch: number;
  /** Browser and system in plain words, e.g. `Firefox on Linux`. */
  browser: string;
}

/** A live session as its owner may see it. */
export interface ListedSession {
  idHash: string;
  createdAt: number;
  lastSeenAt: number;
  expiresAt: number;
  epoch: number;
  browser: string;
  accessEndsAt: number;
}

export interface SessionStore {
  /** Adds a session of version 1. Rejects when the name is taken. */
  create(idHash: string, session: NewSession): Promise<void>;

  /** The session or its tombstone; null when there never was one or it was removed. */
  read(idHash: string): Promise<LiveSession | Tombstone | null>;

  /**
   * Compare-and-set: replaces the sealed record and the facts only if the session is live and still of
   * `expectedVersion`. The facts come along each time because `owner` changes with SESSION_SECRET; the session is
   * listed under the new one from then on, and no more under the old.
   */
  write(idHash: string, expectedVersion: number, sealed: Uint8Array, facts: SessionFacts): Promise<boolean>;

  /**
   * The live sessions of one user, in any order. One that ended is not in it from the moment `end` resolves; one
   * that is past a timeout but not yet removed may be.
   * @param owners the user's hash under each secret in use.
   */
  list(owners: readonly string[]): Promise<ListedSession[]>;

  /** How many sessions are live, for metrics. May count those past a timeout that are not yet removed. */
  count(): Promise<number>;

  /** Notes activity. Never moves backwards, leaves `version` alone, does nothing to an ended session. */
  touch(idHash: string, lastSeenAt: number): Promise<void>;

  /**
   * Turns a live session into a tombstone for good and returns the sealed record it erased; null when there was
   * none to end. An existing tombstone keeps the higher epoch. `owner` and `browser` are erased too.
   * @param onlyVersion end it only while it is of this version: for an end that a renewal has made out of date.
   */
  end(idHash: string, epoch: number, onlyVersion?: number): Promise<Uint8Array | null>;

  /** Takes the right to renew until `until`, if nobody holds it at `now`. The holder itself may take it again. */
  acquireLease(idHash: string, holder: string, now: number, until: number): Promise<boolean>;

  /** Prolongs a lease; false when it is no longer the holder's. */
  renewLease(idHash: string, holder: string, until: number): Promise<boolean>;

  /** Gives the lease back; does nothing when it is no longer the holder's. */
  releaseLease(idHash: string, holder: string): Promise<void>;

  /** Removes what is past its end, or idle since before `idleSince`. Returns how many. */
  removeExpired(now: number, idleSince: number): Promise<number>;

  /** Resolves when the store answers. */
  ping(): Promise<void>;

  close(): Promise<void>;
}

/** Sessions in one SQLite file: the embedded default, for one machine. Several processes may share the file. */
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'libsql';
import type { ListedSession, LiveSession, SessionStore, Tombstone } from './store.ts';

/** How long a statement waits for another process that writes, milliseconds. */
const BUSY_TIMEOUT_MS = 5_000;

// Not WITHOUT ROWID, as files of earlier builds are (they stay so, and work): a sealed record is so long that only four fit
// into a page of such a tree, and a read among 100,000 took 22 µs instead of 9.
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS session (
    id_hash TEXT PRIMARY KEY NOT NULL,
    version INTEGER NOT NULL,
    sealed BLOB,
    created_at INTEGER NOT NULL,
    last_seen_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    ended_epoch INTEGER,
    lease_holder TEXT,
    lease_until INTEGER
  ) STRICT;
  CREATE INDEX IF NOT EXISTS session_expires ON session (expires_at);
`;

/** Columns that came later; sessions of before have the defaults until their next write. */
const LATER_COLUMNS = [
  ['owner', 'TEXT'],
  ['epoch', 'INTEGER NOT NULL DEFAULT 0'],
  ['browser', 'TEXT'],
  ['access_ends_at', 'INTEGER NOT NULL DEFAULT 0'],
] as const;
const OWNER_INDEX = 'CREATE INDEX IF NOT EXISTS session_owner ON session (owner) WHERE owner IS NOT NULL';

interface Row {
  version: number;
  sealed: Uint8Array | null;
  created_at: number;
  last_seen_at: number;
  expires_at: number;
  ended_epoch: number | null;
}

interface ListedRow {
  id_hash: string;
  created_at: number;
  last_seen_at: number;
  expires_at: number;
  epoch: number;
  browser: string | null;
  access_ends_at: number;
}

/** @param file a path (its folder is made), or `:memory:`. */
export function createSqliteStore(file: string): SessionStore {
  if (file !== ':memory:') mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const db = new Database(file);
  db.pragma(`busy_timeout = ${BUSY_TIMEOUT_MS}`);
  db.pragma('journal_mode = WAL');
  // A rotated refresh token that a power cut loses signs the user out: every write reaches the disk.
  db.pragma('synchronous = FULL');
  // What was erased is overwritten, so that the file keeps no sealed record of an ended session.
  db.pragma('secure_delete = ON');
  db.exec(SCHEMA);
  addLaterColumns(db);

  const insert = db.prepare(
    `INSERT INTO session (id_hash, version, sealed, created_at, last_seen_at, expires_at,
       owner, epoch, browser, access_ends_at)
     VALUES (?, 1, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const select = db.prepare(
    `SELECT version, sealed, created_at, last_seen_at, expires_at, ended_epoch FROM session WHERE id_hash = ?`,
  );
  const update = db.prepare(
    `UPDATE session SET sealed = ?, owner = ?, access_ends_at = ?, version = version + 1
     WHERE id_hash = ? AND version = ? AND ended_epoch IS NULL`,
  );
  const touch = db.prepare(
    `UPDATE session SET last_seen_at = ? WHERE id_hash = ? AND last_seen_at < ? AND ended_epoch IS NULL`,
  );
  const bury = db.prepare(
    `UPDATE session SET sealed = NULL, version = version + 1, lease_holder = NULL, lease_until = NULL,
       owner = NULL, browser = NULL, ended_epoch = max(coalesce(ended_epoch, 0), ?) WHERE id_hash = ?`,
  );
  const lease = db.prepare(
    `UPDATE session SET lease_holder = ?, lease_until = ?
     WHERE id_hash = ? AND ended_epoch IS NULL
       AND (lease_holder IS NULL OR lease_holder = ? OR lease_until <= ?)`,
  );
  const prolong = db.prepare(`UPDATE session SET lease_until = ? WHERE id_hash = ? AND lease_holder = ?`);
  const release = db.prepare(
    `UPDATE session SET lease_holder = NULL, lease_until = NULL WHERE id_hash = ? AND lease_holder = ?`,
  );
  const sweep = db.prepare(
    `DELETE FROM session WHERE expires_at <= ? OR (ended_epoch IS NULL AND last_seen_at <= ?)`,
  );
  const listed = db.prepare(
    `SELECT id_hash, created_at, last_seen_at, expires_at, epoch, browser, access_ends_at
     FROM session WHERE owner = ? AND ended_epoch IS NULL`,
  );
  const counted = db.prepare('SELECT count(*) AS live FROM session WHERE ended_epoch IS NULL');
  const probe = db.prepare('SELECT 1');

  const end = db.transaction((idHash: string, epoch: number, onlyVersion?: number): Uint8Array | null => {
    const row = select.get(idHash) as Row | undefined;
    if (row === undefined || (onlyVersion !== undefined && row.version !== onlyVersion)) return null;
    bury.run(epoch, idHash);
    return row.sealed;
  });

  return {
    async create(idHash, { sealed, createdAt, expiresAt, owner, epoch, browser, accessEndsAt }) {
      insert.run(idHash, sealed, createdAt, createdAt, expiresAt, owner, epoch, browser, accessEndsAt);
    },
    async read(idHash) {
      const row = select.get(idHash) as Row | undefined;
      return row === undefined ? null : fromRow(row);
    },
    async write(idHash, expectedVersion, sealed, { owner, accessEndsAt }) {
      return update.run(sealed, owner, accessEndsAt, idHash, expectedVersion).changes === 1;
    },
    async list(owners) {
      return owners.flatMap((owner) => (listed.all(owner) as ListedRow[]).map(toListed));
    },
    async count() {
      return (counted.get() as { live: number }).live;
    },
    async touch(idHash, lastSeenAt) {
      touch.run(lastSeenAt, idHash, lastSeenAt);
    },
    async end(idHash, epoch, onlyVersion) {
      return end.immediate(idHash, epoch, onlyVersion);
    },
    async acquireLease(idHash, holder, now, until) {
      return lease.run(holder, until, idHash, holder, now).changes === 1;
    },
    async renewLease(idHash, holder, until) {
      return prolong.run(until, idHash, holder).changes === 1;
    },
    async releaseLease(idHash, holder) {
      release.run(idHash, holder);
    },
    async removeExpired(now, idleSince) {
      return sweep.run(now, idleSince).changes;
    },
    async ping() {
      probe.get();
    },
    async close() {
      if (!db.open) return;
      // Prepared statements may keep the file open for a while; nothing may be left in the write-ahead log by then.
      db.pragma('wal_checkpoint(TRUNCATE)');
      db.close();
    },
  };
}

function fromRow(row: Row): LiveSession | Tombstone {
  if (row.sealed === null || row.ended_epoch !== null) return { kind: 'ended', epoch: row.ended_epoch ?? 0 };
  return {
    kind: 'live',
    version: row.version,
    sealed: row.sealed,
    createdAt: row.created_at,
    lastSeenAt: row.last_seen_at,
    expiresAt: row.expires_at,
  };
}

function toListed(row: ListedRow): ListedSession {
  return {
    idHash: row.id_hash,
    createdAt: row.created_at,
    lastSeenAt: row.last_seen_at,
    expiresAt: row.expires_at,
    epoch: row.epoch,
    browser: row.browser ?? '',
    accessEndsAt: row.access_ends_at,
  };
}

/** Two servers may open a file of before at once: the one that comes second finds the work done. */
function addLaterColumns(db: Database.Database): void {
  const add = db.transaction(() => {
    const rows = db.prepare('PRAGMA table_info(session)').all() as { name: string }[];
    const present = new Set(rows.map(({ name }) => name));
    for (const [name, type] of LATER_COLUMNS) {
      if (!present.has(name)) db.exec(`ALTER TABLE session ADD COLUMN ${name} ${type}`);
    }
    db.exec(OWNER_INDEX);
  });
  add.immediate();
}

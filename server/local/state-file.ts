/**
 * What the stand-ins remember between runs, in one SQLite file: keys and secrets by name, and the OpenID
 * provider's records. It knows nothing of what the records mean.
 */
import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'libsql';

export interface StoredRecord {
  payload: Record<string, unknown>;
  /** Milliseconds since 1970; null while it was not consumed. */
  consumedAt: number | null;
}

interface RecordInput {
  payload: Record<string, unknown>;
  grantId: string | null;
  uid: string | null;
  /** Milliseconds since 1970; null = never. */
  expiresAt: number | null;
}

export interface StateFile {
  /** The value kept under `name`; on the first call it is made and kept. */
  once(name: string, make: () => Promise<string> | string): Promise<string>;
  put(model: string, id: string, record: RecordInput): void;
  get(model: string, id: string): StoredRecord | undefined;
  getByUid(model: string, uid: string): StoredRecord | undefined;
  /** Keeps the time of the first consumption. */
  consume(model: string, id: string): void;
  remove(model: string, id: string): void;
  removeByGrant(model: string, grantId: string): void;
  close(): void;
}

interface Row {
  payload: string;
  consumed_at: number | null;
}

/** @param now milliseconds since 1970. */
export function openStateFile(stateDir: string, now: () => number): StateFile {
  mkdirSync(stateDir, { recursive: true, mode: 0o700 });
  const file = join(stateDir, 'local.sqlite');
  const db = new Database(file);
  // It holds private keys and refresh tokens of the stand-in: for this user's eyes only.
  chmodSync(file, 0o600);
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = NORMAL');
  db.exec(`
    CREATE TABLE IF NOT EXISTS named (name TEXT PRIMARY KEY, value TEXT NOT NULL);
    CREATE TABLE IF NOT EXISTS record (
      model TEXT NOT NULL, id TEXT NOT NULL, payload TEXT NOT NULL,
      grant_id TEXT, uid TEXT, consumed_at INTEGER, expires_at INTEGER,
      PRIMARY KEY (model, id)
    );
    CREATE INDEX IF NOT EXISTS record_grant ON record (grant_id);
    CREATE INDEX IF NOT EXISTS record_uid ON record (uid);
  `);
  db.prepare('DELETE FROM record WHERE expires_at <= ?').run(now());

  const readNamed = db.prepare('SELECT value FROM named WHERE name = ?');
  const writeNamed = db.prepare('INSERT INTO named (name, value) VALUES (?, ?)');
  const write = db.prepare(
    'INSERT OR REPLACE INTO record (model, id, payload, grant_id, uid, expires_at) VALUES (?, ?, ?, ?, ?, ?)',
  );
  const alive = 'model = ? AND (expires_at IS NULL OR expires_at > ?)';
  const readById = db.prepare(`SELECT payload, consumed_at FROM record WHERE ${alive} AND id = ?`);
  const readByUid = db.prepare(`SELECT payload, consumed_at FROM record WHERE ${alive} AND uid = ?`);
  const consume = db.prepare(
    'UPDATE record SET consumed_at = ? WHERE model = ? AND id = ? AND consumed_at IS NULL',
  );
  const remove = db.prepare('DELETE FROM record WHERE model = ? AND id = ?');
  const removeByGrant = db.prepare('DELETE FROM record WHERE model = ? AND grant_id = ?');

  return {
    async once(name, make) {
      const kept = readNamed.get(name) as { value: string } | undefined;
      if (kept !== undefined) return kept.value;
      const value = await make();
      writeNamed.run(name, value);
      return value;
    },
    put(model, id, { payload, grantId, uid, expiresAt }) {
      write.run(model, id, JSON.stringify(payload), grantId, uid, expiresAt);
    },
    get: (model, id) => fromRow(readById.get(model, now(), id) as Row | undefined),
    getByUid: (model, uid) => fromRow(readByUid.get(model, now(), uid) as Row | undefined),
    consume: (model, id) => void consume.run(now(), model, id),
    remove: (model, id) => void remove.run(model, id),
    removeByGrant: (model, grantId) => void removeByGrant.run(model, grantId),
    close: () => db.close(),
  };
}

function fromRow(row: Row | undefined): StoredRecord | undefined {
  if (row === undefined) return undefined;
  return { payload: JSON.parse(row.payload) as Record<string, unknown>, consumedAt: row.consumed_at };
}

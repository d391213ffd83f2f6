/**
 * Sessions in Redis or Valkey (6.2 and later): for several servers. Every change is one script, so it happens
 * whole or not at all; what the scripts do is in `redis-scripts.ts`.
 *
 * The server should lose nothing that it confirmed (`appendonly yes`) and evict nothing
 * (`maxmemory-policy noeviction`): a lost record is a forced sign-in.
 */
import { createRedisConnection, type RedisConnectionDeps } from './redis-connection.ts';
import * as scripts from './redis-scripts.ts';
import type { ListedSession, LiveSession, SessionStore, Tombstone } from './store.ts';

/** Expired sessions removed in one step. */
const SWEEP_BATCH = 500;

type Text = Buffer | null;
type Row = [version: Text, sealed: Text, created: Text, seen: Text, ends: Text, ended: Text];

/** Connects in the background: while the server is not there the methods reject, `ping` among them. */
export function createRedisStore(deps: RedisConnectionDeps): SessionStore {
  const redis = createRedisConnection(deps);
  const did = async (result: Promise<number>): Promise<boolean> => (await result) === 1;

  return {
    async create(idHash, { sealed, createdAt, expiresAt, owner, epoch, browser, accessEndsAt }) {
      const facts = [createdAt, expiresAt, owner, epoch, browser, accessEndsAt];
      if (!(await did(redis.run(scripts.CREATE, idHash, bytes(sealed), ...facts)))) {
        throw new Error('A session of this name exists already.');
      }
    },
    async read(idHash) {
      return fromRow(await redis.run<Row>(scripts.READ, idHash));
    },
    write(idHash, expectedVersion, sealed, { owner, accessEndsAt }) {
      return did(redis.run(scripts.WRITE, idHash, expectedVersion, bytes(sealed), owner, accessEndsAt));
    },
    async list(owners) {
      const rows = await redis.run<Buffer[][]>(scripts.LIST, ...owners);
      return rows.map(toListed);
    },
    count() {
      return redis.run<number>(scripts.COUNT);
    },
    async touch(idHash, lastSeenAt) {
      await redis.run(scripts.TOUCH, idHash, lastSeenAt);
    },
    end(idHash, epoch, onlyVersion) {
      return redis.run<Buffer | null>(scripts.END, idHash, epoch, onlyVersion ?? '');
    },
    acquireLease(idHash, holder, now, until) {
      return did(redis.run(scripts.ACQUIRE, idHash, holder, now, until));
    },
    renewLease(idHash, holder, until) {
      return did(redis.run(scripts.PROLONG, idHash, holder, until));
    },
    async releaseLease(idHash, holder) {
      await redis.run(scripts.RELEASE, idHash, holder);
    },
    async removeExpired(now, idleSince) {
      let removed = 0;
      for (;;) {
        const some = await redis.run<number>(scripts.SWEEP, now, idleSince, SWEEP_BATCH);
        removed += some;
        if (some < SWEEP_BATCH) return removed;
      }
    },
    async ping() {
      await redis.send(['PING']);
    },
    close: () => redis.close(),
  };
}

function fromRow([version, sealed, created, seen, ends, ended]: Row): LiveSession | Tombstone | null {
  if (version === null) return null;
  if (sealed === null) return { kind: 'ended', epoch: Number(ended) };
  return {
    kind: 'live',
    version: Number(version),
    sealed,
    createdAt: Number(created),
    lastSeenAt: Number(seen),
    expiresAt: Number(ends),
  };
}

function toListed(row: Buffer[]): ListedSession {
  const [idHash = '', created, seen, ends, epoch, browser = '', access] = row.map(String);
  return {
    idHash,
    createdAt: Number(created),
    lastSeenAt: Number(seen),
    expiresAt: Number(ends),
    epoch: Number(epoch),
    browser,
    accessEndsAt: Number(access),
  };
}

function bytes(sealed: Uint8Array): Buffer {
  return Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength);
}

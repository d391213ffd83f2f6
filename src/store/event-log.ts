/**
 * The log of received events as its leader needs it: written by the leader alone (a lower epoch is refused). Its size
 * is kept beside it, in the same transactions, so that nobody ever has to count. Tabs read it with `event-pages.ts`.
 */
import { type IDBPObjectStore, unwrap } from 'idb';
import { AppError } from '../shared/errors.ts';
import type { EventRecord } from '../shared/log.ts';
import type { Database, UserSchema } from './database.ts';
import { createEventTail, type EventTail } from './event-pages.ts';
import { epochOf, superseded } from './leader-epoch.ts';
import { isOver, type LogSize, recordBytes } from './log-limits.ts';

export interface EventLog extends EventTail {
  /** Takes the next epoch: from here on, writers of lower ones are refused. */
  nextEpoch(): Promise<number>;
  /**
   * Writes events in one transaction, and gives the size of the log after it.
   * @throws AppError `closed` when a newer leader has begun; `storage-full` when the browser's quota is reached.
   */
  append(epoch: number, records: readonly EventRecord[]): Promise<LogSize>;
  /** Wall clock of the oldest event's arrival, milliseconds since 1970; null when the log is empty. */
  oldest(): Promise<number | null>;
  size(): Promise<LogSize>;
  /** Removes the oldest events until the log is within `limits`, in steps that no reader has to wait for long. */
  trim(limits: LogSize): Promise<LogSize>;
}

type Mode = 'readonly' | 'readwrite';
type MetaStore = IDBPObjectStore<UserSchema, ('meta' | 'events')[], 'meta', Mode>;
type EventStore = IDBPObjectStore<UserSchema, ('meta' | 'events')[], 'events', Mode>;

/** Events read at once where each is looked at: about this many bytes, and this many events. */
const STEP_BYTES = 4 * 1024 ** 2;
const STEP_EVENTS = 5_000;

export function createEventLog(database: Database): EventLog {
  /** The size of the log as this context left it; nobody else writes while the epoch is its own. */
  let own: { epoch: number; size: LogSize } | null = null;

  /**
   * @param known the size of the log, if this writer left it so: then nothing is waited for.
   * @returns the size after it; null when it was undone, because `known` no longer holds.
   */
  const write = (epoch: number, records: readonly EventRecord[], known: LogSize | null) =>
    database.use(async (db) => {
      const tx = db.transaction(['meta', 'events'], 'readwrite', { durability: 'relaxed' });
      // Awaited below; a failure before that must not count as unheard.
      tx.done.catch(() => {});
      const [meta, events] = [tx.objectStore('meta'), tx.objectStore('events')];
      const put = (before: LogSize): LogSize => {
        // Bare requests, without a promise for each: their failures show up as the transaction's.
        const store = unwrap(events);
        for (const record of records) store.put(record);
        const size = grown(before, records);
        unwrap(meta).put(size, 'totals');
        return size;
      };
      const leader = meta.get('leader');
      let size = known === null ? null : put(known);
      const newest = epochOf(await leader);
      if (newest > epoch || (known !== null && newest < epoch)) {
        tx.abort();
        if (newest > epoch) throw superseded();
        return null;
      }
      // A leader that could not take an epoch here chose one from its clock: the next one must be higher.
      if (newest < epoch) unwrap(meta).put({ epoch }, 'leader');
      size ??= put(await sizeOf(meta, events));
      await tx.done;
      return size;
    });

  /** One step of a trim: its own transaction. */
  const trimStep = (limits: LogSize): Promise<{ size: LogSize; done: boolean }> =>
    database.use(async (db) => {
      const tx = db.transaction(['meta', 'events'], 'readwrite', { durability: 'relaxed' });
      const [meta, events] = [tx.objectStore('meta'), tx.objectStore('events')];
      let size = await sizeOf(meta, events);
      const oldest = isOver(size, limits) ? await events.getAll(null, stepOf(size)) : [];
      let last: EventRecord | null = null;
      for (const record of oldest) {
        if (!isOver(size, limits)) break;
        size = { count: size.count - 1, bytes: size.bytes - recordBytes(record) };
        last = record;
      }
      if (last !== null) {
        await events.delete(IDBKeyRange.upperBound([last.epoch, last.n]));
        await meta.put(size, 'totals');
      }
      await tx.done;
      if (own !== null) own = { ...own, size };
      return { size, done: last === null || !isOver(size, limits) };
    });

  return {
    ...createEventTail(database),

    nextEpoch: () =>
      database.use(async (db) => {
        const tx = db.transaction('meta', 'readwrite', { durability: 'strict' });
        const epoch = epochOf(await tx.store.get('leader')) + 1;
        await tx.store.put({ epoch }, 'leader');
        await tx.done;
        return epoch;
      }),

    async append(epoch, records) {
      const known = own?.epoch === epoch ? own.size : null;
      own = null;
      // Emptied meanwhile, what was known of the log no longer holds.
      const size = (await write(epoch, records, known)) ?? (await write(epoch, records, null));
      if (size === null) throw new AppError('storage', 'The history cannot be written.', { retryable: true });
      own = { epoch, size };
      return size;
    },

    oldest: () => database.use(async (db) => (await db.getAll('events', null, 1))[0]?.receivedAt ?? null),

    size: () =>
      database.use((db) => {
        const tx = db.transaction(['meta', 'events']);
        return sizeOf(tx.objectStore('meta'), tx.objectStore('events'));
      }),

    async trim(limits) {
      for (;;) {
        const { size, done } = await trimStep(limits);
        if (done) return size;
      }
    },
  };
}

/** The running totals; counted once in a database that was written before there were any. */
async function sizeOf(meta: MetaStore, events: EventStore): Promise<LogSize> {
  const row = await meta.get('totals');
  if (row !== undefined && 'bytes' in row) return row;
  let size: LogSize = { count: 0, bytes: 0 };
  let range: IDBKeyRange | null = null;
  for (;;) {
    const page: EventRecord[] = await events.getAll(range, stepOf(size));
    const last = page.at(-1);
    if (last === undefined) return size;
    size = grown(size, page);
    range = IDBKeyRange.lowerBound([last.epoch, last.n], true);
  }
}

function grown({ count, bytes }: LogSize, records: readonly EventRecord[]): LogSize {
  return {
    count: count + records.length,
    bytes: records.reduce((sum, record) => sum + recordBytes(record), bytes),
  };
}

/** How many events to read at once, judged by those known so far. */
function stepOf({ count, bytes }: LogSize): number {
  const mean = count === 0 ? STEP_BYTES / 100 : bytes / count;
  return Math.max(16, Math.min(STEP_EVENTS, Math.floor(STEP_BYTES / mean)));
}

/** A channel's log and feed, driven by hand. */
import type { EventRecord, Feed, FeedState } from '../../connection/api.ts';
import { comparePositions } from '../../shared/log.ts';
import { createStore } from '../../shared/store.ts';
import { eventRow } from './rows.ts';

export interface FakeFeed extends Feed {
  log: EventRecord[];
  /** Adds an event to the log and the feed. */
  arrive(event: string, over?: Partial<EventRecord>): EventRecord;
  /** Adds many at once: the feed tells of them in one change. */
  burst(count: number): void;
  /** The next read answers only after `until`. */
  delay(until: Promise<void>): void;
  /** How often the log was read. */
  reads(): number;
  /** The next reads fail. */
  fail(error: Error | null): void;
}

/** @param maxHeld how many events the feed itself holds. */
export function createFakeFeed(log: EventRecord[] = [], maxHeld = 5_000, channel = 'default/a'): FakeFeed {
  const store = createStore<FeedState>(stateOf(0));
  let reads = 0;
  let failure: Error | null = null;
  let until: Promise<void> | null = null;

  function stateOf(received: number): FeedState {
    return {
      rows: log.slice(-maxHeld).map(eventRow),
      loading: false,
      hasOlder: log.length > maxHeld,
      received,
    };
  }

  return {
    channel,
    log,
    get: store.get,
    subscribe: store.subscribe,
    reads: () => reads,
    fail(error) {
      failure = error;
    },
    arrive(event, over = {}) {
      const last = log.at(-1);
      const record = recordOf((last?.n ?? 0) + 1, { epoch: last?.epoch ?? 1, channel, event, ...over });
      log.push(record);
      store.set(stateOf(store.get().received + 1));
      return record;
    },
    burst(count) {
      for (let one = 0; one < count; one += 1) log.push(recordOf((log.at(-1)?.n ?? 0) + 1, { channel }));
      store.set(stateOf(store.get().received + count));
    },
    delay(promise) {
      until = promise;
    },
    loadOlder: () => Promise.resolve(),
    async page(where, limit) {
      reads += 1;
      const wait = until;
      until = null;
      await wait;
      if (failure !== null) throw failure;
      if ('before' in where) {
        const { before } = where;
        return log.filter((one) => before === null || comparePositions(one, before) < 0).slice(-limit);
      }
      const { after } = where;
      return log.filter((one) => after === null || comparePositions(one, after) > 0).slice(0, limit);
    },
    async *all() {
      yield log;
    },
    close() {},
  };
}

export function recordOf(n: number, over: Partial<EventRecord> = {}): EventRecord {
  return {
    epoch: 1,
    n,
    channel: 'default/a',
    event: `{"n":${n}}`,
    receivedAt: 1_700_000_000_000 + n * 1_000,
    ...over,
  };
}

export const recordsUpTo = (count: number): EventRecord[] =>
  Array.from({ length: count }, (_, index) => recordOf(index + 1));

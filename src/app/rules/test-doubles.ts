/** Fakes for the tests of watch rules: a connection that events arrive on, and a matcher that needs no worker. */
import type { Connection, EventRecord, Feed, FeedRow, SharedEvents } from '../../connection/api.ts';
import { AppError } from '../../shared/errors.ts';
import { comparePositions } from '../../shared/log.ts';
import { createStore } from '../../shared/store.ts';
import type { FilterInput } from '../desk/filter-input.ts';
import { compileFilter } from '../filter/compile-filter.ts';
import type { Matcher } from '../filter/matcher.ts';

export interface FakeConnection extends Pick<Connection, 'feed' | 'events'> {
  /** Events arrive; feeds that rest (a hidden window's) are not told, observers are. */
  arrive(
    channel: string,
    events: readonly string[],
    options?: { receivedAt?: number; resting?: boolean },
  ): void;
  /** Nothing is kept: the log is always empty. */
  forgetful: boolean;
  /** Channels with an open feed, each as often as it is open. */
  open: string[];
}

const rowOf = (record: EventRecord): FeedRow => ({
  kind: 'event',
  key: `${record.epoch}.${record.n}`,
  record,
});

export function createFakeConnection(): FakeConnection {
  const log: EventRecord[] = [];
  const feeds = new Set<{ channel: string; tell(): void }>();
  const observers = new Set<{ channel: string; next(): void }>();
  const of = (channel: string) => log.filter((record) => record.channel === channel);
  let n = 0;
  const fake: FakeConnection = {
    forgetful: false,
    open: [],
    arrive(channel, events, { receivedAt = Number.MAX_SAFE_INTEGER, resting = false } = {}) {
      for (const event of events) {
        n += 1;
        log.push({ epoch: 1, n, channel, event, receivedAt });
      }
      for (const feed of resting ? [] : feeds) if (feed.channel === channel) feed.tell();
      for (const observer of observers) if (observer.channel === channel) observer.next();
    },
    feed(channel): Feed {
      const store = createStore({
        rows: of(channel).map(rowOf),
        loading: false,
        hasOlder: false,
        received: 0,
      });
      const entry = {
        channel,
        tell: () => store.set({ ...store.get(), rows: of(channel).map(rowOf) }),
      };
      feeds.add(entry);
      fake.open.push(channel);
      return {
        channel,
        get: store.get,
        subscribe: store.subscribe,
        loadOlder: () => Promise.resolve(),
        async page(where, limit) {
          const all = fake.forgetful ? [] : of(channel);
          if ('before' in where) return all.slice(-limit);
          const { after } = where;
          return all.filter((one) => after === null || comparePositions(one, after) > 0).slice(0, limit);
        },
        async *all() {
          yield of(channel);
        },
        close() {
          feeds.delete(entry);
          fake.open.splice(fake.open.indexOf(channel), 1);
        },
      };
    },
    events: {
      async connect(channel) {
        return {
          subscribe(observer) {
            const entry = {
              channel,
              next: () => observer.error(new AppError('bad-json', 'It only has to wake whoever observes.')),
            };
            observers.add(entry);
            return { unsubscribe: () => void observers.delete(entry) };
          },
          publish: () => Promise.resolve(),
          close() {
            for (const entry of observers) if (entry.channel === channel) observers.delete(entry);
          },
        };
      },
      post: () => Promise.resolve(),
    } satisfies SharedEvents,
  };
  return fake;
}

export function createFakeMatcher(filter: FilterInput): Matcher {
  const compiled = compileFilter(filter);
  return {
    async match(events) {
      if (!compiled.ok) return { ok: false, problem: 'failed' };
      if (events.some((event) => event.includes('takes for ever'))) return { ok: false, problem: 'too-slow' };
      return { ok: true, hits: events.flatMap((event, at) => (compiled.test(event) ? [at] : [])) };
    },
    close() {},
  };
}

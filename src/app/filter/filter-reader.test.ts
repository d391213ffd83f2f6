import { describe, expect, it } from 'vitest';
import type { Gap } from '../../connection/api.ts';
import { createStore, type Store } from '../../shared/store.ts';
import { createFakeClock, flush as settled } from '../../shared/test-doubles.ts';
import type { Reader } from '../feed/reader.ts';
import { createFakeFeed, recordsUpTo } from '../feed/test-doubles.ts';
import { compileFilter } from './compile-filter.ts';
import { createFilterReader, MAX_MATCHES } from './filter-reader.ts';
import { createMatcher, MATCH_TIMEOUT_MS, type MatchWorker } from './matcher.ts';

/** A worker in the same thread; `stuck` never answers. */
function fakeWorker(stuck = false): MatchWorker & { ended: boolean } {
  const worker: MatchWorker & { ended: boolean } = {
    ended: false,
    onmessage: null,
    onerror: null,
    postMessage({ id, filter, events }) {
      if (stuck) return;
      const compiled = compileFilter(filter);
      const hits = events.flatMap((event, at) => (compiled.ok && compiled.test(event) ? [at] : []));
      queueMicrotask(() => worker.onmessage?.(new MessageEvent('message', { data: { id, hits } })));
    },
    terminate() {
      worker.ended = true;
    },
  };
  return worker;
}

const NOW = 1_700_000_000_000;
const NO_GAPS: Store<readonly Gap[]> = createStore<readonly Gap[]>([]);
/** Between event `n` and the next (`recordOf`). */
const gapAfter = (n: number): Gap => ({
  from: NOW + n * 1_000 + 100,
  to: NOW + n * 1_000 + 900,
  channel: 'default/a',
  cause: 'connection-lost',
});

function setUp(count: number, text: string, { stuck = false, maxHeld = 100, gaps = NO_GAPS } = {}) {
  const feed = createFakeFeed(recordsUpTo(count), maxHeld);
  const clock = createFakeClock();
  const worker = fakeWorker(stuck);
  const matcher = createMatcher({ filter: { kind: 'regex', text }, makeWorker: () => worker, clock });
  return { feed, clock, worker, reader: createFilterReader({ feed, gaps, matcher, now: () => NOW }) };
}

const shown = (reader: Reader) =>
  reader.get().rows.flatMap((row) => (row.kind === 'event' ? [row.record.n] : []));
const settle = async (times = 30) => {
  for (let turn = 0; turn < times; turn += 1) await settled();
};

describe('a filter', () => {
  it('shows what the log has and what arrives, in order and once', async () => {
    const { feed, reader } = setUp(3_000, '"n":\\d*00\\}$');
    feed.arrive('{"n":7700}');
    await settle();
    expect(shown(reader)).toEqual([...Array.from({ length: 30 }, (_, at) => (at + 1) * 100), 3_001]);
    expect(reader.get().scan).toMatchObject({ state: 'done', searched: 3_001, matches: 31 });
    feed.arrive('{"n":5}');
    feed.arrive('{"n":500}');
    await settle();
    expect(shown(reader).at(-1)).toBe(3_003);
  });

  it('misses nothing of a burst that the feed itself could not hold', async () => {
    const { feed, reader } = setUp(5, 'x', { maxHeld: 10 });
    await settle();
    for (let n = 0; n < 100; n += 1) feed.arrive('x');
    await settle();
    expect(shown(reader).length).toBe(100);
  });

  it('holds still while the person reads, and goes on afterwards', async () => {
    const { feed, reader } = setUp(10, 'n');
    await settle();
    reader.follow(false);
    feed.arrive('{"n":1}');
    await settle();
    expect(shown(reader).length).toBe(10);
    expect(reader.get()).toMatchObject({ waiting: 1, hasNewer: true });
    reader.follow(true);
    expect(shown(reader).length).toBe(11);
  });

  it('shows every gap of the time that it has searched, whatever it lets through', async () => {
    const gaps = createStore<readonly Gap[]>([gapAfter(0), gapAfter(1_500), gapAfter(2_950)]);
    const { feed, reader } = setUp(3_000, '"n":2999\\}$', { gaps });
    const rows = () =>
      reader
        .get()
        .rows.map((row) => (row.kind === 'event' ? row.record.n : row.kind === 'gap' ? row.gap.from : 'day'));
    expect(rows()).toEqual([]);
    await settle();
    expect(rows()).toEqual([...[0, 1_500, 2_950].map((n) => gapAfter(n).from), 2_999]);
    // What is missed while nothing matches shows at once.
    gaps.set([...gaps.get(), { ...gapAfter(3_001), to: null }]);
    expect(rows().at(-1)).toBe(gapAfter(3_001).from);
    feed.arrive('"n":2999}');
    await settle();
    expect(rows().slice(-2)).toEqual([3_001, gapAfter(3_001).from]);
  });

  it('shows no gap of a time that it has not come to', async () => {
    const gaps = createStore<readonly Gap[]>([gapAfter(10), gapAfter(6_500)]);
    const { reader } = setUp(7_000, 'n', { gaps });
    await settle();
    expect(reader.get().scan?.state).toBe('full');
    expect(reader.get().rows.filter(({ kind }) => kind === 'gap')).toHaveLength(1);
  });

  it('stops and goes on with the search', async () => {
    const { reader } = setUp(5_000, 'never');
    reader.scan(false);
    await settle();
    expect(reader.get().scan).toMatchObject({ state: 'stopped', searched: 0 });
    reader.scan(true);
    await settle();
    expect(reader.get().scan).toMatchObject({ state: 'done', searched: 5_000 });
  });

  it('holds a bounded number of matches, the newest', async () => {
    const { reader } = setUp(7_000, 'n');
    await settle();
    expect(reader.get().scan?.state).toBe('full');
    expect(shown(reader).length).toBe(MAX_MATCHES);
    expect(shown(reader).at(-1)).toBe(7_000);
  });

  it('ends an expression that takes too long, and says so', async () => {
    const { clock, worker, reader } = setUp(10, '(a+)+$', { stuck: true });
    await settle();
    clock.advance(MATCH_TIMEOUT_MS);
    await settle();
    expect(reader.get().scan?.state).toBe('too-slow');
    expect(worker.ended).toBe(true);
  });

  it('says why when the log cannot be read', async () => {
    const feed = createFakeFeed(recordsUpTo(5));
    feed.fail(new Error('The database is gone.'));
    const matcher = createMatcher({
      filter: { kind: 'text', text: 'x' },
      makeWorker: () => fakeWorker(),
      clock: createFakeClock(),
    });
    const reader = createFilterReader({ feed, gaps: NO_GAPS, matcher, now: () => 0 });
    await settle();
    expect(reader.get().scan).toMatchObject({ state: 'failed', reason: 'The database is gone.' });
  });

  it('lets the worker go when it is closed', async () => {
    const { worker, reader } = setUp(10, 'n');
    await settle();
    reader.close();
    expect(worker.ended).toBe(true);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EventRecord, Gap } from '../../connection/api.ts';
import { createStore } from '../../shared/store.ts';
import { flush as settled, withResolvers } from '../../shared/test-doubles.ts';
import { findTime } from './find-time.ts';
import { createReader, type Reader } from './reader.ts';
import { rowsOf } from './rows.ts';
import { createFakeFeed, recordOf, recordsUpTo } from './test-doubles.ts';

const NOW = 1_700_000_000_000;
const read = (feed: ReturnType<typeof createFakeFeed>, gaps: Gap[] = []) =>
  createReader({ feed, gaps: createStore<readonly Gap[]>(gaps), now: () => NOW });
const shown = (reader: Reader) =>
  reader.get().rows.flatMap((row) => (row.kind === 'event' ? [row.record.n] : []));
const span = (reader: Reader) => [shown(reader)[0], shown(reader).at(-1)];

describe('a reader', () => {
  it('follows the end', () => {
    const feed = createFakeFeed(recordsUpTo(3));
    const reader = read(feed);
    feed.arrive('4');
    expect(shown(reader)).toEqual([1, 2, 3, 4]);
    expect(reader.get()).toMatchObject({ following: true, waiting: 0, hasOlder: false, hasNewer: false });
  });

  it('holds still on demand, and counts what waits', async () => {
    const feed = createFakeFeed(recordsUpTo(3));
    const reader = read(feed);
    reader.follow(false);
    const { rows } = reader.get();
    for (let n = 0; n < 5; n += 1) feed.arrive('x');
    expect(reader.get().rows).toBe(rows);
    expect(reader.get()).toMatchObject({ waiting: 5, hasNewer: true });
    await reader.loadNewer();
    expect(shown(reader)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(reader.get().hasNewer).toBe(false);
    reader.follow(true);
    feed.arrive('x');
    expect(span(reader)).toEqual([1, 9]);
    expect(reader.get().waiting).toBe(0);
  });

  it('goes to the end when more came than it holds', () => {
    const feed = createFakeFeed(recordsUpTo(3), 10);
    const reader = read(feed);
    reader.follow(false);
    for (let n = 0; n < 30; n += 1) feed.arrive('x');
    reader.follow(true);
    expect(span(reader)).toEqual([24, 33]);
    expect(reader.get().hasOlder).toBe(true);
  });

  it('goes back through the log and forward again, and holds a bounded part of it', async () => {
    const feed = createFakeFeed(recordsUpTo(30_000), 100);
    const reader = read(feed);
    reader.follow(false);
    while (reader.get().hasOlder) await reader.loadOlder();
    expect(span(reader)[0]).toBe(1);
    expect(shown(reader).length).toBe(20_000);
    expect(reader.get().hasNewer).toBe(true);
    for (let turn = 0; turn < 200 && reader.get().hasNewer; turn += 1) await reader.loadNewer();
    expect(span(reader)).toEqual([10_001, 30_000]);
    expect(new Set(shown(reader)).size).toBe(20_000);
  });

  it('lets the oldest go while it follows', () => {
    const feed = createFakeFeed(recordsUpTo(5_400), 6_000);
    const reader = read(feed);
    for (let n = 0; n < 200; n += 1) feed.arrive('x');
    expect(shown(reader).length).toBeLessThanOrEqual(5_500);
    expect(span(reader)[1]).toBe(5_600);
    expect(reader.get().hasOlder).toBe(true);
  });

  it('jumps to a time and back to a place', async () => {
    const feed = createFakeFeed(recordsUpTo(3_000), 100);
    const reader = read(feed);
    expect(await reader.goTo(recordOf(1_234).receivedAt - 1)).toBe('e1.1234');
    expect(span(reader)).toEqual([1_034, 1_433]);
    expect(reader.get()).toMatchObject({ following: false, hasOlder: true, hasNewer: true });
    expect(await reader.goTo(recordOf(9_999).receivedAt)).toBeNull();
    expect(await reader.restore({ epoch: 1, n: 10 })).toBe('e1.10');
    expect(span(reader)).toEqual([1, 209]);
    reader.follow(true);
    expect(span(reader)).toEqual([2_901, 3_000]);
  });

  it('drops a page that was asked for before a jump', async () => {
    const feed = createFakeFeed(recordsUpTo(3_000), 100);
    const reader = read(feed);
    reader.follow(false);
    const { promise, resolve } = withResolvers<void>();
    feed.delay(promise);
    const late = reader.loadOlder();
    await reader.restore({ epoch: 1, n: 10 });
    resolve();
    await late;
    expect(span(reader)).toEqual([1, 209]);
  });

  it('starts anew at the end when more came at once than the feed holds', () => {
    const feed = createFakeFeed(recordsUpTo(30), 10);
    const reader = read(feed);
    feed.burst(50);
    expect(span(reader)).toEqual([71, 80]);
    expect(shown(reader).length).toBe(10);
  });

  it('says when the log cannot be read, and works on afterwards', async () => {
    const feed = createFakeFeed(recordsUpTo(300), 100);
    const reader = read(feed);
    feed.fail(new Error('The database is gone.'));
    await expect(reader.loadOlder()).rejects.toThrow('gone');
    feed.fail(null);
    await reader.loadOlder();
    expect(span(reader)[0]).toBe(1);
  });

  it('is always a piece of the log without a hole, whatever is done', async () => {
    const step = fc.constantFrom('arrive', 'burst', 'hold', 'follow', 'older', 'newer', 'jump', 'settle');
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(step, fc.nat(600)), { maxLength: 40 }), async (steps) => {
        const feed = createFakeFeed(recordsUpTo(500), 40);
        const reader = read(feed);
        for (const [what, n] of steps) {
          if (what === 'arrive') feed.arrive('x');
          else if (what === 'burst') feed.burst(60);
          else if (what === 'hold') reader.follow(false);
          else if (what === 'follow') reader.follow(true);
          else if (what === 'older') void reader.loadOlder();
          else if (what === 'newer') void reader.loadNewer();
          else if (what === 'jump') void reader.goTo(recordOf(n).receivedAt);
          else await settled();
          const numbers = shown(reader);
          expect(numbers).toEqual(numbers.map((_, at) => (numbers[0] ?? 0) + at));
          const { following, hasNewer } = reader.get();
          if (following) expect(numbers.at(-1)).toBe(feed.log.at(-1)?.n);
          if (!hasNewer) expect(numbers.at(-1)).toBe(feed.log.at(-1)?.n);
          if (!reader.get().hasOlder) expect(numbers[0]).toBe(1);
        }
        reader.close();
      }),
      { numRuns: 150 },
    );
  });
});

describe('findTime', () => {
  it('finds the first event at or after a time, across epochs', async () => {
    const entry = fc.record({ epochs: fc.nat(2), numbers: fc.integer({ min: 1, max: 9 }), wait: fc.nat(5) });
    await fc.assert(
      fc.asyncProperty(fc.array(entry, { maxLength: 30 }), fc.nat(120), async (entries, at) => {
        let [epoch, n, time] = [1, 0, 0];
        const log: EventRecord[] = entries.map((one) => {
          epoch += one.epochs;
          n = one.epochs > 0 ? one.numbers : n + one.numbers;
          time += one.wait;
          return recordOf(n, { epoch, receivedAt: time });
        });
        const found = await findTime(createFakeFeed(log), at);
        expect(found).toEqual(log.find((record) => record.receivedAt >= at) ?? null);
      }),
    );
  });

  it('reads little of a long log', async () => {
    const feed = createFakeFeed(recordsUpTo(20_000));
    await findTime(feed, recordOf(777).receivedAt);
    expect(feed.reads()).toBeLessThan(50);
  });
});

describe('rowsOf', () => {
  const gap = (from: number, to: number | null): Gap => ({
    channel: 'default/a',
    from: recordOf(from).receivedAt + 500,
    to: to === null ? null : recordOf(to).receivedAt - 500,
    cause: 'offline',
  });
  const kinds = (...args: Parameters<typeof rowsOf>) =>
    rowsOf(...args).map((row) => (row.kind === 'event' ? row.record.n : row.kind));

  it('puts gaps where they belong, and none where the log goes on', () => {
    const records = [recordOf(2), recordOf(3), recordOf(8)];
    const gaps = [gap(0, 1), gap(3, 8), gap(9, null)];
    const closed = { hasOlder: false, hasNewer: false };
    expect(kinds(records, gaps, closed, NOW)).toEqual(['gap', 2, 3, 'gap', 8, 'gap']);
    expect(kinds(records, gaps, { hasOlder: true, hasNewer: true }, NOW)).toEqual([2, 3, 'gap', 8]);
    expect(kinds([], [gap(3, null)], closed, NOW)).toEqual(['gap']);
  });

  it('heads a day that is not today', () => {
    const day = 86_400_000;
    const records = [recordOf(1, { receivedAt: NOW - 2 * day }), recordOf(2, { receivedAt: NOW })];
    expect(kinds(records, [], { hasOlder: false, hasNewer: false }, NOW)).toEqual(['day', 1, 'day', 2]);
  });

  it('keeps the row of a record', () => {
    const records = recordsUpTo(2);
    const ends = { hasOlder: false, hasNewer: false };
    expect(rowsOf(records, [], ends, NOW)[0]).toBe(rowsOf(records, [], ends, NOW)[0]);
  });
});

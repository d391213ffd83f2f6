import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { comparePositions, type EventRecord, type Position } from '../../shared/log.ts';
import { createReceiver } from './receiver.ts';

const record = (epoch: number, n: number): EventRecord => ({
  epoch,
  n,
  channel: 'default/a',
  event: `"${epoch}.${n}"`,
  receivedAt: 0,
});

/** A log, and the announcements that a leader made of it: some are lost, some come twice, epochs change. */
const history = fc
  .array(fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 8 }), { minLength: 1, maxLength: 4 })
  .map((epochs) =>
    epochs.flatMap((batches, index) => {
      let n = 0;
      return batches.map((size) => {
        const records = Array.from({ length: size }, () => record(index + 1, ++n));
        return { epoch: index + 1, from: records[0]?.n ?? 1, records };
      });
    }),
  );

/** A receiver over a log that the test fills; reads take a turn, as those of a database do. */
function setUp(worth = Number.POSITIVE_INFINITY, begin: Promise<Position> | null = null) {
  const log: EventRecord[] = [];
  const got: EventRecord[] = [];
  const pages: number[] = [];
  const skipped: Position[] = [];
  const receiver = createReceiver({
    begin,
    read: async (after, until, limit) => {
      const page = log
        .filter((r) => comparePositions(r, after) > 0 && comparePositions(r, until) <= 0)
        .slice(0, limit);
      await Promise.resolve();
      pages.push(page.length);
      return page;
    },
    deliver(records) {
      for (const each of records) got.push(each);
    },
    worthReading: () => worth,
    skip: (until) => skipped.push(until),
  });
  const append = (epoch: number, first: number, last: number): EventRecord[] => {
    const records = Array.from({ length: last - first + 1 }, (_, index) => record(epoch, first + index));
    for (const each of records) log.push(each);
    return records;
  };
  return { log, got, pages, skipped, receiver, append };
}

async function settle(turns = 400): Promise<void> {
  for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
}

describe('the receiver', () => {
  it('delivers each event once and in order, whatever announcements are lost, doubled or overtaken by reading', async () => {
    await fc.assert(
      fc.asyncProperty(
        history,
        fc.infiniteStream(fc.constantFrom('hear', 'lose', 'double', 'beat')),
        async (batches, fate) => {
          const { log, got, receiver } = setUp();
          receiver.reached(1, 0);
          for (const { epoch, from, records } of batches) {
            log.push(...records);
            const luck = fate.next().value;
            if (luck === 'hear' || luck === 'double') receiver.events(epoch, from, records);
            if (luck === 'double') receiver.events(epoch, from, records);
            if (luck === 'beat') receiver.reached(epoch, log.at(-1)?.n ?? 0);
            if (fate.next().value === 'lose') await Promise.resolve();
          }
          const last = log.at(-1);
          if (last !== undefined) receiver.reached(last.epoch, last.n);
          await settle();
          expect(got).toEqual(log);
        },
      ),
      { numRuns: 1_000 },
    );
  });

  it('begins where the leader is, not at the beginning of the log', () => {
    const { got, receiver } = setUp();
    receiver.reached(3, 10);
    receiver.events(3, 11, [record(3, 11)]);
    expect(got).toEqual([record(3, 11)]);
  });

  it('finds what a leader stored and died before it could announce it', async () => {
    const { got, receiver, append } = setUp(undefined, Promise.resolve({ epoch: 2, n: 7 }));
    const late = append(2, 8, 9);
    receiver.reached(3, 0);
    receiver.events(3, 1, append(3, 1, 1));
    await settle();
    expect(got).toEqual([...late, record(3, 1)]);
  });

  it('takes nothing from a leader of an older epoch', () => {
    const { got, receiver } = setUp();
    receiver.reached(5, 0);
    receiver.events(4, 1, [record(4, 1)]);
    expect(got).toEqual([]);
  });

  it('reads what it slept through in pages, and what comes meanwhile after it, each once', async () => {
    const { log, got, pages, receiver, append } = setUp();
    receiver.reached(1, 0);
    append(1, 1, 3_200);
    receiver.reached(1, 3_200);
    // While it reads: far more than it keeps waiting, announced in batches, the last from a new leader.
    for (let n = 3_201; n < 15_000; n += 400) receiver.events(1, n, append(1, n, n + 399));
    receiver.events(2, 1, append(2, 1, 5_050));
    await settle();
    expect(got).toEqual(log);
    expect(Math.max(...pages)).toBe(500);
    // What was announced beyond that was not held on to, but read.
    expect(pages.reduce((sum, length) => sum + length, 0)).toBeGreaterThan(3_200 + 5_000);
  });

  it('skips a hole that is not worth reading, and goes on behind it', async () => {
    const { got, pages, skipped, receiver, append } = setUp(5_000);
    receiver.reached(1, 0);
    append(1, 1, 6_000);
    receiver.reached(1, 6_000);
    receiver.events(1, 6_001, append(1, 6_001, 6_002));
    await settle();
    expect(skipped).toEqual([{ epoch: 1, n: 6_000 }]);
    expect(pages).toEqual([]);
    expect(got.map(({ n }) => n)).toEqual([6_001, 6_002]);
  });

  it('gives up a hole whose size nobody could know, when it read as much as is worth it', async () => {
    const { got, skipped, receiver, append } = setUp(1_000);
    receiver.reached(1, 0);
    // The leader died with all of this unheard; its successor has written two.
    append(1, 1, 4_000);
    append(2, 1, 2);
    receiver.reached(2, 2);
    await settle();
    expect(skipped).toEqual([{ epoch: 2, n: 2 }]);
    expect(got).toHaveLength(1_000);
    receiver.events(2, 3, append(2, 3, 3));
    await settle();
    expect(got.at(-1)).toEqual(record(2, 3));
  });

  it('goes on where the log cannot be read', async () => {
    const got: EventRecord[] = [];
    const receiver = createReceiver({
      begin: Promise.reject(new Error('no storage')),
      read: () => Promise.reject(new Error('no storage')),
      deliver: (records) => got.push(...records),
      worthReading: () => Number.POSITIVE_INFINITY,
      skip() {},
    });
    receiver.reached(1, 0);
    receiver.events(1, 5, [record(1, 5)]);
    await settle();
    expect(got).toEqual([record(1, 5)]);
  });
});

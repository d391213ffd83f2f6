import 'fake-indexeddb/auto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { GapCause } from '../shared/log.ts';
import { compactRows, gapsOf, joinIntervals } from './coverage-log.ts';
import type { CoverageRow } from './database.ts';
import { createHistory } from './history.ts';

const interval = (from: number, to: number, endedBy: GapCause | null = null, epoch = 1): CoverageRow => ({
  channel: 'c',
  from,
  to,
  endedBy,
  epoch,
});
const gaps = (rows: readonly CoverageRow[], live: boolean) => gapsOf('c', joinIntervals(rows), live);

describe('gaps', () => {
  it('lie between intervals, with the cause of the end before them', () => {
    const intervals = [interval(0, 10, 'offline'), interval(30, 40), interval(60, 70)];
    expect(gaps(intervals, true)).toEqual([
      { channel: 'c', from: 10, to: 30, cause: 'offline' },
      { channel: 'c', from: 40, to: 60, cause: 'leader-lost' },
    ]);
  });

  it('last until now while the channel is not listened to', () => {
    expect(gaps([interval(0, 10, 'connection-lost')], false)).toEqual([
      { channel: 'c', from: 10, to: null, cause: 'connection-lost' },
    ]);
    expect(gaps([], false)).toEqual([]);
  });

  it('are none where two leaders overlapped or followed each other at once', () => {
    expect(gaps([interval(0, 50, 'connection-lost'), interval(40, 90)], true)).toEqual([]);
    expect(gaps([interval(0, 50, 'connection-lost'), interval(52, 90)], true)).toEqual([]);
    expect(joinIntervals([interval(0, 50, 'offline'), interval(10, 20), interval(51, 60, 'denied')])).toEqual(
      [{ from: 0, to: 60, endedBy: 'denied' }],
    );
  });
});

const someRows = fc
  .array(
    fc.record({
      channel: fc.constantFrom('a', 'b'),
      from: fc.nat(200),
      length: fc.nat(30),
      endedBy: fc.constantFrom<(GapCause | null)[]>(null, 'offline', 'not-watched'),
      epoch: fc.integer({ min: 1, max: 4 }),
    }),
    { maxLength: 25 },
  )
  .map((rows) =>
    rows
      .map(({ length, ...row }): CoverageRow => ({ ...row, to: row.from + length }))
      .filter((row, at, all) => all.findIndex((o) => o.channel === row.channel && o.from === row.from) === at)
      .toSorted((a, b) => (a.channel === b.channel ? a.from - b.from : a.channel < b.channel ? -1 : 1)),
  );

describe('compacting', () => {
  it('changes nothing of what is claimed, and leaves nothing that touches', () => {
    fc.assert(
      fc.property(someRows, (rows) => {
        const compact = compactRows(rows, 5, null);
        for (const channel of ['a', 'b']) {
          const of = (all: readonly CoverageRow[]) => all.filter((row) => row.channel === channel);
          expect(joinIntervals(of(compact))).toEqual(joinIntervals(of(rows)));
          expect(of(compact)).toHaveLength(joinIntervals(of(rows)).length);
        }
      }),
    );
  });

  it('leaves alone what its own leader is still writing', () => {
    const open = interval(52, 90, null, 7);
    expect(compactRows([interval(0, 50, 'offline', 6), open], 7, null)).toContain(open);
  });

  it('forgets the oldest of a great many that no event is left of, and none that events are left of', () => {
    const many = Array.from({ length: 1_500 }, (_, i) => interval(i * 100, i * 100 + 10, 'offline'));
    expect(compactRows(many, 2, null)).toEqual(many.slice(-1_000));
    expect(compactRows(many, 2, 140_000)).toEqual(many.slice(400));
    expect(compactRows(many, 2, 0)).toEqual(many);
  });

  it('on the device: fewer rows, the same coverage', async () => {
    const { coverage, events } = createHistory('coverage-compact');
    const epoch = await events.nextEpoch();
    const rows = Array.from({ length: 50 }, (_, i) => ({
      channel: i % 2 === 0 ? 'a' : 'b',
      from: i * 10,
      to: i * 10 + 20,
      endedBy: null,
    }));
    await coverage.put(epoch, rows);
    await coverage.compact(epoch + 1, null);
    expect(await coverage.read('a')).toEqual([{ channel: 'a', from: 0, to: 500, endedBy: null, epoch }]);
    expect(await coverage.read('b')).toHaveLength(1);
  });
});

describe('coverage on the device', () => {
  it('is not taken from a leader of an older epoch: what it claims to have heard was not stored', async () => {
    const { coverage, events } = createHistory('coverage-fence');
    const old = await events.nextEpoch();
    await coverage.put(old, [{ channel: 'c', from: 0, to: 10, endedBy: null }]);
    await events.nextEpoch();
    await expect(
      coverage.put(old, [{ channel: 'c', from: 0, to: 99, endedBy: 'offline' }]),
    ).rejects.toMatchObject({ code: 'closed' });
    await expect(coverage.compact(old, null)).rejects.toMatchObject({ code: 'closed' });
    expect(await coverage.read('c')).toEqual([interval(0, 10, null, old)]);
  });
});

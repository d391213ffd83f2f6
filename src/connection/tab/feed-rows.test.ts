import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type EventRecord, FRAME_AGE_MS, type Gap } from '../../shared/log.ts';
import type { FeedRow } from '../api.ts';
import { appendRows, dropOldest, mergeRows } from './feed-rows.ts';

const record = (n: number, receivedAt = n * 10): EventRecord => ({
  epoch: 1,
  n,
  channel: 'default/a',
  event: `${n}`,
  receivedAt,
});
const gap = (from: number, to: number | null): Gap => ({ channel: 'default/a', from, to, cause: 'offline' });
const keys = (rows: readonly FeedRow[]): string[] => rows.map(({ key }) => key);

describe('rows', () => {
  it('hold events and gaps by time', () => {
    expect(keys(mergeRows([record(1), record(2), record(4)], [gap(21, 39), gap(41, null)], false))).toEqual([
      'e1.1',
      'e1.2',
      'g21',
      'e1.4',
      'g41',
    ]);
  });

  it('hold an open gap after what was heard within the age of a frame after its beginning', () => {
    const heard = [record(1), record(2, 10 + FRAME_AGE_MS)];
    expect(keys(mergeRows(heard, [gap(10, null)], false))).toEqual(['e1.1', 'e1.2', 'g10']);
    const live = [...heard, record(3, 11 + FRAME_AGE_MS)];
    expect(keys(mergeRows(live, [gap(10, null)], false))).toEqual(['e1.1', 'e1.2', 'g10', 'e1.3']);
    expect(keys(mergeRows(live, [gap(10, 15)], false))).toEqual(['e1.1', 'g10', 'e1.2', 'e1.3']);
  });

  it('hold no gap before the first event while older events are not read', () => {
    expect(keys(mergeRows([record(5)], [gap(20, 30)], true))).toEqual(['e1.5']);
    expect(keys(mergeRows([record(5)], [gap(20, 30)], false))).toEqual(['g20', 'e1.5']);
  });

  it('come out the same whether events are appended one by one or merged at once', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 300 }), { maxLength: 30 }),
        fc.uniqueArray(fc.integer({ min: 0, max: 400 }), { maxLength: 10 }),
        fc.nat(30),
        (times, starts, cut) => {
          const records = times.toSorted((a, b) => a - b).map((at, index) => record(index + 1, at));
          const gaps = starts.toSorted((a, b) => a - b).map((from) => gap(from, from + 1));
          const first = mergeRows(records.slice(0, cut), gaps, false);
          const appended = records.slice(cut).reduce((rows, each) => appendRows(rows, [each]), first);
          expect(appended).toEqual(mergeRows(records, gaps, false));
          expect(first.filter(({ kind }) => kind === 'event').every((row) => appended.includes(row))).toBe(
            true,
          );
          if (records.length > cut) {
            expect(dropOldest(appended, cut)).toEqual(mergeRows(records.slice(cut), gaps, true));
          }
        },
      ),
    );
  });

  it('are the same objects for as long as they say the same', () => {
    const before = mergeRows([record(1), record(2)], [gap(12, 15), gap(21, null)], false);
    const after = mergeRows([record(1), record(2), record(3)], [gap(12, 15), gap(21, 28)], false, before);
    expect(keys(after)).toEqual(['e1.1', 'g12', 'e1.2', 'g21', 'e1.3']);
    expect(after.map((row) => before.includes(row))).toEqual([true, true, true, false, false]);
  });
});

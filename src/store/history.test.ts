import 'fake-indexeddb/auto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EventRecord } from '../shared/log.ts';
import { createDatabase, deleteDatabase } from './database.ts';
import { createHistory, type History } from './history.ts';
import { recordBytes } from './log-limits.ts';
import { createMemoryHistory } from './memory-history.ts';

let serial = 0;
const newName = (): string => `test-${++serial}`;
const record = (epoch: number, n: number, channel = 'default/a'): EventRecord => ({
  epoch,
  n,
  channel,
  event: `${n}`,
  receivedAt: n,
});
const positions = (records: readonly EventRecord[]): string[] =>
  records.map(({ epoch, n }) => `${epoch}.${n}`);

describe.each<[string, () => History]>([
  ['on the device', () => createHistory(newName())],
  ['in memory', createMemoryHistory],
])('the event log %s', (_where, make) => {
  it('reads the newest page, the page before it, and forward from a position, per channel and in order', async () => {
    const { events } = make();
    await events.append(1, [record(1, 1), record(1, 2, 'default/b'), record(1, 3)]);
    await events.append(2, [record(2, 1), record(2, 2)]);
    expect(positions(await events.page('default/a', null, 2))).toEqual(['2.1', '2.2']);
    expect(positions(await events.page('default/a', record(2, 1), 10))).toEqual(['1.1', '1.3']);
    expect(positions(await events.page('default/none', null, 10))).toEqual([]);
    expect(positions(await events.forward('default/a', null, 2))).toEqual(['1.1', '1.3']);
    expect(positions(await events.forward('default/a', record(1, 3), 10))).toEqual(['2.1', '2.2']);
    expect(positions(await events.between(record(1, 1), record(2, 1), 9))).toEqual(['1.2', '1.3', '2.1']);
    expect(positions(await events.between(record(1, 1), record(2, 1), 2))).toEqual(['1.2', '1.3']);
    expect(await events.count('default/a', record(1, 1), record(2, 1))).toBe(2);
    expect(await events.count('default/a', record(2, 1), record(2, 1))).toBe(0);
    expect(await events.count('default/a', record(2, 2), record(2, 1))).toBe(0);
    expect(await events.oldest()).toBe(1);
    expect(positions(await events.newest(3))).toEqual(['1.3', '2.1', '2.2']);
    expect(positions(await events.newest(99))).toHaveLength(5);
  });

  it('keeps the newest when it is trimmed, by count and by bytes, and knows its size', async () => {
    const { events } = make();
    expect(await events.oldest()).toBeNull();
    const size = await events.append(
      1,
      Array.from({ length: 10 }, (_, i) => record(1, i + 1)),
    );
    expect(size.count).toBe(10);
    expect(await events.trim({ count: 4, bytes: Number.POSITIVE_INFINITY })).toMatchObject({ count: 4 });
    expect(positions(await events.page('default/a', null, 20))).toEqual(['1.7', '1.8', '1.9', '1.10']);
    const half = (await events.size()).bytes / 2 + 2;
    expect(await events.trim({ count: 100, bytes: half })).toMatchObject({ count: 2 });
    expect((await events.size()).bytes).toBeLessThanOrEqual(half);
    expect(positions(await events.page('default/a', null, 20))).toEqual(['1.9', '1.10']);
    expect(await events.trim({ count: 0, bytes: 0 })).toEqual({ count: 0, bytes: 0 });
  });

  it('has the size that its events have, whatever is appended and trimmed', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ texts: fc.array(fc.string(), { maxLength: 5 }), keep: fc.nat(12) }), {
          maxLength: 6,
        }),
        async (steps) => {
          const { events } = make();
          let n = 0;
          for (const { texts, keep } of steps) {
            const records = texts.map((event, index) => ({ ...record(1, n + index + 1), event }));
            n += texts.length;
            await events.append(1, records);
            await events.trim({ count: keep, bytes: Number.POSITIVE_INFINITY });
            const all = await events.newest(99);
            expect(all.length).toBeLessThanOrEqual(keep);
            expect(await events.size()).toEqual({
              count: all.length,
              bytes: all.reduce((sum, each) => sum + recordBytes(each), 0),
            });
          }
        },
      ),
      { numRuns: 30 },
    );
  });
});

describe('the log on the device', () => {
  it('refuses a leader of an older epoch, and keeps nothing of its batch', async () => {
    const name = newName();
    const [old, young] = [createHistory(name), createHistory(name)];
    const first = await old.events.nextEpoch();
    await old.events.append(first, [record(first, 1)]);
    const second = await young.events.nextEpoch();
    expect(second).toBeGreaterThan(first);
    await expect(old.events.append(first, [record(first, 2)])).rejects.toMatchObject({ code: 'closed' });
    await young.events.append(second, [record(second, 1)]);
    expect(positions(await young.events.page('default/a', null, 9))).toEqual([`${first}.1`, `${second}.1`]);
  });

  it('takes over the epoch of a leader that had to choose one without the database', async () => {
    const history = createHistory(newName());
    await history.events.append(1_000, [record(1_000, 1)]);
    expect(await history.events.nextEpoch()).toBe(1_001);
  });

  it('is deleted although other contexts hold it open, and their next use starts an empty one', async () => {
    const name = newName();
    const database = createDatabase(name);
    const { events } = createHistory(name);
    await events.append(1, [record(1, 1)]);
    await database.use((db) => db.count('events'));
    await deleteDatabase(name);
    expect(await database.use((db) => db.count('events'))).toBe(0);
  });

  it('goes on in the emptied log of a user who wiped it, with the right size', async () => {
    const name = newName();
    const { events } = createHistory(name);
    const epoch = await events.nextEpoch();
    for (let n = 1; n <= 5; n += 1) await events.append(epoch, [record(epoch, n)]);
    await deleteDatabase(name);
    expect(await events.append(epoch, [record(epoch, 6)])).toMatchObject({ count: 1 });
    expect(await events.append(epoch, [record(epoch, 7)])).toMatchObject({ count: 2 });
    expect(positions(await events.newest(9))).toEqual([`${epoch}.6`, `${epoch}.7`]);
  });

  it('says plainly that it cannot be used after it was closed', async () => {
    const database = createDatabase(newName());
    database.close();
    await expect(database.use((db) => db.count('events'))).rejects.toMatchObject({ code: 'closed' });
  });
});

import 'fake-indexeddb/auto';
import { describe, expect, it } from 'vitest';
import type { EventRecord } from '../shared/log.ts';
import { gapsOf } from './coverage-log.ts';
import { createDatabase, deleteDatabase } from './database.ts';
import { createHistory, createMemoryHistory, type History } from './history.ts';

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
    expect(positions(await events.between(record(1, 1), record(2, 1)))).toEqual(['1.2', '1.3', '2.1']);
    expect(positions(await events.newest(3))).toEqual(['1.3', '2.1', '2.2']);
    expect(positions(await events.newest(99))).toHaveLength(5);
  });

  it('keeps the newest when it is trimmed', async () => {
    const { events } = make();
    await events.append(
      1,
      Array.from({ length: 10 }, (_, i) => record(1, i + 1)),
    );
    expect(await events.trim(4)).not.toBe(0);
    expect(positions(await events.page('default/a', null, 20))).toEqual(['1.7', '1.8', '1.9', '1.10']);
    await events.trim(4);
    expect(await events.page('default/a', null, 20)).toHaveLength(4);
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

  it('is deleted although other contexts hold it open, and their next use starts an empty one', async () => {
    const name = newName();
    const database = createDatabase(name);
    const { events } = createHistory(name);
    await events.append(1, [record(1, 1)]);
    await database.use((db) => db.count('events'));
    await deleteDatabase(name);
    expect(await database.use((db) => db.count('events'))).toBe(0);
  });

  it('says plainly that it cannot be used after it was closed', async () => {
    const database = createDatabase(newName());
    database.close();
    await expect(database.use((db) => db.count('events'))).rejects.toMatchObject({ code: 'closed' });
  });
});

describe('gaps', () => {
  const interval = (from: number, to: number, endedBy: 'offline' | 'connection-lost' | null) => ({
    channel: 'c',
    from,
    to,
    endedBy,
    epoch: 1,
  });

  it('lie between intervals, with the cause of the end before them', () => {
    const intervals = [interval(0, 10, 'offline'), interval(30, 40, null), interval(60, 70, null)];
    expect(gapsOf('c', intervals, true)).toEqual([
      { channel: 'c', from: 10, to: 30, cause: 'offline' },
      { channel: 'c', from: 40, to: 60, cause: 'leader-lost' },
    ]);
  });

  it('last until now while the channel is not listened to', () => {
    expect(gapsOf('c', [interval(0, 10, 'connection-lost')], false)).toEqual([
      { channel: 'c', from: 10, to: null, cause: 'connection-lost' },
    ]);
    expect(gapsOf('c', [], false)).toEqual([]);
  });

  it('are none where two leaders overlapped', () => {
    expect(gapsOf('c', [interval(0, 50, 'connection-lost'), interval(40, 90, null)], true)).toEqual([]);
  });
});

import { describe, expect, it } from 'vitest';
import type { CoverageLog } from '../../store/coverage-log.ts';
import { createCoverageWriter } from './coverage-writer.ts';
import { initialLeaderState, newLine } from './state.ts';

function setUp(fail = false) {
  const done: string[] = [];
  const log: CoverageLog = {
    async put(_epoch, rows) {
      if (fail) throw new Error('no storage');
      done.push(...rows.map(({ channel, to, endedBy }) => `${channel} ${to} ${endedBy ?? 'open'}`));
    },
    read: async () => [],
    async compact(epoch, oldest) {
      done.push(`compact ${epoch} ${oldest}`);
    },
  };
  const writer = createCoverageWriter({
    epoch: 4,
    log,
    async flushEvents() {
      await Promise.resolve();
      done.push('events stored');
    },
    oldestEvent: async () => 77,
    announce: (channels) => done.push(`told ${channels.join()}`),
  });
  const sub = (channel: string, coveredFrom: number | null) => ({
    ...{ channel, askedAt: 0, live: null, coveredFrom },
  });
  const heard = (provenWall: number) => ({
    ...initialLeaderState(true, 1_000),
    lines: [
      {
        ...newLine(1),
        current: {
          ...{ id: 1, startedAt: 0, ackedAt: 0, heardAt: 0, renewAt: null, generation: 0 },
          ...{ provenWall, provenAt: 0, freshAt: 0, asked: null },
          subs: { one: sub('a', 10), two: sub('b', null) },
        },
      },
    ],
  });
  return { writer, done, heard };
}

describe('the coverage writer', () => {
  it('writes an interval after the events before it, one after the other, and compacts first of all and rarely', async () => {
    const { writer, done, heard } = setUp();
    void writer.put([{ channel: 'a', from: 10, to: 10, endedBy: null }]);
    void writer.extend(heard(20));
    void writer.put([{ channel: 'a', from: 10, to: 25, endedBy: 'offline' }]);
    await writer.flush();
    expect(done).toEqual([
      ...['events stored', 'a 10 open', 'told a', 'compact 4 77'],
      ...['events stored', 'a 20 open'],
      ...['events stored', 'a 25 offline', 'told a'],
    ]);
    for (let beat = 0; beat < 719; beat += 1) await writer.extend(heard(30));
    expect(done.filter((entry) => entry.startsWith('compact'))).toHaveLength(2);
  });

  it('takes no harm from storage that fails', async () => {
    const { writer } = setUp(true);
    await expect(writer.put([{ channel: 'a', from: 10, to: 10, endedBy: null }])).resolves.toBeUndefined();
    await expect(writer.flush()).resolves.toBeUndefined();
  });
});

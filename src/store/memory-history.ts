/** The event log and the coverage of one page alone, in memory. */
import { comparePositions, type EventRecord, type Position } from '../shared/log.ts';
import { createMemoryCheckpoints } from './checkpoints.ts';
import type { CoverageRow } from './database.ts';
import type { History } from './history.ts';
import { isOver, type LogSize, MEMORY_LIMITS, recordBytes } from './log-limits.ts';

/**
 * History of one page alone: where tabs cannot share a connection, each hears every event by itself, and a common
 * log would hold each of them as often as there are tabs.
 */
export function createMemoryHistory(): History {
  const kept: EventRecord[] = [];
  let size: LogSize = { count: 0, bytes: 0 };
  const intervals = new Map<string, CoverageRow>();
  const add = (record: EventRecord, sign: 1 | -1): void => {
    size = { count: size.count + sign, bytes: size.bytes + sign * recordBytes(record) };
  };
  const of = (channel: string): EventRecord[] => kept.filter((record) => record.channel === channel);
  const after = (channel: string, position: Position | null): EventRecord[] =>
    of(channel).filter((record) => position === null || comparePositions(record, position) > 0);
  return {
    events: {
      nextEpoch: async () => 1,
      async append(_epoch, records) {
        kept.push(...records);
        for (const record of records) add(record, 1);
        return size;
      },
      page: async (channel, before, limit) =>
        of(channel)
          .filter((record) => before === null || comparePositions(record, before) < 0)
          .slice(-limit),
      forward: async (channel, position, limit) => after(channel, position).slice(0, limit),
      count: async (channel, position, until) =>
        after(channel, position).filter((record) => comparePositions(record, until) <= 0).length,
      newest: async (limit) => kept.slice(-limit),
      between: async (start, until, limit) =>
        kept
          .filter((record) => comparePositions(record, start) > 0 && comparePositions(record, until) <= 0)
          .slice(0, limit),
      oldest: async () => kept[0]?.receivedAt ?? null,
      size: async () => size,
      async trim(limits) {
        let excess = 0;
        for (const record of kept) {
          if (!isOver(size, limits)) break;
          add(record, -1);
          excess += 1;
        }
        kept.splice(0, excess);
        return size;
      },
    },
    coverage: {
      async put(epoch, rows) {
        for (const row of rows) intervals.set(`${row.channel} ${row.from}`, { ...row, epoch });
      },
      read: async (channel) =>
        [...intervals.values()].filter((row) => row.channel === channel).sort((a, b) => a.from - b.from),
      // It lasts as long as the page: there is not enough of it to be worth the work.
      async compact() {},
    },
    checkpoints: createMemoryCheckpoints(),
    limits: async () => MEMORY_LIMITS,
    durable: false,
    close() {},
  };
}

/** The event log and the coverage of one user, on the device or, where that cannot be shared, in memory. */
import { comparePositions, type EventRecord } from '../shared/log.ts';
import { type CoverageLog, createCoverageLog } from './coverage-log.ts';
import { type CoverageRow, createDatabase, type Database } from './database.ts';
import { createEventLog, type EventLog } from './event-log.ts';

export interface History {
  events: EventLog;
  coverage: CoverageLog;
  /** Whether it outlives the page. */
  durable: boolean;
  close(): void;
}

/** History on the device, shared by all contexts of the user. */
export function createHistory(databaseName: string): History {
  return historyOf(createDatabase(databaseName));
}

/** The same on a database that the caller opened and will use for more. */
export function historyOf(database: Database): History {
  return {
    events: createEventLog(database),
    coverage: createCoverageLog(database),
    durable: true,
    close: () => database.close(),
  };
}

/**
 * History of one page alone: where tabs cannot share a connection, each hears every event by itself, and a common
 * log would hold each of them as often as there are tabs.
 */
export function createMemoryHistory(): History {
  const kept: EventRecord[] = [];
  const intervals = new Map<string, CoverageRow>();
  const of = (channel: string): EventRecord[] => kept.filter((record) => record.channel === channel);
  return {
    events: {
      nextEpoch: async () => 1,
      append: async (_epoch, records) => void kept.push(...records),
      page: async (channel, before, limit) =>
        of(channel)
          .filter((record) => before === null || comparePositions(record, before) < 0)
          .slice(-limit),
      forward: async (channel, after, limit) =>
        of(channel)
          .filter((record) => after === null || comparePositions(record, after) > 0)
          .slice(0, limit),
      newest: async (limit) => kept.slice(-limit),
      between: async (after, until) =>
        kept.filter((record) => comparePositions(record, after) > 0 && comparePositions(record, until) <= 0),
      trim: async (max) => kept.splice(0, Math.max(0, kept.length - max)).length,
    },
    coverage: {
      put: async (rows) => {
        for (const row of rows) intervals.set(`${row.channel} ${row.from}`, row);
      },
      read: async (channel) => [...intervals.values()].filter((row) => row.channel === channel),
    },
    durable: false,
    close() {},
  };
}

/** The event log and the coverage of one user on the device. Where it cannot be shared: `memory-history.ts`. */
import { type Checkpoints, createCheckpoints } from './checkpoints.ts';
import { type CoverageLog, createCoverageLog } from './coverage-log.ts';
import { createDatabase, type Database } from './database.ts';
import { createEventLog, type EventLog } from './event-log.ts';
import { createEventPages, type EventPages } from './event-pages.ts';
import { deviceLimits, type LogSize } from './log-limits.ts';

/** What a leader needs of it. */
export interface LeaderHistory {
  events: EventLog;
  coverage: CoverageLog;
  checkpoints: Checkpoints;
  /** How much the log may hold here; asks the browser. */
  limits(): Promise<LogSize>;
  /** Whether it outlives the page. */
  durable: boolean;
  close(): void;
}

export interface History extends LeaderHistory {
  events: EventLog & EventPages;
}

/** History on the device, shared by all contexts of the user. */
export function createHistory(databaseName: string): History {
  return historyOf(createDatabase(databaseName));
}

/**
 * The same on a database that the caller opened and will use for more.
 * @param estimate how much the browser would keep for this origin.
 */
export function historyOf(database: Database, estimate?: () => Promise<{ quota?: number }>): History {
  const history = leaderHistoryOf(database, estimate);
  return { ...history, events: { ...history.events, ...createEventPages(database) } };
}

/** The part of it that a leader uses: the worker carries no more. */
export function leaderHistoryOf(
  database: Database,
  estimate: () => Promise<{ quota?: number }> = () => navigator.storage.estimate(),
): LeaderHistory {
  return {
    events: createEventLog(database),
    coverage: createCoverageLog(database),
    checkpoints: createCheckpoints(database),
    limits: () => deviceLimits(estimate),
    durable: true,
    close: () => database.close(),
  };
}

/**
 * Writes received events to the log and tells the tabs. The log is the truth: a batch is announced after it is
 * stored, so a tab that missed the announcement finds it by reading. While one transaction runs, the next batch
 * gathers, so a burst costs few transactions and a single event waits for nothing.
 */
import type { Clock } from '../../shared/clock.ts';
import { isAppError } from '../../shared/errors.ts';
import type { EventRecord } from '../../shared/log.ts';
import { type EventLog, MAX_LOGGED_EVENTS } from '../../store/event-log.ts';

export interface EventWriterDeps {
  epoch: number;
  log: EventLog;
  clock: Clock;
  announce(from: number, records: EventRecord[]): void;
  /** Whether events reach the log changed. */
  onHistory(history: 'kept' | 'unavailable' | 'full'): void;
  /** A newer leader has begun: this one must stop. */
  onSuperseded(): void;
}

export interface EventWriter {
  /** @param receivedAt wall clock, milliseconds since 1970; now, when not given. */
  write(channel: string, event: string, receivedAt?: number): void;
  /** Number of the last announced event. */
  announced(): number;
  /** Resolves when everything written so far is stored and announced. */
  flush(): Promise<void>;
}

/** One batch must fit a structured clone without a pause that people feel. */
const MAX_BATCH = 500;
/** Counting the log costs a little: it is trimmed after this many events. */
const TRIM_EVERY = 5_000;

export function createEventWriter({
  epoch,
  log,
  clock,
  announce,
  onHistory,
  onSuperseded,
}: EventWriterDeps): EventWriter {
  let waiting: EventRecord[] = [];
  let written = 0;
  let announced = 0;
  let sinceTrim = 0;
  let running: Promise<void> | null = null;

  async function store(records: EventRecord[]): Promise<boolean> {
    try {
      await log.append(epoch, records);
      onHistory('kept');
      sinceTrim += records.length;
      if (sinceTrim >= TRIM_EVERY) {
        sinceTrim = 0;
        await log.trim(MAX_LOGGED_EVENTS);
      }
      return true;
    } catch (error) {
      if (isAppError(error, 'closed')) {
        onSuperseded();
        return false;
      }
      // Shown to everybody who is here; only the log misses it, and the status says so.
      onHistory(isAppError(error, 'storage') && !error.retryable ? 'full' : 'unavailable');
      return true;
    }
  }

  async function run(): Promise<void> {
    while (waiting.length > 0) {
      const batch = waiting.slice(0, MAX_BATCH);
      waiting = waiting.slice(MAX_BATCH);
      if (!(await store(batch))) {
        waiting = [];
        return;
      }
      const first = batch[0];
      if (first !== undefined) {
        announced = first.n + batch.length - 1;
        announce(first.n, batch);
      }
    }
  }

  return {
    write(channel, event, receivedAt = clock.wall()) {
      written += 1;
      waiting.push({ epoch, n: written, channel, event, receivedAt });
      running ??= run().finally(() => {
        running = null;
      });
    },
    announced: () => announced,
    flush: async () => {
      while (running !== null) await running;
    },
  };
}

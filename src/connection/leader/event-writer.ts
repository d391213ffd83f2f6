/**
 * Writes received events to the log and tells the tabs. The log is the truth: a batch is announced after it is
 * stored, so a tab that missed the announcement finds it by reading. While one transaction runs, the next batch
 * gathers, so a burst costs few transactions and a single event waits for nothing.
 */
import type { Clock } from '../../shared/clock.ts';
import { errorToWire, isAppError } from '../../shared/errors.ts';
import { isLate } from '../../shared/is-late.ts';
import type { EventRecord } from '../../shared/log.ts';
import type { EventLog } from '../../store/event-log.ts';
import { type LogSize, recordBytes } from '../../store/log-limits.ts';
import { createLogKeeper } from './log-keeper.ts';

export interface EventWriterDeps {
  epoch: number;
  log: EventLog;
  /** Whether the storage did not answer just now: then it is hardly waited for until it does. */
  silent: boolean;
  /** How much the log may hold; asked once, when something was written. */
  limits(): Promise<LogSize>;
  clock: Clock;
  announce(from: number, records: EventRecord[]): void;
  /** Whether events reach the log, after every batch; with the reason where they do not. */
  onHistory(history: 'kept' | 'unavailable' | 'full', reason: string | null): void;
  /** A newer leader has begun: this one must stop. */
  onSuperseded(): void;
}

/** How an event is written that does not arrive at this moment. */
export type Earlier = Pick<EventRecord, 'receivedAt' | 'caughtUp'>;

export interface EventWriter {
  write(channel: string, event: string, earlier?: Earlier): void;
  /** Number of the last event given to `write`. */
  written(): number;
  /** Number of the last announced event. */
  announced(): number;
  /** Resolves when everything written so far is stored and announced. */
  flush(): Promise<void>;
}

/** Where the storage does not answer for this long, the tabs are told of events before they are stored. Milliseconds. */
const PATIENCE_MS = 1_000;
/** The same where it just did not answer: one that does takes no longer. */
const DOUBT_MS = 50;
/** Events that wait for a storage that does not answer; older ones are then shown only. */
const MAX_UNSTORED = 20_000;

export const STORAGE_SILENT = 'The storage does not answer. Events are shown, and kept once it does.';

/** One batch must fit a structured clone without a pause that people feel: events, and bytes. */
const MAX_BATCH = 500;
const MAX_BATCH_BYTES = 1024 ** 2;
/** A batch of so many shows that events pour in: the next one gathers, for it costs every tab a message. */
const MANY = 16;
/** How long it gathers, milliseconds. */
export const GATHER_MS = 25;

export function createEventWriter(deps: EventWriterDeps): EventWriter {
  const { epoch, clock, announce, onHistory, onSuperseded } = deps;
  const keeper = createLogKeeper(deps.log, deps.limits);
  let waiting: EventRecord[] = [];
  let written = 0;
  let announced = 0;
  let running: Promise<void> | null = null;
  /** The next batch gathers until then; monotonic. */
  let gatherUntil = 0;
  /** An append that the storage has not answered for long, and what was announced without being stored since. */
  let slow: Promise<void> | null = null;
  let unstored: EventRecord[] = [];
  let patienceMs = deps.silent ? DOUBT_MS : PATIENCE_MS;

  async function store(records: readonly EventRecord[]): Promise<boolean> {
    try {
      await keeper.append(epoch, records);
      patienceMs = PATIENCE_MS;
      onHistory('kept', null);
      return true;
    } catch (error) {
      if (isAppError(error, 'closed')) {
        onSuperseded();
        return false;
      }
      // Shown to everybody who is here; only the log misses it, and the status says so.
      const { message } = errorToWire(error);
      onHistory(isAppError(error, 'storage-full') ? 'full' : 'unavailable', message);
      return true;
    }
  }

  /** @returns false when a newer leader has begun. */
  async function storeInTime(batch: readonly EventRecord[]): Promise<boolean> {
    const stored = store(batch);
    if (!(await isLate(stored, patienceMs, clock))) return stored;
    onHistory('unavailable', STORAGE_SILENT);
    slow = stored.then(storeRest).finally(() => {
      slow = null;
    });
    return true;
  }

  /** The storage answers again: what was announced meanwhile is kept as well. */
  async function storeRest(first: boolean): Promise<void> {
    for (let goOn = first; goOn && unstored.length > 0; ) {
      goOn = await store(unstored.splice(0, batchLength(unstored)));
    }
    unstored = [];
  }

  async function run(): Promise<void> {
    // Never done before its caller knows that it runs.
    await Promise.resolve();
    for (;;) {
      const batch = waiting.splice(0, batchLength(waiting));
      const first = batch[0];
      if (first === undefined) break;
      if (slow !== null) {
        unstored = [...unstored, ...batch].slice(-MAX_UNSTORED);
      } else if (!(await storeInTime(batch))) {
        waiting = [];
        break;
      }
      announced = first.n + batch.length - 1;
      announce(first.n, batch);
      if (batch.length >= MANY && waiting.length < MAX_BATCH) {
        gatherUntil = clock.monotonic() + GATHER_MS;
        clock.after(GATHER_MS, start);
        break;
      }
    }
    // In the same step as the last look at what waits: what is written from here on starts anew.
    running = null;
  }

  function start(): void {
    running ??= run();
  }

  return {
    write(channel, event, earlier = { receivedAt: clock.wall() }) {
      written += 1;
      waiting.push({ epoch, n: written, channel, event, ...earlier });
      // Timers of a hidden page come late: what arrives keeps time as well.
      if (clock.monotonic() >= gatherUntil) start();
    },
    written: () => written,
    announced: () => announced,
    flush: async () => {
      while (waiting.length > 0 || running !== null || slow !== null) {
        if (waiting.length > 0) start();
        await (running ?? slow);
      }
    },
  };
}

/** How many of `records` go into the next batch: at least one. */
function batchLength(records: readonly EventRecord[]): number {
  let bytes = 0;
  for (let length = 0; length < MAX_BATCH; length += 1) {
    const record = records[length];
    if (record === undefined) return length;
    bytes += recordBytes(record);
    if (bytes > MAX_BATCH_BYTES && length > 0) return length;
  }
  return MAX_BATCH;
}

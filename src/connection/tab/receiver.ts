/**
 * Follows the leader's announcements and delivers every event exactly once, in order. The announcements are only
 * hints: after a hole (a frozen page, a late start, another leader) it reads the log from its cursor, page by page,
 * so that a page that slept through hundreds of thousands of events stays responsive. Who only looks at the newest
 * events can skip a hole instead of reading it.
 */
import { comparePositions, type EventRecord, type Position } from '../../shared/log.ts';

export interface ReceiverDeps {
  /**
   * Where the log ended before whoever listens read it: what came since is delivered, even if the leader that wrote it
   * died before it could say so. Null: only what is announced from now on.
   */
  begin: Promise<Position> | null;
  /** The first `limit` events after `after` (exclusive) up to `until` (inclusive), of all channels, in order. */
  read(after: Position, until: Position, limit: number): Promise<EventRecord[]>;
  deliver(records: readonly EventRecord[]): void;
  /** How much of a hole is worth reading, in events; asked for each hole. Infinity: all of it. */
  worthReading(): number;
  /** A hole that reaches `until` was not read to its end: whoever listens reads the log as it needs. */
  skip(until: Position): void;
}

export interface Receiver {
  /** The leader announced that the log reaches `n` in its epoch. */
  reached(epoch: number, n: number): void;
  /** The leader announced stored events; their numbers begin with `from`. */
  events(epoch: number, from: number, records: readonly EventRecord[]): void;
}

type Hint = { epoch: number; from: number; records: readonly EventRecord[] };

/** Events read and delivered in one go: a few milliseconds of work. */
const PAGE = 500;
/** Events that may wait while the log is read; what goes beyond is read from the log as well. */
const MAX_WAITING = 5_000;

export function createReceiver({ begin, read, deliver, worthReading, skip }: ReceiverDeps): Receiver {
  /** The last event delivered, or known to lie before this tab's time; null until a leader was heard. */
  let cursor: Position | null = null;
  let queue: Hint[] = [];
  let waiting = 0;
  let reading = begin !== null;

  /** Without a log there is nothing to begin with. */
  void begin
    ?.then((end) => {
      cursor = end;
    })
    .catch(() => {})
    .then(() => {
      reading = false;
      run();
    });

  function hear(hint: Hint): void {
    queue.push(hint);
    waiting += hint.records.length;
    if (reading && waiting > MAX_WAITING) {
      // Only how far the log reaches is remembered: it has the events themselves.
      const reached = queue.map(endOf).reduce((a, b) => (comparePositions(a, b) < 0 ? b : a));
      queue = [{ epoch: reached.epoch, from: reached.n + 1, records: [] }];
      waiting = 0;
    }
    run();
  }

  /** Takes hints in order; stops while the log is being read. */
  function run(): void {
    while (!reading) {
      const hint = queue.shift();
      if (hint === undefined) return;
      waiting -= hint.records.length;
      take(hint);
    }
  }

  function take(hint: Hint): void {
    const start = { epoch: hint.epoch, n: hint.from - 1 };
    cursor ??= start;
    if (comparePositions(start, cursor) > 0) {
      // Something lies between our cursor and this hint: the log has it.
      reading = true;
      void close(cursor, start).then(() => {
        reading = false;
        cursor = start;
        queue.unshift(hint);
        waiting += hint.records.length;
        run();
      });
      return;
    }
    const known = cursor;
    const fresh = hint.records.filter((record) => comparePositions(record, known) > 0);
    const last = fresh.at(-1);
    if (last === undefined) return;
    cursor = { epoch: last.epoch, n: last.n };
    deliver(fresh);
  }

  /** Delivers what lies between, or skips it. Where the log cannot be read, nothing can be delivered. */
  async function close(hole: Position, until: Position): Promise<void> {
    let after = hole;
    let worth = worthReading();
    while (atLeastBetween(after, until) <= worth) {
      const page = await read(after, until, PAGE).catch((): EventRecord[] => []);
      const last = page.at(-1);
      if (last !== undefined) deliver(page);
      if (last === undefined || page.length < PAGE) return;
      after = { epoch: last.epoch, n: last.n };
      worth -= page.length;
    }
    skip(until);
  }

  return {
    reached: (epoch, n) => hear({ epoch, from: n + 1, records: [] }),
    events: (epoch, from, records) => hear({ epoch, from, records }),
  };
}

function endOf({ epoch, from, records }: Hint): Position {
  return { epoch, n: from + records.length - 1 };
}

/** How many events lie between two positions at the very least: numbers count on within an epoch only. */
function atLeastBetween(after: Position, until: Position): number {
  return after.epoch === until.epoch ? until.n - after.n : until.n;
}

/**
 * Follows the leader's announcements and delivers every event exactly once, in order. The announcements are only
 * hints: after a hole (a frozen page, a late start, another leader) it reads the log from its cursor.
 */
import { comparePositions, type EventRecord, type Position } from '../../shared/log.ts';

export interface ReceiverDeps {
  /** Events after `after` (exclusive) up to `until` (inclusive), of all channels, in order. */
  read(after: Position, until: Position): Promise<EventRecord[]>;
  deliver(records: readonly EventRecord[]): void;
}

export interface Receiver {
  /** The leader announced that the log reaches `n` in its epoch. */
  reached(epoch: number, n: number): void;
  /** The leader announced stored events; their numbers begin with `from`. */
  events(epoch: number, from: number, records: readonly EventRecord[]): void;
}

type Hint = { epoch: number; from: number; records: readonly EventRecord[] };

export function createReceiver({ read, deliver }: ReceiverDeps): Receiver {
  /** The last event delivered, or known to lie before this tab's time; null until a leader was heard. */
  let cursor: Position | null = null;
  const queue: Hint[] = [];
  let reading = false;

  /** Takes hints in order; stops while the log is being read. */
  function run(): void {
    while (!reading) {
      const hint = queue.shift();
      if (hint === undefined) return;
      take(hint);
    }
  }

  function take({ epoch, from, records }: Hint): void {
    const start = { epoch, n: from - 1 };
    cursor ??= start;
    if (epoch < cursor.epoch) return;
    if (comparePositions(start, cursor) > 0) {
      // Something lies between our cursor and this hint: the log has it.
      const after = cursor;
      reading = true;
      read(after, start)
        .catch((): EventRecord[] => [])
        .then((missed) => {
          reading = false;
          cursor = start;
          if (missed.length > 0) deliver(missed);
          queue.unshift({ epoch, from, records });
          run();
        });
      return;
    }
    const known = cursor;
    const fresh = records.filter((record) => comparePositions(record, known) > 0);
    const last = fresh.at(-1);
    if (last === undefined) return;
    cursor = { epoch: last.epoch, n: last.n };
    deliver(fresh);
  }

  return {
    reached(epoch, n) {
      queue.push({ epoch, from: n + 1, records: [] });
      run();
    },
    events(epoch, from, records) {
      queue.push({ epoch, from, records });
      run();
    },
  };
}

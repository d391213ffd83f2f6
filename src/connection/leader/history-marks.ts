/** Asks a history for its position, and remembers where this device stood at that moment. */
import type { Clock } from '../../shared/clock.ts';
import type { CatchUp } from './catch-up.ts';

export interface Mark {
  position: string;
  /** When it was asked for, wall clock: what was published before then lies before the position. */
  wall: number;
  /** When it came, both clocks: what was published after then lies behind it. */
  came: { wall: number; monotonic: number };
  /** The log's newest event at that moment. */
  n: number;
  /** The wall clock of this device less that of the history, milliseconds; right within `aheadErrorMs`. */
  aheadMs: number;
  aheadErrorMs: number;
}

export interface HistoryMarks {
  /**
   * A mark that is asked for after this call. Calls while one request is under way share the next one.
   * @throws AppError as the port.
   */
  fresh(): Promise<Mark>;
}

export function createHistoryMarks(port: CatchUp, clock: Clock, written: () => number): HistoryMarks {
  let asking: Promise<Mark> | null = null;
  let next: Promise<Mark> | null = null;

  async function ask(): Promise<Mark> {
    const [wall, monotonic, n] = [clock.wall(), clock.monotonic(), written()];
    const { position, at } = await port.position();
    // The history looked at its clock somewhere between: half the round trip is the best guess.
    const came = { wall: clock.wall(), monotonic: clock.monotonic() };
    const halfTrip = (came.monotonic - monotonic) / 2;
    return { position, wall, came, n, aheadMs: wall + halfTrip - at, aheadErrorMs: halfTrip };
  }

  function fresh(): Promise<Mark> {
    if (asking !== null) {
      next ??= asking.then(
        () => again(),
        () => again(),
      );
      return next;
    }
    asking = ask().finally(() => {
      asking = null;
    });
    return asking;
  }

  function again(): Promise<Mark> {
    next = null;
    return fresh();
  }

  return { fresh };
}

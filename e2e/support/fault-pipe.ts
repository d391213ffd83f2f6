/** One direction of one proxied connection: passes on what comes in, in order, under the conditions of the moment. */
import type { Socket } from 'node:net';
import { resetSocket } from './reset.ts';

export interface Pipe {
  silence(on: boolean): void;
  /** After this many more bytes nothing passes any more, and `then` is called. */
  stopAfter(bytes: number, then: () => void): void;
  /** Nothing passes any more, ever. */
  stop(): void;
  /** No longer silent; what is waiting goes by the conditions of now. */
  mend(): void;
}

export interface PipeDeps {
  from: Socket;
  to: Socket;
  /** Read anew for every piece. */
  conditions: Readonly<{ delayMs: number; bytesPerSecond: number }>;
  passed(bytes: number): void;
}

/** What came in: bytes, or how the sender ended the connection. */
type Item = { arrivedAt: number; what: Buffer | 'end' | 'reset' };

/** A slow line passes pieces of this length of time. Milliseconds. */
const SLICE_MS = 20;
/** When more than this waits, the sender is left to wait as well, as by a full window. Bytes. */
const WINDOW_BYTES = 256 * 1024;

export function createPipe({ from, to, conditions, passed }: PipeDeps): Pipe {
  let items: Item[] = [];
  let waitingBytes = 0;
  let timer: NodeJS.Timeout | null = null;
  /** Until when the line is taken by the last piece. */
  let busyUntil = 0;
  let isSilent = false;
  let isStopped = false;
  let limit: { bytes: number; then: () => void } | null = null;

  function take(what: Item['what']): void {
    if (isStopped) return;
    items.push({ arrivedAt: performance.now(), what });
    if (typeof what !== 'string') {
      waitingBytes += what.length;
      if (waitingBytes > WINDOW_BYTES) from.pause();
    }
    pump();
  }

  /** Passes on all that is due, and comes back for the rest. */
  function pump(): void {
    if (timer !== null) return;
    for (let item = items[0]; item !== undefined && !isSilent && !isStopped; item = items[0]) {
      const waitMs = Math.max(item.arrivedAt + conditions.delayMs, busyUntil) - performance.now();
      if (waitMs > 0) {
        timer = setTimeout(again, waitMs);
        return;
      }
      items.shift();
      pass(item);
    }
  }

  function again(): void {
    timer = null;
    pump();
  }

  function pass({ arrivedAt, what }: Item): void {
    if (what === 'end') {
      to.end();
      return;
    }
    if (what === 'reset') {
      resetSocket(to);
      return;
    }
    const { bytesPerSecond } = conditions;
    const most = Math.max(1, Math.min(what.length, Math.floor((bytesPerSecond * SLICE_MS) / 1_000)));
    const piece = what.subarray(0, Math.min(most, limit?.bytes ?? most));
    if (piece.length < what.length) items.unshift({ arrivedAt, what: what.subarray(piece.length) });
    busyUntil = performance.now() + (piece.length / bytesPerSecond) * 1_000;
    to.write(piece);
    passed(piece.length);
    waitingBytes -= piece.length;
    if (waitingBytes <= WINDOW_BYTES) from.resume();
    count(piece.length);
  }

  function count(bytes: number): void {
    if (limit === null) return;
    limit.bytes -= bytes;
    if (limit.bytes > 0) return;
    const { then } = limit;
    stop();
    // What was passed on must leave before whatever ends the connection.
    to.write('', () => then());
  }

  function stop(): void {
    isStopped = true;
    items = [];
    if (timer !== null) clearTimeout(timer);
  }

  from.on('data', take);
  from.on('end', () => take('end'));
  from.on('error', () => take('reset'));

  return {
    silence(on) {
      isSilent = on;
    },
    stopAfter(bytes, then) {
      limit = { bytes, then };
    },
    stop,
    mend() {
      isSilent = false;
      if (timer !== null) clearTimeout(timer);
      again();
    },
  };
}

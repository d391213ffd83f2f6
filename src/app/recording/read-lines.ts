/**
 * The lines of a file as bytes, read slice by slice, so that a file of any size takes no more memory than one slice
 * and its longest line, and the page goes on between two of them.
 */

/** Bytes read at once: some 10 ms of work, so that keys and clicks get in between. */
export const SLICE_BYTES = 512 * 1024;
/** Longest line, bytes: the largest event (240 KB) with every character written as an escape. */
export const MAX_LINE_BYTES = 2 * 1024 * 1024;

const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;

export interface FileLine {
  /** From 1. */
  number: number;
  /** Where its bytes begin and end in the file, without the line end. */
  from: number;
  to: number;
  /** Null when it is longer than {@link MAX_LINE_BYTES}. */
  bytes: Uint8Array | null;
}

export type ReadSlice = (from: number, to: number) => Promise<Uint8Array>;

/** Yields the lines of each slice together. An end of the file without a line end ends the last line. */
export async function* readLines(read: ReadSlice, size: number): AsyncGenerator<FileLine[]> {
  /** Pieces of a line that earlier slices began. */
  let begun: Uint8Array[] = [];
  let begunBytes = 0;
  let lineFrom = 0;
  let number = 0;

  const line = (piece: Uint8Array, to: number): FileLine => {
    const length = to - lineFrom;
    const bytes = length > MAX_LINE_BYTES ? null : joined([...begun, piece], begunBytes + piece.length);
    number += 1;
    const trimmed = bytes !== null && bytes.at(-1) === CARRIAGE_RETURN ? bytes.subarray(0, -1) : bytes;
    const done = { number, from: lineFrom, to: lineFrom + (trimmed?.length ?? length), bytes: trimmed };
    begun = [];
    begunBytes = 0;
    lineFrom = to + 1;
    return done;
  };

  for (let at = 0; at < size; at += SLICE_BYTES) {
    const slice = await read(at, Math.min(size, at + SLICE_BYTES));
    const lines: FileLine[] = [];
    let from = 0;
    for (let end = slice.indexOf(LINE_FEED); end >= 0; end = slice.indexOf(LINE_FEED, from)) {
      lines.push(line(slice.subarray(from, end), at + end));
      from = end + 1;
    }
    // Of a line that is too long nothing more is kept.
    if (at + slice.length - lineFrom <= MAX_LINE_BYTES) {
      begun.push(slice.subarray(from));
      begunBytes += slice.length - from;
    } else {
      begun = [];
      begunBytes = 0;
    }
    yield lines;
  }
  if (lineFrom < size) yield [line(new Uint8Array(), size)];
}

function joined(pieces: readonly Uint8Array[], length: number): Uint8Array {
  const filled = pieces.filter((piece) => piece.length > 0);
  const [only] = filled;
  if (filled.length === 1 && only !== undefined) return only;
  const all = new Uint8Array(length);
  let at = 0;
  for (const piece of filled) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}

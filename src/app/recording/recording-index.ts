/**
 * Where the events of a recording stand in its file. Only places and times are held, a few bytes an event; the events
 * themselves are read from the file when they are shown.
 */
import { type FileLine, type ReadSlice, readLines } from './read-lines.ts';
import { type LineProblem, parseRecordedLine } from './recorded-line.ts';

export interface BrokenLine {
  line: number;
  problem: LineProblem;
}

/** Events of one recording; beyond, the rest of the file is left out, and the view says so. */
export const MAX_EVENTS = 2_000_000;
/** Broken lines that are listed; all are counted. */
export const MAX_LISTED = 200;

export interface RecordingIndex {
  readonly count: number;
  /** Line of the `at`-th event, from 1. */
  line(at: number): number;
  /** First byte, and the one after the last, of events `from` up to and without `to`. */
  bytes(from: number, to: number): [from: number, to: number];
  /** Every recorded channel with its number of events, most first. */
  channels(): readonly { name: string; count: number }[];
  /** Index of the first event on a line of that number or later; `count` when there is none. */
  atLine(line: number): number;
}

export interface ReadResult {
  index: RecordingIndex;
  /** Lines that are no event; empty lines are not counted. */
  broken: number;
  listed: readonly BrokenLine[];
  /** Whether the file goes on beyond {@link MAX_EVENTS}. */
  cut: boolean;
}

export type ReadFailure = 'empty' | 'utf16' | 'no-events' | 'stopped';

export interface IndexDeps {
  read: ReadSlice;
  size: number;
  /** Called with each slice. */
  onProgress(bytes: number, events: number): void;
  signal: AbortSignal;
}

/** Rejects when the file cannot be read. */
export async function indexRecording({
  read,
  size,
  onProgress,
  signal,
}: IndexDeps): Promise<ReadResult | ReadFailure> {
  if (size === 0) return 'empty';
  const start = await read(0, Math.min(size, 2));
  if ((start[0] === 0xff && start[1] === 0xfe) || (start[0] === 0xfe && start[1] === 0xff)) return 'utf16';
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const places = createPlaces();
  const listed: BrokenLine[] = [];
  let broken = 0;
  let bytes = 0;
  for await (const lines of readLines(read, size)) {
    if (signal.aborted) return 'stopped';
    for (const line of lines) {
      if (places.count === MAX_EVENTS) return { index: places, broken, listed, cut: true };
      const problem = note(line, decoder, places);
      bytes = line.to;
      if (problem === null) continue;
      broken += 1;
      if (listed.length < MAX_LISTED) listed.push({ line: line.number, problem });
    }
    onProgress(bytes, places.count);
  }
  if (places.count === 0 && broken === 0) return 'empty';
  return { index: places, broken, listed, cut: false };
}

/** Notes an event; the problem of a line that is none. */
function note(line: FileLine, decoder: TextDecoder, places: Places): LineProblem | null {
  if (line.bytes === null) return 'long';
  let text: string;
  try {
    text = decoder.decode(line.bytes);
  } catch {
    return 'utf8';
  }
  if (text.trim() === '') return null;
  const parsed = parseRecordedLine(text);
  if (!parsed.ok) return parsed.problem;
  places.add(line, parsed.value.channel);
  return null;
}

interface Places extends RecordingIndex {
  add(line: FileLine, channel: string): void;
}

function createPlaces(): Places {
  // Files can be larger than 4 GB, so places are doubles.
  let froms = new Float64Array(1024);
  let tos = new Float64Array(1024);
  let lines = new Uint32Array(1024);
  let count = 0;
  const channels = new Map<string, number>();
  return {
    get count() {
      return count;
    },
    add({ number, from, to }, channel) {
      if (count === lines.length) {
        froms = grown(froms, new Float64Array(count * 2));
        tos = grown(tos, new Float64Array(count * 2));
        lines = grown(lines, new Uint32Array(count * 2));
      }
      froms[count] = from;
      tos[count] = to;
      lines[count] = number;
      count += 1;
      channels.set(channel, (channels.get(channel) ?? 0) + 1);
    },
    line: (at) => lines[at] ?? 0,
    bytes: (from, to) => [froms[from] ?? 0, tos[to - 1] ?? 0],
    channels: () =>
      [...channels].map(([name, events]) => ({ name, count: events })).sort((a, b) => b.count - a.count),
    atLine(line) {
      let low = 0;
      let high = count;
      while (low < high) {
        const middle = (low + high) >> 1;
        if ((lines[middle] ?? 0) < line) low = middle + 1;
        else high = middle;
      }
      return low;
    },
  };
}

function grown<T extends Float64Array | Uint32Array>(old: T, fresh: T): T {
  fresh.set(old);
  return fresh;
}

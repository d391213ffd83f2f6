/** One line of a recording: `{channel, event, receivedAt}`, read so that the event keeps every character. */
import { parseChannel } from '../../shared/channel.ts';
import type { RecordingText } from '../text/recording-en.ts';

export interface RecordedEvent {
  channel: string;
  /** The JSON text as it stands in the line. */
  event: string;
  /** Wall clock, milliseconds since 1970. */
  receivedAt: number;
}

/** What can be wrong with a line, as the catalogue's `problems` names it. */
export type LineProblem = keyof RecordingText['problems'];

export type ParsedLine = { ok: true; value: RecordedEvent } | { ok: false; problem: LineProblem };

/** @param line without its line end. */
export function parseRecordedLine(line: string): ParsedLine {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return { ok: false, problem: 'json' };
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return { ok: false, problem: 'object' };
  if (!('event' in value)) return { ok: false, problem: 'event' };
  const channel = 'channel' in value ? channelOf(value.channel) : null;
  if (channel === null) return { ok: false, problem: 'channel' };
  const receivedAt = 'receivedAt' in value ? timeOf(value.receivedAt) : null;
  if (receivedAt === null) return { ok: false, problem: 'time' };
  // Parsed and written anew, long numbers would lose digits.
  return { ok: true, value: { channel, event: valueText(line, 'event'), receivedAt } };
}

function channelOf(value: unknown): string | null {
  if (typeof value !== 'string') return null;
  try {
    return parseChannel(value, 'subscribe');
  } catch {
    return null;
  }
}

function timeOf(value: unknown): number | null {
  if (typeof value !== 'string') return null;
  const time = Date.parse(value);
  return Number.isFinite(time) ? time : null;
}

/** Text in quotes, a bracket, or a mark that separates; everything else is passed over. */
const PIECE = /"(?:[^"\\]+|\\.)*"|[{}[\],:]/gu;

/** The text of a top-level property's value in a line that is a JSON object; of equal names the last counts. */
function valueText(line: string, name: string): string {
  let depth = 0;
  let key: string | null = null;
  let start = -1;
  let text = '';
  const end = (at: number) => {
    if (start >= 0) text = line.slice(start, at).trim();
    start = -1;
    key = null;
  };
  for (const match of line.matchAll(PIECE)) {
    const [piece] = match;
    if (piece === '{' || piece === '[') depth += 1;
    else if (piece === '}' || piece === ']') {
      depth -= 1;
      if (depth === 0) end(match.index);
    } else if (depth !== 1) continue;
    else if (piece === ',') end(match.index);
    else if (piece === ':') {
      if (key !== null && start < 0 && JSON.parse(key) === name) start = match.index + 1;
    } else if (start < 0) key = piece;
  }
  return text;
}

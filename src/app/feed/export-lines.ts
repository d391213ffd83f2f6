/** The log of a channel as NDJSON: one line an event, `{ channel, event, receivedAt }`. */
import type { EventRecord } from '../../connection/api.ts';
import { isJson } from './json-tokens.ts';

/**
 * One line, without its line end. The event goes in as its own text, so numbers keep all their digits; text
 * that is not JSON goes in as a string. Line breaks can stand only between the parts of JSON, where a blank does
 * the same.
 */
export function exportLine(record: Pick<EventRecord, 'channel' | 'event' | 'receivedAt'>): string {
  const event = isJson(record.event) ? record.event.replace(/[\r\n]+/g, ' ') : JSON.stringify(record.event);
  const receivedAt = new Date(record.receivedAt).toISOString();
  return `{"channel":${JSON.stringify(record.channel)},"event":${event},"receivedAt":"${receivedAt}"}`;
}

/** A file name that every system takes: `switchboard-default-orders-20261123T100211Z.ndjson`. */
export function exportFileName(channel: string, wallMs: number): string {
  const name = channel.replaceAll('*', 'all').replaceAll('/', '-');
  const stamp = new Date(wallMs).toISOString().replace(/[-:]|\.\d+/g, '');
  return `switchboard-${name}-${stamp}.ndjson`;
}

/** All pages as parts of one file, and how many events they hold. */
export async function exportParts(
  pages: AsyncIterable<readonly EventRecord[]>,
): Promise<{ parts: string[]; count: number }> {
  const parts: string[] = [];
  let count = 0;
  for await (const page of pages) {
    count += page.length;
    parts.push(page.map((record) => `${exportLine(record)}\n`).join(''));
  }
  return { parts, count };
}

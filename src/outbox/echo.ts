/** Finds the echoes of publishes in the log: AppSync Events delivers a publish to its own publisher too. */
import type { StoredOutboxRow } from '../store/database.ts';
import type { EventPages } from '../store/event-pages.ts';
import type { OutboxLog } from '../store/outbox-log.ts';

/** Newest events of a subscription that are compared. */
const LOOK_BACK = 1_000;

type Sent = Pick<StoredOutboxRow, 'id' | 'events' | 'sentAt' | 'attempts'>;

/** Which of the rows (sent, answer lost; in order) were heard since, on any one subscription that covers the channel. */
export async function findEchoes(
  events: Pick<EventPages, 'page'>,
  outbox: Pick<OutboxLog, 'delivered'>,
  channel: string,
  rows: readonly StoredOutboxRow[],
): Promise<ReadonlySet<string>> {
  // An event of the same text that was delivered a moment ago has an echo of its own: that one settles nothing.
  const before = (await outbox.delivered()).filter((row) => row.channel === channel);
  const since = Math.min(...[...before, ...rows].map(({ sentAt }) => sentAt ?? Number.POSITIVE_INFINITY));
  const found = new Set<string>();
  for (const subscription of coveringSubscriptions(channel)) {
    const recent = await events.page(subscription, null, LOOK_BACK);
    const heard = count(
      recent.filter(({ receivedAt }) => receivedAt >= since).map(({ event }) => canonicalJson(event)),
    );
    for (const id of settledBy(heard, before, rows)) found.add(id);
  }
  return found;
}

/** Every earlier row may have as many echoes as it was sent; only what is heard beyond them is this row's. */
function settledBy(
  heard: ReadonlyMap<string, number>,
  before: readonly Sent[],
  rows: readonly Sent[],
): string[] {
  const taken = new Map<string, number>();
  const take = (row: Sent): void => {
    for (const [text, times] of count(row.events.map(canonicalJson))) {
      taken.set(text, (taken.get(text) ?? 0) + times * row.attempts);
    }
  };
  for (const row of before) take(row);
  return rows
    .filter((row) => {
      const whole = [...count(row.events.map(canonicalJson))].every(
        ([text, times]) => (heard.get(text) ?? 0) >= (taken.get(text) ?? 0) + times,
      );
      take(row);
      return whole;
    })
    .map(({ id }) => id);
}

function count(texts: readonly string[]): Map<string, number> {
  const counted = new Map<string, number>();
  for (const text of texts) counted.set(text, (counted.get(text) ?? 0) + 1);
  return counted;
}

/** The channel itself, and every wildcard above it. */
export function coveringSubscriptions(channel: string): string[] {
  const parts = channel.split('/');
  return [
    channel,
    ...parts.slice(1).map((_, index) => `${parts.slice(0, parts.length - 1 - index).join('/')}/*`),
  ];
}

/** JSON text with object keys in order: the service may write the same value differently. */
function canonicalJson(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), (_key, value: unknown) =>
      typeof value === 'object' && value !== null && !Array.isArray(value)
        ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
        : value,
    );
  } catch {
    return text;
  }
}

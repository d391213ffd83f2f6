/** Finds the echo of a publish in the log: AppSync Events delivers a publish to its own publisher too. */
import type { StoredOutboxRow } from '../store/database.ts';
import type { EventLog } from '../store/event-log.ts';

/** Newest events of a subscription that are compared. */
const LOOK_BACK = 300;

/** Whether every event of the row was received since it was sent, on any subscription that covers its channel. */
export async function wasEchoed(
  log: EventLog,
  row: Pick<StoredOutboxRow, 'channel' | 'events' | 'sentAt'>,
): Promise<boolean> {
  if (row.sentAt === null) return false;
  const sentAt = row.sentAt;
  for (const subscription of coveringSubscriptions(row.channel)) {
    const recent = await log.page(subscription, null, LOOK_BACK);
    const heard = recent
      .filter((record) => record.receivedAt >= sentAt)
      .map((record) => canonicalJson(record.event));
    if (row.events.every((event) => take(heard, canonicalJson(event)))) return true;
  }
  return false;
}

/** Each echo settles one event: two equal events need two echoes. */
function take(heard: string[], event: string): boolean {
  const at = heard.indexOf(event);
  if (at === -1) return false;
  heard.splice(at, 1);
  return true;
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

/** Publishes what is in the composer, as one event or each entry of a list, and says in a sentence why it did not. */
import type { Connection } from '../../connection/api.ts';
import { parseChannel } from '../../shared/channel.ts';
import { MAX_EVENTS_PER_PUBLISH } from '../../shared/publish-rules.ts';
import type { ComposerText } from '../text/composer-en.ts';
import type { Format } from '../text/format.ts';
import { checkDraft, oversized } from './check-draft.ts';
import { expandVariables, type VariableSource } from './variables.ts';

export type PublishOutcome =
  /** Durable on this device; the outbox goes on from here. `rows` are ids of the outbox with their number of events. */
  | { ok: true; channel: string; rows: readonly PublishedRow[] }
  /** `field` names what to correct. */
  | { ok: false; field: 'event' | 'target'; message: string };

export interface PublishedRow {
  id: string;
  events: number;
}

export interface PublishRequest {
  text: ComposerText;
  /** What another room said, in the language of the page. */
  said(error: unknown): string;
  format: Format;
  connection: Pick<Connection, 'outbox'> | null;
  target: string;
  source: string;
  /** Whether each entry of a list is an event of its own. */
  each: boolean;
  values: VariableSource;
}

export async function publishText(request: PublishRequest): Promise<PublishOutcome> {
  const { text, said, format, connection, target, source, each, values } = request;
  const wrong = (field: 'event' | 'target', message: string) => ({ ok: false, field, message }) as const;
  const { problem, listed } = checkDraft(text, source);
  if (problem !== null) return wrong('event', problem.message);
  // The bare prefix of a wildcard would pass for a channel of its own: nobody means that.
  if (target.trim().endsWith('/')) return wrong('target', text.targetNeeded);
  let channel: string;
  try {
    channel = parseChannel(target, 'publish');
  } catch (error) {
    return wrong('target', said(error));
  }
  if (connection === null) return wrong('event', text.notReady);
  const value: unknown = JSON.parse(expandVariables(source, values));
  if (!each || listed === null || !Array.isArray(value)) {
    try {
      return {
        ok: true,
        channel,
        rows: [{ id: await connection.outbox.publish(channel, [value]), events: 1 }],
      };
    } catch (error) {
      return wrong('event', said(error));
    }
  }
  // All or nothing: found in the middle, a mistake would leave a half that is sent twice by whoever tries again.
  const tooLarge = oversized(text, value, format.bytes);
  if (tooLarge !== null) return wrong('event', tooLarge);
  return publishEach(request, connection, channel, value);
}

async function publishEach(
  { text, said }: Pick<PublishRequest, 'text' | 'said'>,
  { outbox }: Pick<Connection, 'outbox'>,
  channel: string,
  events: readonly unknown[],
): Promise<PublishOutcome> {
  const rows: PublishedRow[] = [];
  for (let from = 0; from < events.length; from += MAX_EVENTS_PER_PUBLISH) {
    const part = events.slice(from, from + MAX_EVENTS_PER_PUBLISH);
    try {
      rows.push({ id: await outbox.publish(channel, part), events: part.length });
    } catch (error) {
      return { ok: false, field: 'event', message: text.eachStopped(from, events.length, said(error)) };
    }
  }
  return { ok: true, channel, rows };
}

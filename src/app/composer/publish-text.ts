/** Publishes what is in the composer, and says in a sentence why it did not. */
import type { Connection } from '../../connection/api.ts';
import { parseChannel } from '../../shared/channel.ts';
import type { Catalogue } from '../text/catalogue.ts';
import { findJsonError } from './json-error.ts';

export type PublishOutcome =
  /** Durable on this device; the outbox goes on from here. */
  | { ok: true }
  /** `field` names what to correct. */
  | { ok: false; field: 'event' | 'target'; message: string };

/** The sentence for JSON that cannot be published, or null. */
export function jsonProblem(text: Catalogue, source: string): string | null {
  if (source.trim() === '') return text.composer.empty;
  const error = findJsonError(source);
  return error === null ? null : text.json.at(error.line, error.column, text.json[error.problem]);
}

export async function publishText(
  text: Catalogue,
  connection: Pick<Connection, 'outbox'> | null,
  target: string,
  source: string,
): Promise<PublishOutcome> {
  const problem = jsonProblem(text, source);
  if (problem !== null) return { ok: false, field: 'event', message: problem };
  // The bare prefix of a wildcard would pass for a channel of its own: nobody means that.
  if (target.trim().endsWith('/')) return { ok: false, field: 'target', message: text.composer.targetNeeded };
  let channel: string;
  try {
    channel = parseChannel(target, 'publish');
  } catch (error) {
    return { ok: false, field: 'target', message: messageOf(error) };
  }
  if (connection === null) return { ok: false, field: 'event', message: text.composer.notReady };
  try {
    await connection.outbox.publish(channel, [JSON.parse(source)]);
    return { ok: true };
  } catch (error) {
    return { ok: false, field: 'event', message: messageOf(error) };
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Publishes a draft with the values of its variables, and keeps it among what was sent. */
import type { Connection } from '../../connection/api.ts';
import type { ComposerText } from '../text/composer-en.ts';
import type { Format } from '../text/format.ts';
import type { Kept } from './kept.ts';
import { type PublishOutcome, publishText } from './publish-text.ts';
import { expandVariables, type VariableSource } from './variables.ts';

export interface PublishDraftDeps {
  text: ComposerText;
  /** What another room said, in the language of the page. */
  said(error: unknown): string;
  format: Format;
  connection: Pick<Connection, 'outbox'> | null;
  kept: Kept;
  now(): number;
  newId(): string;
  random(): number;
}

export interface Draft {
  target: string;
  source: string;
  /** Whether each entry of a list is an event of its own. */
  each: boolean;
}

/** Values for one publish; `used` tells the last number that the counter gave. */
export function valuesFor({
  kept,
  now,
  newId,
  random,
}: Omit<PublishDraftDeps, 'text' | 'said' | 'format' | 'connection'>) {
  let used = kept.counter();
  const values: VariableSource = {
    now,
    uuid: newId,
    random,
    counter() {
      used += 1;
      return used;
    },
  };
  return { values, used: () => used };
}

export async function publishDraft(deps: PublishDraftDeps, draft: Draft): Promise<PublishOutcome> {
  const { text, said, format, connection, kept, now, newId } = deps;
  const { values, used } = valuesFor(deps);
  const outcome = await publishText({ text, said, format, connection, ...draft, values });
  if (!outcome.ok) return outcome;
  if (used() !== kept.counter()) kept.setCounter(used());
  kept.addSent({
    id: newId(),
    at: now(),
    channel: outcome.channel,
    source: draft.source,
    each: draft.each,
    events: outcome.rows.reduce((sum, row) => sum + row.events, 0),
  });
  return outcome;
}

/** What would be sent now, on one line and cut short; it uses up no number of the counter. */
export function previewOf(
  deps: Omit<PublishDraftDeps, 'text' | 'said' | 'format' | 'connection'>,
  source: string,
): string {
  const result = expandVariables(source, valuesFor(deps).values).replace(/\s*\n\s*/g, ' ');
  return result.length > 200 ? `${result.slice(0, 200)}…` : result;
}

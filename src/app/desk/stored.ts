/** Reading stored text: never trusted, field by field, so that one bad entry never costs the rest. */
import { parseChannel } from '../../shared/channel.ts';
import type { Position } from '../../shared/log.ts';

export type Fields = Readonly<Record<string, unknown>>;

/** The object in `text`; an empty one when there is none. */
export function readFields(text: string | null): Fields {
  if (text === null) return {};
  try {
    return fieldsOf(JSON.parse(text));
  } catch {
    return {};
  }
}

export function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}

/** `value` as a list with the canonical name in it, or an empty one. */
export function channelOrNothing(value: unknown): string[] {
  if (typeof value !== 'string') return [];
  try {
    return [parseChannel(value, 'subscribe')];
  } catch {
    return [];
  }
}

export function textsOf(value: unknown): Record<string, string> {
  return Object.fromEntries(
    Object.entries(fieldsOf(value)).filter(
      (entry): entry is [string, string] => typeof entry[1] === 'string',
    ),
  );
}

export function oneOf<T extends string>(choices: readonly T[], value: unknown): T | null {
  return choices.find((choice) => choice === value) ?? null;
}

/** A whole number within bounds; a number outside is moved to the nearer one, anything else is `otherwise`. */
export function within(min: number, max: number, value: unknown, otherwise: number): number {
  if (typeof value !== 'number' || !Number.isFinite(value)) return otherwise;
  return Math.round(Math.min(max, Math.max(min, value)));
}

export function positionOf(value: unknown): Position | null {
  const { epoch, n } = fieldsOf(value);
  return Number.isSafeInteger(epoch) && Number.isSafeInteger(n)
    ? { epoch: Number(epoch), n: Number(n) }
    : null;
}

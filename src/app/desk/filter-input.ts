/** A filter as it was typed: which kind, and its text. What it means is the filter room's business. */
import { fieldsOf, oneOf } from './stored.ts';

export const FILTER_KINDS = ['text', 'path', 'regex'] as const;
export type FilterKind = (typeof FILTER_KINDS)[number];

export interface FilterInput {
  kind: FilterKind;
  text: string;
}

/** Longer ones are not typed by people. UTF-16 units. */
const MAX_FILTER_CHARS = 10_000;

export function filterOf(value: unknown): FilterInput | null {
  const { kind, text } = fieldsOf(value);
  const known = oneOf(FILTER_KINDS, kind);
  if (known === null || typeof text !== 'string' || text === '' || text.length > MAX_FILTER_CHARS)
    return null;
  return { kind: known, text };
}

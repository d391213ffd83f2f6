/** What is wrong with a draft and where, and the list in it, if it is one. */
import { MAX_EVENT_BYTES, utf8Bytes } from '../../shared/publish-rules.ts';
import type { ComposerText } from '../text/composer-en.ts';
import { findJsonError, placeOf } from './json-error.ts';
import { findVariableError, findVariables, maskVariables } from './variables.ts';

export interface DraftProblem {
  /** Offset of the mistake, from 0, UTF-16 units; null where it has no place. */
  at: number | null;
  message: string;
}

export interface CheckedDraft {
  problem: DraftProblem | null;
  /** How many events a list holds; null for anything else. */
  listed: number | null;
  hasVariables: boolean;
}

export function checkDraft(text: ComposerText, source: string): CheckedDraft {
  const nothing = { listed: null, hasVariables: false };
  if (source.trim() === '') return { ...nothing, problem: { at: null, message: text.empty } };
  const variable = findVariableError(source);
  if (variable !== null) {
    const { line, column } = placeOf(source, variable.at);
    const message = variable.problem === 'pick' ? text.variable.pick : text.variable.unknown(variable.name);
    return { ...nothing, problem: { at: variable.at, message: text.json.at(line, column, message) } };
  }
  const masked = maskVariables(source);
  const error = findJsonError(masked);
  if (error !== null) {
    const { at, line, column, problem } = error;
    return { ...nothing, problem: { at, message: text.json.at(line, column, text.json[problem]) } };
  }
  return {
    problem: null,
    listed: masked.trimStart().startsWith('[') ? lengthOf(JSON.parse(masked)) : null,
    hasVariables: findVariables(source).length > 0,
  };
}

function lengthOf(value: unknown): number | null {
  return Array.isArray(value) && value.length > 0 ? value.length : null;
}

/** Which event of a batch the service would not take for its size, as a sentence, or null. */
export function oversized(
  text: ComposerText,
  events: readonly unknown[],
  bytesAsText: (bytes: number) => string,
): string | null {
  for (const [index, event] of events.entries()) {
    const bytes = utf8Bytes(JSON.stringify(event));
    if (bytes > MAX_EVENT_BYTES) return text.eachMistake(index + 1, text.tooLarge(bytesAsText(bytes)));
  }
  return null;
}

/**
 * What a typed filter means: a test on the text of an event, or where and why it means nothing. Three kinds: text
 * anywhere (case does not matter), `path=value` on parsed JSON, and a regular expression on the event's text.
 */
import type { FilterInput } from '../desk/filter-input.ts';
import type { Catalogue } from '../text/catalogue.ts';
import { parsePath, pathTest } from './path-filter.ts';

/** What can be wrong, as the catalogue's `filter.problems` names it. */
export type FilterProblem = keyof Catalogue['filter']['problems'];

export interface FilterError {
  /** From 1, in UTF-16 units. */
  column: number;
  problem: FilterProblem;
}

export type EventTest = (event: string) => boolean;

export type CompiledFilter = { ok: true; test: EventTest } | ({ ok: false } & FilterError);

export function compileFilter({ kind, text }: FilterInput): CompiledFilter {
  switch (kind) {
    case 'text':
      return { ok: true, test: textTest(text) };
    case 'path': {
      const path = parsePath(text);
      return 'problem' in path ? { ok: false, ...path } : { ok: true, test: pathTest(path) };
    }
    case 'regex':
      return compileRegex(text);
    default:
      return kind satisfies never;
  }
}

function textTest(text: string): EventTest {
  const wanted = text.toLowerCase();
  return (event) => {
    if (event.toLowerCase().includes(wanted)) return true;
    // The same text can be written with escapes: then what it says is compared too.
    if (!event.includes('\\')) return false;
    try {
      return JSON.stringify(JSON.parse(event)).toLowerCase().includes(wanted);
    } catch {
      return false;
    }
  };
}

/** `/pattern/flags` as programs write it, or the bare pattern. Flags that make no sense for a test are refused. */
const LITERAL = /^\/(.*)\/([imsuv]*)$/s;

function compileRegex(text: string): CompiledFilter {
  const literal = LITERAL.exec(text);
  const [source, flags, start] = literal === null ? [text, '', 0] : [literal[1] ?? '', literal[2] ?? '', 1];
  try {
    const expression = new RegExp(source, flags);
    return { ok: true, test: (event) => expression.test(event) };
  } catch {
    const { at, problem } = findRegexError(source);
    return { ok: false, column: start + at + 1, problem };
  }
}

/**
 * Where a pattern is wrong: engines say it in words of their own and name no place. It knows the mistakes that
 * people make; for anything else it points at the beginning.
 */
function findRegexError(source: string): { at: number; problem: FilterProblem } {
  const open: number[] = [];
  let repeatable = false;
  for (let at = 0; at < source.length; at += 1) {
    const char = source.charAt(at);
    if (char === '\\') {
      if (at === source.length - 1) return { at, problem: 'regexEscape' };
      at += 1;
      repeatable = true;
    } else if (char === '[') {
      const end = endOfClass(source, at);
      if (end < 0) return { at, problem: 'regexClass' };
      at = end;
      repeatable = true;
    } else if (char === '(') {
      open.push(at);
      repeatable = false;
      if (source.charAt(at + 1) === '?') at += 1;
    } else if (char === ')') {
      if (open.pop() === undefined) return { at, problem: 'regexClose' };
      repeatable = true;
    } else if (char === '*' || char === '+' || char === '?') {
      if (!repeatable) return { at, problem: 'regexRepeat' };
      // One more mark makes it lazy.
      if (source.charAt(at + 1) === '?') at += 1;
      repeatable = false;
    } else repeatable = char !== '|' && char !== '^';
  }
  const unclosed = open.at(-1);
  return unclosed === undefined ? { at: 0, problem: 'regexOther' } : { at: unclosed, problem: 'regexGroup' };
}

function endOfClass(source: string, start: number): number {
  for (let at = start + 1; at < source.length; at += 1) {
    const char = source.charAt(at);
    if (char === '\\') at += 1;
    else if (char === ']') return at;
  }
  return -1;
}

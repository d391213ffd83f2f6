/**
 * Where and why a text is not JSON (RFC 8259), in words for a person. Browsers word their own errors each in
 * its way and not all name a position; this one is the same everywhere. Iterative, so depth costs no stack.
 */
import type { ComposerText } from '../text/composer-en.ts';

/** What can be wrong, as the catalogue's `json` names it. */
export type JsonProblem = Exclude<keyof ComposerText['json'], 'at'>;

export interface JsonError {
  /** From 0, in UTF-16 units. */
  at: number;
  /** From 1. */
  line: number;
  /** From 1, in UTF-16 units as editors count. */
  column: number;
  problem: JsonProblem;
}

type Expect = 'value' | 'value-or-end' | 'name' | 'name-or-end' | 'colon' | 'comma' | 'nothing';

interface Open {
  mark: '{' | '[';
  at: number;
}

/** What is wrong with `source`, or null when it is JSON. */
export function findJsonError(source: string): JsonError | null {
  try {
    JSON.parse(source);
    return null;
  } catch {
    const found = scan(source);
    return found === null ? place(source, 0, 'unknown') : place(source, found.at, found.problem);
  }
}

/** Line and column of an offset, from 1. */
export function placeOf(source: string, at: number): { line: number; column: number } {
  const before = source.slice(0, at).split(/\r\n|\r|\n/);
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}

function place(source: string, at: number, problem: JsonProblem): JsonError {
  return { at, ...placeOf(source, at), problem };
}

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const WORD = /[A-Za-z0-9_$+.-]+/y;

function take(pattern: RegExp, source: string, at: number): string {
  pattern.lastIndex = at;
  return pattern.exec(source)?.[0] ?? '';
}

function scan(source: string): { at: number; problem: JsonProblem } | null {
  const open: Open[] = [];
  let expect: Expect = 'value';
  let at = 0;
  const afterValue = (): Expect => (open.length === 0 ? 'nothing' : 'comma');

  while (at < source.length) {
    const char = source.charAt(at);
    if (char === ' ' || char === '\t' || char === '\n' || char === '\r') {
      at += 1;
      continue;
    }
    const inside = open.at(-1)?.mark;
    if (expect === 'nothing') return { at, problem: 'after' };
    if (expect === 'colon') {
      if (char !== ':') return { at, problem: 'colon' };
      expect = 'value';
      at += 1;
    } else if (expect === 'comma') {
      if (char === ',') expect = inside === '{' ? 'name' : 'value';
      else if (char === (inside === '{' ? '}' : ']')) {
        open.pop();
        expect = afterValue();
      } else return { at, problem: inside === '{' ? 'commaOrBrace' : 'commaOrBracket' };
      at += 1;
    } else if (expect === 'name' || expect === 'name-or-end') {
      if (char === '}') {
        if (expect === 'name') return { at, problem: 'trailing' };
        open.pop();
        expect = afterValue();
        at += 1;
      } else if (char === '"') {
        const string = scanString(source, at);
        if ('problem' in string) return string;
        at = string.end;
        expect = 'colon';
      } else return { at, problem: 'name' };
    } else if (char === '{' || char === '[') {
      open.push({ mark: char, at });
      expect = char === '{' ? 'name-or-end' : 'value-or-end';
      at += 1;
    } else if (char === ']' && inside === '[') {
      if (expect === 'value') return { at, problem: 'trailing' };
      open.pop();
      expect = afterValue();
      at += 1;
    } else if (char === '"') {
      const string = scanString(source, at);
      if ('problem' in string) return string;
      at = string.end;
      expect = afterValue();
    } else if (char === "'" || char === '“' || char === '‘' || char === '`') {
      return { at, problem: 'quotes' };
    } else {
      const word = take(WORD, source, at);
      if (word === '') return { at, problem: 'value' };
      const numeric = /^[-+.\d]/.test(word);
      if (numeric && take(NUMBER, source, at) !== word) return { at, problem: 'number' };
      if (!numeric && word !== 'true' && word !== 'false' && word !== 'null') {
        return { at, problem: 'word' };
      }
      at += word.length;
      expect = afterValue();
    }
  }
  const unclosed = open.at(-1);
  if (unclosed !== undefined) {
    return { at: unclosed.at, problem: unclosed.mark === '{' ? 'openObject' : 'openArray' };
  }
  return expect === 'nothing' ? null : { at: source.length, problem: 'value' };
}

function scanString(source: string, start: number): { end: number } | { at: number; problem: JsonProblem } {
  for (let at = start + 1; at < source.length; at += 1) {
    const char = source.charAt(at);
    if (char === '"') return { end: at + 1 };
    // A line break is nearly always a forgotten quote: the beginning of the text is what helps to see it.
    if (char === '\n' || char === '\r') return { at: start, problem: 'openString' };
    if (char < ' ') return { at, problem: 'control' };
    if (char === '\\') {
      const escapeForm = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;
      const taken = take(escapeForm, source, at);
      if (taken === '') return { at, problem: 'escape' };
      at += taken.length - 1;
    }
  }
  return { at: start, problem: 'openString' };
}

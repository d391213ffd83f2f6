import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { text } from '../text.ts';
import { findJsonError } from './json-error.ts';

describe('findJsonError', () => {
  it.each([
    ['{oops', 1, 2, text.json.name],
    ['{"a":1,}', 1, 8, text.json.trailing],
    ['[1,2,]', 1, 6, text.json.trailing],
    ['{"a" 1}', 1, 6, text.json.colon],
    ['{"a":1 "b":2}', 1, 8, text.json.commaOrBrace],
    ['[1 2]', 1, 4, text.json.commaOrBracket],
    ['{"a":1} x', 1, 9, text.json.after],
    ['{\n  "a": 1,\n  "b": [1, 2,]\n}', 3, 14, text.json.trailing],
    ["{'a':1}", 1, 2, text.json.name],
    ["['a']", 1, 2, text.json.quotes],
    ['{"a": “b”}', 1, 7, text.json.quotes],
    ['{"a":"b\n}', 1, 6, text.json.openString],
    ['"tab\there"', 1, 5, text.json.control],
    ['"\\x"', 1, 2, text.json.escape],
    ['[01]', 1, 2, text.json.number],
    ['[.5]', 1, 2, text.json.number],
    ['True', 1, 1, text.json.word],
    ['{"a":undefined}', 1, 6, text.json.word],
    ['[[1]', 1, 1, text.json.openArray],
    ['{"a":{"b":1}', 1, 1, text.json.openObject],
    ['{"a":}', 1, 6, text.json.value],
    ['', 1, 1, text.json.value],
    ['  \r\n ', 2, 2, text.json.value],
  ])('%j', (source, line, column, message) => {
    expect(findJsonError(source)).toEqual({ line, column, message });
  });

  it('finds nothing in JSON', () => {
    fc.assert(fc.property(fc.json(), (source) => findJsonError(source) === null));
  });

  it('finds a place inside the text for everything else, and agrees with JSON.parse', () => {
    const damaged = fc
      .tuple(fc.json(), fc.nat(), fc.constantFrom('', ',', '"', '}', ']', '\\', '\n', 'x'))
      .map(([json, at, piece]) => {
        const cut = at % (json.length + 1);
        return json.slice(0, cut) + piece + json.slice(cut + 1);
      });
    fc.assert(
      fc.property(damaged, (source) => {
        let valid = true;
        try {
          JSON.parse(source);
        } catch {
          valid = false;
        }
        const error = findJsonError(source);
        expect(error === null).toBe(valid);
        if (error !== null) {
          expect(error.message).not.toBe(text.json.unknown);
          expect(error.line).toBeLessThanOrEqual(source.split('\n').length);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it('does not run out of stack on depth', () => {
    expect(findJsonError('['.repeat(200_000))?.message).toBe(text.json.openArray);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findJsonError } from './json-error.ts';

describe('findJsonError', () => {
  it.each([
    ['{oops', 1, 2, 'name'],
    ['{"a":1,}', 1, 8, 'trailing'],
    ['[1,2,]', 1, 6, 'trailing'],
    ['{"a" 1}', 1, 6, 'colon'],
    ['{"a":1 "b":2}', 1, 8, 'commaOrBrace'],
    ['[1 2]', 1, 4, 'commaOrBracket'],
    ['{"a":1} x', 1, 9, 'after'],
    ['{\n  "a": 1,\n  "b": [1, 2,]\n}', 3, 14, 'trailing'],
    ["{'a':1}", 1, 2, 'name'],
    ["['a']", 1, 2, 'quotes'],
    ['{"a": “b”}', 1, 7, 'quotes'],
    ['{"a":"b\n}', 1, 6, 'openString'],
    ['"tab\there"', 1, 5, 'control'],
    ['"\\x"', 1, 2, 'escape'],
    ['[01]', 1, 2, 'number'],
    ['[.5]', 1, 2, 'number'],
    ['True', 1, 1, 'word'],
    ['{"a":undefined}', 1, 6, 'word'],
    ['[[1]', 1, 1, 'openArray'],
    ['{"a":{"b":1}', 1, 1, 'openObject'],
    ['{"a":}', 1, 6, 'value'],
    ['', 1, 1, 'value'],
    ['  \r\n ', 2, 2, 'value'],
  ])('%j', (source, line, column, problem) => {
    expect(findJsonError(source)).toMatchObject({ line, column, problem });
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
          expect(error.problem).not.toBe('unknown');
          expect(error.line).toBeLessThanOrEqual(source.split('\n').length);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it('does not run out of stack on depth', () => {
    expect(findJsonError('['.repeat(200_000))?.problem).toBe('openArray');
  });
});

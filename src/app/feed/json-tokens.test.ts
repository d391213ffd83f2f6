import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isJson, prettyJson, tokenizeJson } from './json-tokens.ts';

const joined = (source: string, limit?: number) =>
  tokenizeJson(source, limit)
    .map((token) => token.text)
    .join('');

describe('tokenizeJson', () => {
  it('tells names from texts', () => {
    expect(tokenizeJson('{"a" :"b","c":[-1.5e3,true]}').filter((token) => token.kind !== 'mark')).toEqual([
      { kind: 'key', text: '"a"' },
      { kind: 'other', text: ' ' },
      { kind: 'string', text: '"b"' },
      { kind: 'key', text: '"c"' },
      { kind: 'number', text: '-1.5e3' },
      { kind: 'word', text: 'true' },
    ]);
  });

  it('never loses or adds a character, whatever the text', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (source) => joined(source) === source));
    fc.assert(fc.property(fc.json(), fc.nat(9), (source, limit) => joined(source, limit) === source));
  });

  it('takes a text that was cut off as one piece', () => {
    expect(tokenizeJson('{"a":"b, c: \\').at(-1)).toEqual({ kind: 'string', text: '"b, c: \\' });
  });
});

describe('prettyJson', () => {
  it('indents like JSON.stringify', () => {
    fc.assert(
      fc.property(fc.json(), (source) => {
        const canonical = JSON.stringify(JSON.parse(source));
        expect(prettyJson(canonical)).toBe(JSON.stringify(JSON.parse(source), null, 2));
      }),
    );
  });

  it('keeps digits and repeated names as they came', () => {
    expect(prettyJson('{"n":12345678901234567890,"n":1.0}')).toBe(
      '{\n  "n": 12345678901234567890,\n  "n": 1.0\n}',
    );
  });

  it('stays small on hostile depth', () => {
    const deep = `${'['.repeat(5_000)}${']'.repeat(5_000)}`;
    expect(prettyJson(deep).length).toBeLessThan(1_000_000);
    expect(isJson(deep)).toBe(true);
  });
});

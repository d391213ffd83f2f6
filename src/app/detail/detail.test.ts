import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { diffLines, foldEqual } from './diff-lines.ts';
import { findAll } from './find-all.ts';

describe('findAll', () => {
  it('finds every place, whatever the case', () => {
    expect(findAll('Ada, ada, ADA', 'ada')).toEqual([0, 5, 10]);
    expect(findAll('aaaa', 'aa')).toEqual([0, 2]);
    expect(findAll('İİ x', 'x')).toEqual([3]);
    expect(findAll('text', '')).toEqual([]);
  });
});

describe('diffLines', () => {
  it('says what went and what came', () => {
    expect(diffLines('{\n  "a": 1,\n  "b": 2\n}', '{\n  "a": 1,\n  "b": 3\n}')).toEqual([
      { kind: 'same', line: '{' },
      { kind: 'same', line: '  "a": 1,' },
      { kind: 'gone', line: '  "b": 2' },
      { kind: 'new', line: '  "b": 3' },
      { kind: 'same', line: '}' },
    ]);
  });

  it('holds both texts, whole and in order', () => {
    const text = fc
      .array(fc.constantFrom('a', 'b', 'c', ''), { maxLength: 30 })
      .map((lines) => lines.join('\n'));
    fc.assert(
      fc.property(text, text, (before, after) => {
        const lines = diffLines(before, after) ?? [];
        const of = (kind: 'gone' | 'new') =>
          lines.flatMap((one) => (one.kind === 'same' || one.kind === kind ? [one.line] : [])).join('\n');
        expect(of('gone')).toBe(before);
        expect(of('new')).toBe(after);
      }),
    );
  });

  it('gives up on what nobody could read', () => {
    const long = (letter: string) => Array.from({ length: 4_000 }, (_, n) => `${letter}${n}`).join('\n');
    expect(diffLines(long('a'), long('b'))).toBeNull();
    expect(diffLines(long('a'), long('a'))?.length).toBe(4_000);
  });
});

describe('foldEqual', () => {
  it('keeps two equal lines around a difference', () => {
    const same = Array.from({ length: 9 }, (_, n) => `${n}`);
    const lines = diffLines(same.join('\n'), same.with(4, 'x').join('\n')) ?? [];
    expect(foldEqual(lines).map((part) => (part.kind === 'fold' ? part.count : part.line))).toEqual([
      2,
      '2',
      '3',
      '4',
      'x',
      '5',
      '6',
      2,
    ]);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FilterKind } from '../desk/filter-input.ts';
import { compileFilter } from './compile-filter.ts';

const matches = (kind: FilterKind, text: string, event: unknown) => {
  const compiled = compileFilter({ kind, text });
  if (!compiled.ok) throw new Error(`${compiled.column}: ${compiled.problem}`);
  return compiled.test(typeof event === 'string' ? event : JSON.stringify(event));
};

describe('text', () => {
  it.each([
    ['ada', { name: 'Ada' }, true],
    ['"id":4', { id: 42 }, true],
    ['ü', '{"a":"\\u00fc"}', true],
    ['x', { name: 'Ada' }, false],
    ['zzz', 'not json \\', false],
    ['not js', 'Not JSON', true],
  ])('%s in %j', (text, event, found) => expect(matches('text', text, event)).toBe(found));
});

describe('path=value', () => {
  const order = {
    type: 'order.created',
    id: 42,
    total: { amount: '42' },
    tags: ['new', 'eu'],
    ok: true,
    none: null,
  };
  it.each([
    ['id=42', true],
    ['id = 42', true],
    ['id="42"', false],
    ['total.amount=42', true],
    ['total.amount="42"', true],
    ['type=order.created', true],
    ['type!=order.created', false],
    ['type!=order.shipped', true],
    ['tags[0]=new', true],
    ['tags[*]=eu', true],
    ['tags.*=eu', true],
    ['tags[*]!=old', true],
    ['["type"]=order.created', true],
    ['ok=true', true],
    ['none=null', true],
    ['missing=null', false],
    ['missing!=1', true],
    ['total={"amount":"42"}', true],
    ['constructor=1', false],
    ['__proto__.x=1', false],
  ])('%s', (text, found) => expect(matches('path', text, order)).toBe(found));

  it('never matches what is no JSON', () => expect(matches('path', 'a!=1', 'no json')).toBe(false));

  it.each([
    ['', 1, 'pathEmpty'],
    ['=5', 1, 'pathEmpty'],
    ['a..b=1', 3, 'pathEmpty'],
    ['a[x]=1', 2, 'pathBracket'],
    ['a["b=1', 2, 'pathBracket'],
    ['customer.id', 12, 'pathEnd'],
    ['a b=1', 2, 'pathEnd'],
  ])('%j is wrong at %i: %s', (text, column, problem) => {
    expect(compileFilter({ kind: 'path', text })).toEqual({ ok: false, column, problem });
  });
});

describe('regular expression', () => {
  it('is applied to the text, with flags when written as a literal', () => {
    expect(matches('regex', 'order\\.(created|shipped)', { type: 'order.created' })).toBe(true);
    expect(matches('regex', '/ADA/i', { name: 'Ada' })).toBe(true);
    expect(matches('regex', 'ADA', { name: 'Ada' })).toBe(false);
  });

  it.each([
    ['(a', 1, 'regexGroup'],
    ['a(b(c)', 2, 'regexGroup'],
    ['a)', 2, 'regexClose'],
    ['ab[c', 3, 'regexClass'],
    ['*a', 1, 'regexRepeat'],
    ['a|+b', 3, 'regexRepeat'],
    ['a**', 3, 'regexRepeat'],
    ['ab\\', 3, 'regexEscape'],
    ['/a(/', 3, 'regexGroup'],
    ['a{2,1}', 1, 'regexOther'],
  ])('%j is wrong at %i: %s', (text, column, problem) => {
    expect(compileFilter({ kind: 'regex', text })).toEqual({ ok: false, column, problem });
  });
});

describe('any text', () => {
  it('is a filter or a mistake within it, and never throws', () => {
    const kind = fc.constantFrom<FilterKind>('text', 'path', 'regex');
    fc.assert(
      fc.property(kind, fc.string({ unit: 'binary' }), fc.json(), (kindOf, text, event) => {
        const compiled = compileFilter({ kind: kindOf, text });
        if (compiled.ok) expect(typeof compiled.test(event)).toBe('boolean');
        else expect(compiled.column).toBeLessThanOrEqual(text.length + 1);
      }),
    );
  });
});

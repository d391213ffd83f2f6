import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { eventKey } from './event-key.ts';

describe('the key of an event', () => {
  it.each([
    ['blanks', '{"a":[1,2]}', ' { "a" : [ 1 , 2 ] } '],
    ['the order of keys, at any depth', '{"a":1,"b":{"c":1,"d":2}}', '{"b":{"d":2,"c":1},"a":1}'],
    ['the writing of numbers', '[1,100,0.5]', '[1.0,1e2,5e-1]'],
    ['the writing of texts', '"A\\n"', '"\\u0041\\u000a"'],
  ])('does not depend on %s', (_name, one, other) => {
    expect(eventKey(one)).toBe(eventKey(other));
  });

  it.each([
    ['ids beyond 2^53', '{"id":9007199254740993}', '{"id":9007199254740992}'],
    ['a number and its text', '1', '"1"'],
    ['an object and its entries', '{"a":1}', '[["a",1]]'],
    ['null and nothing', '{"a":null}', '{}'],
    ['the order of a list', '[1,2]', '[2,1]'],
    ['texts that look like numbers', '"12345678901234567890"', '12345678901234567890'],
    ['two that are no JSON', 'abc', 'abd'],
  ])('tells %s apart', (_name, one, other) => {
    expect(eventKey(one)).not.toBe(eventKey(other));
  });

  it('is the same for every writing of any value, and never fails', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(eventKey(JSON.stringify(value, null, 2))).toBe(eventKey(JSON.stringify(value)));
      }),
    );
    fc.assert(fc.property(fc.string(), (text) => typeof eventKey(text) === 'string'));
    const deep = '['.repeat(100_000) + ']'.repeat(100_000);
    expect(eventKey(deep)).toBe(deep);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { composerEn } from '../text/composer-en.ts';
import { en } from '../text/en.ts';
import { checkDraft } from './check-draft.ts';
import { formatDraft, indentAfter } from './edit-text.ts';
import { expandVariables, findVariableError, maskVariables } from './variables.ts';

const text = composerEn(en.format);

function values(random = 0) {
  let count = 0;
  return {
    now: () => Date.UTC(2026, 10, 23, 10, 2, 11, 42),
    uuid: () => 'b6f2',
    counter: () => {
      count += 1;
      return count;
    },
    random: () => random,
  };
}

describe('expandVariables', () => {
  it('fills in text inside quotes and JSON values outside', () => {
    const source =
      '{"at": {{now}}, "id": "order-{{uuid}}", "n": {{counter}}, "next": "{{ counter }}", "r": {{random}}}';
    expect(JSON.parse(expandVariables(source, values(0.5)))).toEqual({
      at: '2026-11-23T10:02:11.042Z',
      id: 'order-b6f2',
      n: 1,
      next: '2',
      r: 500_000,
    });
  });

  it('picks one of the choices, which may be JSON', () => {
    expect(
      JSON.parse(expandVariables('[{{pick:red|blue}},{{pick:1|2}},"{{pick:a"b|c}}"]', values())),
    ).toEqual(['red', 1, 'a"b']);
    expect(JSON.parse(expandVariables('{{pick:red|true}}', values(0.99)))).toBe(true);
  });

  it('leaves all JSON without variables as it is', () => {
    fc.assert(
      fc.property(
        fc.json().filter((json) => !json.includes('{{')),
        (json) => {
          expect(findVariableError(json)).toBeNull();
          expect(expandVariables(json, values())).toBe(json);
        },
      ),
    );
  });

  it('masks with JSON of the same length', () => {
    const source = '{"a":{{counter}},"b":"x{{uuid}}"}';
    expect(maskVariables(source)).toHaveLength(source.length);
    expect(() => JSON.parse(maskVariables(source)) as unknown).not.toThrow();
  });
});

describe('checkDraft', () => {
  it('names a variable that there is not, with its place', () => {
    expect(checkDraft(text, '{\n  "a": "{{nope}}"}').problem).toEqual({
      at: 10,
      message: text.json.at(2, 9, text.variable.unknown('nope')),
    });
    expect(checkDraft(text, '{"a": {{pick:}}}').problem?.message).toContain(text.variable.pick);
    expect(checkDraft(text, '"\\u007b{name}}"').problem).toBeNull();
  });

  it('finds a mistake after a variable where it stands in what was written', () => {
    expect(checkDraft(text, '{"a": {{counter}},}').problem).toEqual({
      at: 18,
      message: text.json.at(1, 19, text.json.trailing),
    });
  });

  it('counts the events of a list', () => {
    expect(checkDraft(text, '[{{counter}}, {}, []]').listed).toBe(3);
    expect(checkDraft(text, '[]').listed).toBeNull();
    expect(checkDraft(text, '{}').listed).toBeNull();
  });
});

describe('editing', () => {
  it('formats with variables in their places', () => {
    expect(formatDraft('{"a":{{counter}},"b":["{{uuid}}",12345678901234567890]}')).toBe(
      '{\n  "a": {{counter}},\n  "b": [\n    "{{uuid}}",\n    12345678901234567890\n  ]\n}',
    );
  });

  it('indents as JSON is', () => {
    expect(indentAfter('{', '}')).toEqual({ insert: '\n  \n', back: 1 });
    expect(indentAfter('{\n  "a": [', ' ]\n}')).toEqual({ insert: '\n    \n  ', back: 3 });
    expect(indentAfter('{\n  "a": 1,', '\n}')).toEqual({ insert: '\n  ', back: 0 });
    expect(indentAfter('"a"', '')).toEqual({ insert: '\n', back: 0 });
  });
});

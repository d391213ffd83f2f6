/** docs/operations.md against the server: every variable with its default and range, every metric, every limit. */
import { describe, expect, it } from 'vitest';
import { ConfigError, type Environment, readConfig } from '../../server/config/config.ts';
import { LIMIT_RATES } from '../../server/limits.ts';
import { createMetrics } from '../../server/metrics.ts';
import { read, section, tableRows } from './documents.ts';

const OPERATIONS = read('docs/operations.md');
const config = (env: Environment) => readConfig(env, { cwd: '/app', readFile: () => null });
const number = (text: string) => Number(text.replaceAll(',', ''));

const variables = tableRows(section(OPERATIONS, 'Environment')).map(
  ([first = '', standard = '', allowed = '']) => ({
    name: first.replaceAll('`', ''),
    standard: /^`([^`]+)`$/.exec(standard)?.[1] ?? null,
    range: /^([\d,]+) to ([\d,]+)$/.exec(allowed),
  }),
);

describe('the environment', () => {
  it('has a row for each variable that the server reads, and no other', () => {
    const asked = new Set<string>();
    config(
      new Proxy<Environment>(
        {},
        {
          get(_target, name) {
            asked.add(String(name));
            return undefined;
          },
        },
      ),
    );
    expect(variables.map(({ name }) => name).sort()).toEqual([...asked].sort());
  });

  it.each(variables.filter(({ standard }) => standard !== null))(
    '$name: $standard is the default',
    (variable) => {
      expect(config({ [variable.name]: variable.standard ?? '' })).toEqual(config({}));
    },
  );

  it.each(variables.filter(({ range }) => range !== null))(
    '$name has the range that is named',
    ({ name, range }) => {
      const [min, max] = [number(range?.[1] ?? ''), number(range?.[2] ?? '')];
      // One value with a port of its own, as the two ports must differ.
      const read = (value: number) =>
        config({ [name]: String(value), ...(name === 'PORT' ? { LOCAL_PORT: '0' } : {}) });
      for (const value of [min, max]) expect(() => read(value)).not.toThrow();
      for (const value of [min - 1, max + 1]) expect(() => read(value)).toThrow(ConfigError);
    },
  );
});

it('names every metric of ours, and none that there is not', async () => {
  const { body } = await createMetrics({ process: true }).text(1);
  const real = new Set([...body.matchAll(/^# TYPE (\S+)/gm)].map(([, name = '']) => name));
  const named = new Set(
    [...OPERATIONS.matchAll(/\b(?:switchboard|nodejs|process)_[a-z0-9_]+/g)].map(([name]) => name),
  );
  expect([...named].filter((name) => !real.has(name))).toEqual([]);
  expect([...real].filter((name) => name.startsWith('switchboard_') && !named.has(name))).toEqual([]);
  for (const [, label = '', values = ''] of OPERATIONS.matchAll(/\{(\w+)=~?"([^"]+)"\}/g)) {
    for (const value of values.split(/\\?\|/)) expect(body).toContain(`${label}="${value}"`);
  }
});

it('has the limits that are set', () => {
  const rows = new Map(
    tableRows(section(OPERATIONS, 'Limits')).map(([what = '', limit = '']) => [what, limit]),
  );
  expect(number(rows.get('sign-ins begun, an address')?.split(' ')[0] ?? '')).toBe(LIMIT_RATES.signIn);
  expect(number(rows.get('token requests, a session')?.split(' ')[0] ?? '')).toBe(
    LIMIT_RATES.tokensOfSession,
  );
  expect(number(rows.get('token requests, an address')?.split(' ')[0] ?? '')).toBe(
    LIMIT_RATES.tokensOfAddress,
  );
});

/** docs/use-in-your-app.md: the folders that it names are enough, its snippets name what there is, its route answers. */
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readAnswer } from '../../src/shared/token-answer.ts';
import { createTokenRoute, type TokenRouteDeps } from '../next/token-route.ts';
import { read, section, tableRows } from './documents.ts';

const TEXT = read('docs/use-in-your-app.md');

const IMPORT = /(?:^(?:import|export)\s(?:[^;'"]*?\sfrom\s)?|\bimport\()\s*'([^']+)'/gm;

/** Every file that a file needs, and the packages. */
function needs(entry: string): { files: Set<string>; packages: Set<string> } {
  const files = new Set<string>();
  const packages = new Set<string>();
  const open = [entry];
  for (let file = open.pop(); file !== undefined; file = open.pop()) {
    if (files.has(file)) continue;
    files.add(file);
    for (const [, specifier = ''] of read(file).matchAll(IMPORT)) {
      if (specifier.startsWith('.')) open.push(join(dirname(file), specifier.replace(/\?.*$/, '')));
      else packages.add(specifier.split('/')[0] ?? '');
    }
  }
  return { files, packages };
}

describe('what is to be copied', () => {
  const rows = tableRows(section(TEXT, 'What to copy')).map(
    ([, entries = '', folders = '', packages = '']) => ({
      entries: [...entries.matchAll(/`([^`]+)`/g)].map(([, path = '']) => path),
      folders: [...folders.matchAll(/`([^`]+)`/g)].map(([, path = '']) => path),
      packages: [...packages.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name),
    }),
  );

  it.each(rows)('$entries needs $folders, and the packages $packages', ({ entries, folders, packages }) => {
    for (const entry of entries) {
      const found = needs(entry);
      expect([...found.files].filter((file) => !folders.some((folder) => file.startsWith(folder)))).toEqual(
        [],
      );
      expect([...found.packages].filter((name) => !packages.includes(name))).toEqual([]);
    }
  });

  it('is three parts', () => expect(rows.length).toBe(3));
});

describe('the token route for Next.js', () => {
  const ORIGIN = 'https://app.example';
  const OURS = { 'sec-fetch-site': 'same-origin', 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty' };
  const accessToken = {
    payload: { sub: 'ada', exp: 1_000, auth_time: 700 },
    toString: () => `x.${btoa(JSON.stringify({ exp: 1_000, iat: 700 }))}.x`,
  };
  function ask(
    session: TokenRouteDeps['session'],
    headers: Record<string, string> = OURS,
  ): Promise<Response> {
    return createTokenRoute({ origin: ORIGIN, session, now: () => 800_000 })(
      new Request(`${ORIGIN}/api/cognito-token`, { headers }),
    );
  }

  it('answers what the browser side reads', async () => {
    const response = await ask(async () => ({ tokens: { accessToken } }));
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(await readAnswer(response)).toEqual({
      type: 'loaded',
      answer: { accessToken: String(accessToken), expiresIn: 200, sub: 'ada', epoch: 700_000 },
      wholeSeconds: 300,
    });
  });

  it('says signed out only when Amplify has no tokens', async () => {
    expect(await readAnswer(await ask(async () => ({})))).toMatchObject({ type: 'refused' });
    const out = await ask(() => Promise.reject(new Error('The network, or a throttled pool.')));
    expect(out.headers.get('retry-after')).toBe('5');
    expect(await readAnswer(out)).toMatchObject({ type: 'failed', failure: { code: 'token-unavailable' } });
  });

  it.each([
    { ...OURS, 'sec-fetch-site': 'cross-site' },
    { ...OURS, 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' },
    { ...OURS, origin: 'https://other.example' },
    {},
  ])('asks Amplify nothing for a request that is not ours: %j', async (headers) => {
    let asked = 0;
    const response = await ask(async () => {
      asked += 1;
      return { tokens: { accessToken } };
    }, headers);
    expect([response.status, asked]).toEqual([403, 0]);
    expect(await response.text()).not.toContain(String(accessToken));
  });

  it('forces a refresh when the page says that the service refused its token', async () => {
    const forced: boolean[] = [];
    const session: TokenRouteDeps['session'] = async ({ forceRefresh }) => {
      forced.push(forceRefresh);
      return { tokens: { accessToken } };
    };
    await ask(session);
    await ask(session, { ...OURS, 'cache-control': 'no-cache' });
    expect(forced).toEqual([false, true]);
  });
});

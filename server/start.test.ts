import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { createSystemClock } from '../src/shared/clock.ts';
import { type FakeProvider, startFakeProvider } from './auth/test-doubles.ts';
import { keptSecret } from './config/local-secret.ts';
import type { PageSource } from './pages.ts';
import { type RunningServer, type StartOptions, startServer } from './start.ts';
import { BY_SCRIPT, FAKE_PAGES, SECRET } from './test-doubles.ts';

const cleanups: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'switchboard-'));
  cleanups.push(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

async function start(
  options: Partial<StartOptions> = {},
): Promise<{ server: RunningServer; provider: FakeProvider }> {
  const provider = await startFakeProvider(createSystemClock());
  cleanups.push(() => provider.close());
  const env = {
    PORT: '0',
    HOST: 'localhost',
    COGNITO_ISSUER: provider.issuer,
    COGNITO_CLIENT_ID: provider.clientId,
    COGNITO_CLIENT_SECRET: provider.clientSecret,
    EVENTS_ENDPOINT: 'http://localhost:9/event',
    SESSION_STORE: 'sqlite::memory:',
    SESSION_SECRET: SECRET,
  };
  const server = await startServer(env, {
    cwd: folder(),
    pages: FAKE_PAGES,
    log: { level: 'silent' },
    ...options,
  });
  cleanups.push(() => server.close());
  return { server, provider };
}

describe('startServer', () => {
  it('signs in over the network, with what the environment says', async () => {
    const { server } = await start();
    expect(server.connectedTo.kind).toBe('real');
    const jar = new Map<string, string>();
    let url = `${server.origin}/auth/sign-in?return=/c/default/orders`;
    for (let hop = 0; hop < 3; hop += 1) {
      const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
      const answer = await fetch(url, { redirect: 'manual', headers: { cookie } });
      for (const line of answer.headers.getSetCookie()) {
        const [name = '', value = ''] = line.split(';', 1)[0]?.split('=') ?? [];
        jar.set(name, value);
      }
      url = new URL(answer.headers.get('location') ?? '', url).href;
    }
    expect(url).toBe(`${server.origin}/c/default/orders`);
    const cookie = `switchboard=${jar.get('switchboard')}`;
    const token = await fetch(`${server.origin}/api/cognito-token`, { headers: { ...BY_SCRIPT, cookie } });
    expect(token.status).toBe(200);
    const byIp = server.origin.replace('localhost', '127.0.0.1');
    expect((await fetch(`${byIp}/healthz`)).status).toBe(200);
  });

  it('finishes what is under way when it stops, and takes nothing new', async () => {
    let entered: () => void = () => undefined;
    let finish: () => void = () => undefined;
    const inside = new Promise<void>((resolve) => {
      entered = resolve;
    });
    const released = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const pages: PageSource = {
      ...FAKE_PAGES,
      async render(...args) {
        entered();
        await released;
        return FAKE_PAGES.render(...args);
      },
    };
    const { server } = await start({ pages });
    const page = fetch(server.origin);
    await inside;
    const closed = server.close();
    await expect(fetch(`${server.origin}/healthz`).then((answer) => answer.ok)).rejects.toThrow();
    finish();
    expect((await page).status).toBe(200);
    await closed;
  });

  it('serves what the build made', async () => {
    const cwd = folder();
    mkdirSync(join(cwd, 'dist/client'), { recursive: true });
    mkdirSync(join(cwd, 'dist/server'), { recursive: true });
    writeFileSync(join(cwd, 'dist/client/index.html'), await FAKE_PAGES.template('/'));
    writeFileSync(join(cwd, 'dist/build.json'), '{"build":"abc"}');
    writeFileSync(
      join(cwd, 'dist/server/entry-server.js'),
      'export const render = async () => ({ pipe: (to) => to.end("<b>built</b>"), abort() {} });',
    );
    const provider = await startFakeProvider(createSystemClock());
    cleanups.push(() => provider.close());
    const server = await startServer(
      {
        PORT: '0',
        HOST: 'localhost',
        COGNITO_ISSUER: provider.issuer,
        COGNITO_CLIENT_ID: 'client',
        EVENTS_ENDPOINT: 'http://localhost:9/event',
        SESSION_STORE: 'sqlite::memory:',
        SESSION_SECRET: SECRET,
      },
      { cwd, log: { level: 'silent' } },
    );
    cleanups.push(() => server.close());
    const html = await (await fetch(`${server.origin}/shell`)).text();
    expect(html).toContain('<div id="root"><b>built</b></div>');
    expect(html).toContain('"build":"abc"');
  });

  it('starts the stand-ins when nothing is configured', async () => {
    const cwd = folder();
    const server = await startServer(
      { PORT: '0', LOCAL_PORT: '0' },
      { cwd, pages: FAKE_PAGES, log: { level: 'silent' } },
    );
    cleanups.push(() => server.close());
    expect(server.connectedTo.kind).toBe('local');
    expect(server.users.length).toBeGreaterThanOrEqual(2);
    expect((await fetch(`${server.origin}/readyz`)).status).toBe(200);
    const signIn = await fetch(`${server.origin}/auth/sign-in`, { redirect: 'manual' });
    expect(signIn.headers.get('location')).toContain('/oauth2/authorize?');
  });

  it('says what is wrong and starts nothing', async () => {
    await expect(startServer({ PORT: 'x' }, { cwd: folder() })).rejects.toThrow(
      'PORT must be a whole number',
    );
  });
});

describe('the kept secret', () => {
  it('is made once, for its owner only', () => {
    const stateDir = join(folder(), '.data');
    const secret = keptSecret(stateDir);
    expect(secret.length).toBeGreaterThanOrEqual(32);
    expect(keptSecret(stateDir)).toBe(secret);
    const file = join(stateDir, 'session-secret');
    expect(readFileSync(file, 'utf8')).toBe(secret);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });
});

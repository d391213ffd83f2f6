import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync, brotliDecompressSync, gunzipSync, gzipSync } from 'node:zlib';
import type { LightMyRequestResponse as Answer, InjectOptions } from 'fastify';
import { afterEach, describe, expect, it } from 'vitest';
import type { PageSource } from './pages.ts';
import { createSqliteStore } from './session/sqlite-store.ts';
import {
  BY_PERSON,
  BY_SCRIPT,
  EVENTS,
  FAKE_PAGES,
  startTestServer,
  type TestServer,
  type TestServerOptions,
} from './test-doubles.ts';

const cleanups: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function start(options?: TestServerOptions): Promise<TestServer> {
  const server = await startTestServer(options);
  cleanups.push(() => server.close());
  return server;
}

function pageData(html: string): Record<string, unknown> {
  const json = /<script type="application\/json" id="page-data">(.*?)<\/script>/s.exec(html)?.[1];
  return JSON.parse(json ?? 'null');
}

describe('pages', () => {
  it('carry the signed-in user and the opened channel in their first HTML', async () => {
    const server = await start();
    const browser = server.browser();
    expect(pageData((await browser.get('/')).body)).toMatchObject({ session: null, channel: null });
    await browser.signIn();
    const page = await browser.get('/c/default/orders');
    expect(page.statusCode).toBe(200);
    expect(page.body).toContain('<main>channel default/orders</main>');
    expect(page.body).toContain('<title>default/orders · Switchboard</title>');
    expect(pageData(page.body)).toMatchObject({
      session: { username: 'ada', email: 'ada@example.com' },
      channel: 'default/orders',
      channelError: null,
      events: EVENTS,
      localControl: null,
      theme: 'system',
    });
    expect(page.body).not.toContain((await browser.token()).json().accessToken);
  });

  it.each([
    ['/c/default/*', 'default/*'],
    ['/c/default/orders/', 'default/orders'],
    ['/c/default/a%2Fb', 'default/a/b'],
  ])('%s opens %s', async (url, channel) => {
    const server = await start();
    expect(pageData((await server.browser().get(url)).body).channel).toBe(channel);
  });

  it.each(['/c/', '/c/*', '/c/a/*/b', '/c/sp%20ace', '/c/%3C%2Fscript%3E', '/c/a/b/c/d/e/f'])(
    '%s is the app with a sentence, and 404',
    async (url) => {
      const server = await start();
      const page = await server.browser().get(url);
      expect(page.statusCode).toBe(404);
      expect(page.body).toContain('<main>');
      expect(page.body.match(/<\/script>/g)).toHaveLength(2);
      expect(pageData(page.body)).toMatchObject({
        channel: null,
        channelError: expect.stringContaining('got'),
      });
    },
  );

  it('remember the theme, if it is one', async () => {
    const server = await start();
    const browser = server.browser();
    browser.cookies.set('switchboard-theme', 'dark');
    expect((await browser.get('/')).body).toContain('data-theme="dark"');
    browser.cookies.set('switchboard-theme', '"onload=');
    expect((await browser.get('/')).body).toContain('data-theme="system"');
  });

  it('come in the chosen density and language, else in the first of the browser’s that there is', async () => {
    const server = await start();
    const browser = server.browser();
    const look = async (accept?: string) => {
      const headers = accept === undefined ? {} : { 'accept-language': accept };
      const { body } = await browser.get('/', headers);
      const { density, language } = pageData(body);
      return [density, language, /<html lang="(\w+)"/.exec(body)?.[1]].join(' ');
    };
    expect(await look()).toBe('comfortable en en');
    expect(await look('fr, zh-TW;q=0.8, en;q=0.5')).toBe('comfortable zh zh');
    expect(await look('en;q=0.1, zh;q=0')).toBe('comfortable en en');
    expect(await look('"><script>')).toBe('comfortable en en');
    browser.cookies.set('switchboard-density', 'compact');
    browser.cookies.set('switchboard-language', 'zh');
    expect(await look('en')).toBe('compact zh zh');
    browser.cookies.set('switchboard-density', '"onload=');
    browser.cookies.set('switchboard-language', 'tlh');
    expect(await look('en')).toBe('comfortable en en');
  });

  it('have a shell that is the same for everybody', async () => {
    const server = await start();
    const browser = server.browser();
    await browser.signIn();
    browser.cookies.set('switchboard-theme', 'dark');
    const shell = await browser.get('/shell');
    expect(shell.headers['cache-control']).toBe('no-cache');
    expect(shell.headers.vary).toBeUndefined();
    expect(shell.cookies).toEqual([]);
    expect(pageData(shell.body)).toMatchObject({ session: 'unknown', channel: null, theme: 'system' });
    expect(shell.body).not.toContain('ada');
  });

  it('say plainly when they cannot be rendered', async () => {
    const pages: PageSource = { ...FAKE_PAGES, render: () => Promise.reject(new Error('a secret detail')) };
    const server = await start({ pages });
    const page = await server.browser().get('/');
    expect(page.statusCode).toBe(500);
    expect(page.headers['content-type']).toContain('text/html');
    expect(page.body).not.toContain('secret detail');
    expect(server.logs.join('')).toContain('a secret detail');
  });

  it('move from another name of this machine to the configured one', async () => {
    const server = await start();
    const get = (host: string, url = '/c/default/a?b=1') =>
      server.app.inject({ url, headers: { ...BY_PERSON, host } });
    expect((await get('127.0.0.1:3000')).headers.location).toBe('http://localhost:3000/c/default/a?b=1');
    expect((await get('127.0.0.1:9999')).statusCode).toBe(200);
    expect((await get('evil.example:3000')).statusCode).toBe(200);
  });
});

describe('headers', () => {
  const EVERY = [
    ['/', 200],
    ['/shell', 200],
    ['/c/%20', 404],
    ['/nowhere', 404],
    ['/api/nowhere', 404],
    ['/%E0%A4%A', 400],
    ['/api/session', 200],
    ['/api/cognito-token', 403],
    ['/auth/callback', 400],
    ['/auth/sign-in', 302],
    ['/healthz', 200],
  ] as const;

  it.each(EVERY)('protect %s (%i)', async (url, status) => {
    const server = await start({ origin: 'https://sw.example' });
    const { statusCode, headers } = await server.browser().get(url);
    expect(statusCode).toBe(status);
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(headers['cache-control']).toMatch(url === '/shell' ? /no-cache/ : /no-store/);
    if (status === 400 && url.startsWith('/%')) return;
    expect(headers).toMatchObject({
      'cross-origin-resource-policy': 'same-origin',
      'cross-origin-opener-policy': 'same-origin',
      'referrer-policy': 'same-origin',
      'permissions-policy': expect.stringContaining('camera=()'),
      'strict-transport-security': expect.stringContaining('max-age='),
      'x-frame-options': 'DENY',
    });
    expect(headers['access-control-allow-origin']).toBeUndefined();
    expect(headers['x-powered-by']).toBeUndefined();
  });

  it('name a new nonce each time, the Events endpoints, and Trusted Types', async () => {
    const server = await start();
    const browser = server.browser();
    await browser.get('/readyz');
    const page = await browser.get('/');
    const csp = String(page.headers['content-security-policy']);
    const nonce = /'nonce-([^']+)'/.exec(csp)?.[1] ?? '';
    expect(page.body).toContain(`nonce="${nonce}"`);
    expect(String((await browser.get('/')).headers['content-security-policy'])).not.toContain(nonce);
    expect(csp).toContain(
      "connect-src 'self' https://abc.appsync-api.eu-west-1.amazonaws.com wss://abc.appsync-realtime-api.eu-west-1.amazonaws.com https://abc.appsync-realtime-api.eu-west-1.amazonaws.com;",
    );
    expect(csp).toContain(`form-action 'self' ${server.provider.issuer}`);
    expect(csp).toContain("require-trusted-types-for 'script'; trusted-types switchboard");
    expect(csp).not.toContain('upgrade-insecure-requests');
    expect(csp).not.toMatch(/script-src [^;]*unsafe/);
  });

  it('allow the application’s own history where there is one, and nothing beside it', async () => {
    const history = 'https://history.example/past';
    const server = await start({ events: { ...EVENTS, history } });
    const { headers } = await server.browser().get('/');
    expect(String(headers['content-security-policy'])).toContain('amazonaws.com https://history.example;');
  });

  it('send HSTS and upgrade only on https', async () => {
    const { headers } = await (await start()).browser().get('/');
    expect(headers['strict-transport-security']).toBeUndefined();
  });
});

describe('files', () => {
  function built(): string {
    const folder = mkdtempSync(join(tmpdir(), 'switchboard-'));
    cleanups.push(() => rmSync(folder, { recursive: true }));
    mkdirSync(join(folder, 'assets'));
    for (const name of [
      'index.html',
      'sw.js',
      'manifest.webmanifest',
      'offline.html',
      'assets/app-1a2b.js',
    ]) {
      writeFileSync(join(folder, name), `content of ${name}`);
    }
    return folder;
  }

  it.each([
    ['/assets/app-1a2b.js', 'public, max-age=31536000, immutable', 'javascript'],
    ['/sw.js', 'no-cache', 'javascript'],
    ['/manifest.webmanifest', 'no-cache', 'application/manifest+json'],
    ['/offline.html', 'no-cache', 'text/html'],
  ])('%s: %s', async (url, cache, type) => {
    const server = await start({ clientFiles: built() });
    const { statusCode, headers } = await server.browser().get(url);
    expect(statusCode).toBe(200);
    expect(headers['cache-control']).toBe(cache);
    expect(headers['content-type']).toContain(type);
    // A worker's policy comes with its own file.
    expect(headers['content-security-policy']).toContain('wss://abc.appsync-realtime-api');
    expect(headers['service-worker-allowed']).toBe(url === '/sw.js' ? '/' : undefined);
    expect(headers.vary).toBe('Accept-Encoding');
  });

  describe('compressed by the build', () => {
    const SCRIPT = `export const words = ${JSON.stringify('words '.repeat(500))};`;

    async function serve(): Promise<(accept: string | null, more?: InjectOptions) => Promise<Answer>> {
      const folder = built();
      const file = join(folder, 'assets/big-1a2b.js');
      writeFileSync(file, SCRIPT);
      writeFileSync(`${file}.br`, brotliCompressSync(SCRIPT));
      writeFileSync(`${file}.gz`, gzipSync(SCRIPT));
      const { app, origin } = await start({ clientFiles: folder });
      return (accept, { headers, ...more } = {}) =>
        app.inject({
          url: '/assets/big-1a2b.js',
          ...more,
          headers: {
            host: new URL(origin).host,
            ...(accept === null ? {} : { 'accept-encoding': accept }),
            ...headers,
          },
        });
    }

    it.each([
      ['gzip, deflate, br, zstd', 'br', brotliDecompressSync],
      ['gzip, deflate', 'gzip', gunzipSync],
      ['br;q=0, gzip;q=0.5', 'gzip', gunzipSync],
      ['identity', undefined, (body: Buffer) => body],
      [null, undefined, (body: Buffer) => body],
    ])('to a request that takes %s: %s', async (accept, encoding, open) => {
      const { headers, rawPayload } = await (await serve())(accept);
      expect(headers['content-encoding']).toBe(encoding);
      expect(headers['content-type']).toBe('application/javascript; charset=utf-8');
      expect(headers['cache-control']).toBe('public, max-age=31536000, immutable');
      expect(headers.vary).toBe('Accept-Encoding');
      expect(headers['content-length']).toBe(`${rawPayload.length}`);
      expect(rawPayload.length < SCRIPT.length / 2).toBe(encoding !== undefined);
      expect(open(rawPayload).toString()).toBe(SCRIPT);
    });

    it('answers HEAD alike, and 304 to whoever has this very version', async () => {
      const get = await serve();
      const [br, plain] = [await get('br'), await get(null)];
      const head = await get('br', { method: 'HEAD' });
      expect(head.rawPayload).toHaveLength(0);
      for (const name of ['content-encoding', 'content-length', 'content-type', 'etag', 'vary'] as const)
        expect(head.headers[name]).toBe(br.headers[name]);
      expect(br.headers.etag).not.toBe(plain.headers.etag);
      const same = { headers: { 'if-none-match': `${br.headers.etag}` } };
      const known = await get('br', same);
      expect([known.statusCode, known.rawPayload.length, known.headers.vary]).toEqual([
        304,
        0,
        'Accept-Encoding',
      ]);
      expect((await get(null, same)).statusCode).toBe(200);
    });

    it('has no address of its own, and sends as it is what has none', async () => {
      const get = await serve();
      for (const suffix of ['br', 'gz']) {
        expect((await get('br', { url: `/assets/big-1a2b.js.${suffix}` })).statusCode).toBe(404);
      }
      const small = await get('br', { url: '/sw.js' });
      expect([small.headers['content-encoding'], small.body]).toEqual([undefined, 'content of sw.js']);
    });
  });

  it.each(['/index.html', '/assets/gone.js', '/assets/../index.html', '/..%2f..%2fetc%2fpasswd'])(
    '%s is not served',
    async (url) => {
      const server = await start({ clientFiles: built() });
      const answer = await server.browser().get(url);
      expect(answer.statusCode).toBe(404);
      expect(answer.headers['cache-control']).toBe('no-store');
    },
  );
});

describe('operations', () => {
  it('tells life and readiness apart', async () => {
    const store = createSqliteStore(':memory:');
    let out = false;
    const ping = () => (out ? Promise.reject(new Error('no database')) : store.ping());
    const server = await start({ store: { ...store, ping } });
    const browser = server.browser();
    expect((await browser.get('/readyz')).json()).toEqual({ status: 'ready' });
    out = true;
    expect((await browser.get('/healthz')).statusCode).toBe(200);
    const answer = await browser.get('/readyz');
    expect(answer.statusCode).toBe(503);
    expect(answer.json().reasons).toEqual({ store: 'no database' });
    server.provider.discoverable = false;
    out = false;
    expect((await browser.get('/readyz')).statusCode).toBe(200);
  });

  it('names everything that is out at once, and is ready again when all is back', async () => {
    const store = createSqliteStore(':memory:');
    let out = true;
    const ping = () => (out ? Promise.reject(new Error('no database')) : store.ping());
    const server = await start({ store: { ...store, ping } });
    server.provider.discoverable = false;
    const browser = server.browser();
    const both = (await browser.get('/readyz')).json().reasons;
    expect(Object.keys(both).sort()).toEqual(['provider', 'store']);
    out = false;
    expect(Object.keys((await browser.get('/readyz')).json().reasons)).toEqual(['provider']);
    server.provider.discoverable = true;
    expect((await browser.get('/readyz')).json()).toEqual({ status: 'ready' });
  });

  it('logs no token, cookie, code or state, whatever happens', async () => {
    const server = await start();
    const browser = server.browser();
    const callback = await browser.beginSignIn();
    await browser.get(callback);
    const secrets = [...browser.cookies.values(), ...new URL(callback, server.origin).searchParams.values()];
    await browser.token();
    for (const mode of ['nonsense', 'unavailable', 'refuse', 'ok', 'invalid_grant'] as const) {
      server.provider.mode = mode;
      server.clock.advance(296_000);
      await browser.token();
      await browser.get(callback);
    }
    await browser.get(`/auth/callback?code=${'c'.repeat(40)}&state=x`, BY_SCRIPT);
    await browser.signOut();
    const logged = server.logs.join('');
    expect(logged).toContain('Renewal failed');
    for (const secret of [...secrets, ...server.provider.issued, 'c'.repeat(40)]) {
      expect(logged.includes(secret), secret).toBe(false);
    }
  });
});

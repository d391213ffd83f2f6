/** What no route answers, over real sockets where only a socket shows it. */
import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createSqliteStore } from './session/sqlite-store.ts';
import {
  BY_PERSON,
  BY_SCRIPT,
  startTestServer,
  type TestServer,
  type TestServerOptions,
} from './test-doubles.ts';

const servers: TestServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});
async function start(options?: TestServerOptions): Promise<TestServer> {
  const server = await startTestServer({ origin: 'https://sw.example', ...options });
  servers.push(server);
  return server;
}

/** Sends bytes as they are and reads until the server hangs up. */
async function raw(server: TestServer, request: string): Promise<string> {
  const address = await server.app.listen({ port: 0, host: '127.0.0.1' });
  const socket = connect(Number(new URL(address).port), '127.0.0.1');
  socket.write(request);
  let answer = '';
  for await (const chunk of socket) answer += String(chunk);
  return answer;
}

function expectKeptByNobody(headers: Record<string, unknown>): void {
  expect(headers['cache-control']).toBe('no-store');
  expect(String(headers.vary)).toContain('Cookie');
  expect(headers['x-content-type-options']).toBe('nosniff');
  expect(headers['access-control-allow-origin']).toBeUndefined();
}

describe('a request that is too large', () => {
  const post = (body: string, type: string) => ({
    ...{ method: 'POST' as const, url: '/auth/sign-out', payload: body },
    headers: { ...BY_SCRIPT, origin: 'https://sw.example', 'content-type': type },
  });

  it.each(['application/json', 'application/x-www-form-urlencoded', 'text/plain'])(
    'in its body (%s)',
    async (type) => {
      const server = await start();
      const answer = await server.app.inject(post(JSON.stringify('x'.repeat(16 * 1024)), type));
      expect(answer.statusCode).toBe(413);
      expect(answer.headers['content-type']).toContain('application/problem+json');
      expect(answer.json()).toMatchObject({ status: 413, code: 'body-too-large' });
      expectKeptByNobody(answer.headers);
    },
  );

  it('in its address', async () => {
    const server = await start();
    const ask = (length: number) => server.app.inject({ url: `/healthz?${'x'.repeat(length - 9)}` });
    expect((await ask(8_192)).statusCode).toBe(200);
    const answer = await ask(8_193);
    expect(answer.statusCode).toBe(414);
    expect(answer.json()).toMatchObject({ status: 414, code: 'address-too-long' });
    expectKeptByNobody(answer.headers);
  });

  it('in its headers', async () => {
    const server = await start();
    const cookie = 'x'.repeat(17 * 1024);
    const answer = await raw(
      server,
      `GET /api/cognito-token HTTP/1.1\r\nhost: sw.example\r\ncookie: ${cookie}\r\n\r\n`,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 431 /);
    expect(answer).toContain('application/problem+json');
    expect(answer).toContain('"code":"headers-too-large"');
    expect(answer).toMatch(/cache-control: no-store/i);
    expect(answer).toMatch(/vary: Cookie/i);
  });
});

describe('a request that cannot be taken', () => {
  it('because it is no HTTP', async () => {
    const answer = await raw(await start(), 'HELO sw.example\r\n\r\n');
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer).toContain('"code":"bad-request"');
    expect(answer).toMatch(/cache-control: no-store/i);
  });

  it.each([
    ['a broken JSON body', 400, 'application/json', '{'],
    ['a body of another type', 415, 'application/xml', '<x/>'],
  ])('because of %s', async (_name, status, type, payload) => {
    const server = await start();
    const headers = { ...BY_SCRIPT, origin: server.origin, 'content-type': type };
    const answer = await server.app.inject({ method: 'POST', url: '/auth/sign-out', headers, payload });
    expect(answer.statusCode).toBe(status);
    expect(answer.headers['content-type']).toContain('application/problem+json');
    expectKeptByNobody(answer.headers);
  });

  it('because its address cannot be decoded', async () => {
    const answer = await (await start()).app.inject({ url: '/%E0%A4%A' });
    expect(answer.statusCode).toBe(400);
    expectKeptByNobody(answer.headers);
    expect(answer.headers['content-security-policy']).toContain("default-src 'none'");
  });

  it('because of its method: says which there are', async () => {
    const server = await start();
    const answer = await server.app.inject({ method: 'DELETE', url: '/auth/sessions?x=1' });
    expect(answer.statusCode).toBe(405);
    expect(answer.headers.allow).toBe('GET, POST');
    expect(answer.json().code).toBe('method-not-allowed');
    expectKeptByNobody(answer.headers);
  });
});

describe('errors', () => {
  it('of the session are kept by nobody, whatever their status', async () => {
    const store = createSqliteStore(':memory:');
    let out = false;
    const server = await start({
      store: { ...store, read: (id) => (out ? Promise.reject(new Error('no database')) : store.read(id)) },
    });
    const browser = server.browser();
    expectKeptByNobody((await browser.token()).headers);
    expectKeptByNobody((await browser.get('/api/cognito-token')).headers);
    await browser.signIn();
    out = true;
    for (const [url, status, headers] of [
      ['/api/cognito-token', 503, BY_SCRIPT],
      ['/api/sessions', 500, BY_SCRIPT],
      ['/api/session', 500, BY_SCRIPT],
      ['/auth/sessions', 500, BY_PERSON],
      ['/', 500, BY_PERSON],
    ] as const) {
      const answer = await browser.get(url, headers);
      expect([url, answer.statusCode]).toEqual([url, status]);
      expectKeptByNobody(answer.headers);
      expect(answer.body).not.toContain('no database');
    }
  });
});

describe('ORIGIN alone decides redirects and cookies', () => {
  const HOSTILE = {
    host: 'evil.example',
    'x-forwarded-host': 'evil.example',
    'x-forwarded-proto': 'http',
    'x-forwarded-port': '81',
    forwarded: 'host=evil.example;proto=http',
    'x-original-url': '/evil',
    'x-forwarded-for': '203.0.113.9',
  };

  it.each([[[]], [['127.0.0.1']]])('with the proxies %j believed', async (trustProxy) => {
    const server = await start({ trustProxy });
    const browser = server.browser();
    const begun = await browser.get('/auth/sign-in?return=/c/default/a', { ...BY_PERSON, ...HOSTILE });
    const toProvider = new URL(String(begun.headers.location));
    expect(toProvider.searchParams.get('redirect_uri')).toBe('https://sw.example/auth/callback');
    const back = await fetch(toProvider, { redirect: 'manual' });
    const callback = new URL(back.headers.get('location') ?? '');
    expect(callback.origin).toBe('https://sw.example');
    const done = await browser.get(`${callback.pathname}${callback.search}`, { ...BY_PERSON, ...HOSTILE });
    expect(done.headers.location).toBe('/c/default/a');
    for (const cookie of done.cookies.filter(({ value }) => value !== '')) {
      expect(cookie).toMatchObject({ secure: true, path: '/' });
      expect(cookie.domain).toBeUndefined();
    }
    expect(browser.cookies.has('__Host-switchboard')).toBe(true);
    const page = await browser.get('/auth/sessions', { ...BY_PERSON, ...HOSTILE });
    expect(page.body).not.toContain('evil');
    const out = await browser.post('/auth/sign-out', {
      ...BY_SCRIPT,
      ...HOSTILE,
      origin: 'https://sw.example',
    });
    expect(new URL(String(out.headers.location)).searchParams.get('logout_uri')).toBe('https://sw.example/');
  });
});

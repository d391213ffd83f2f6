import type { LightMyRequestResponse } from 'fastify';
import { afterEach, describe, expect, it } from 'vitest';
import { readAnswer } from '../src/shared/token-answer.ts';
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

function signInFrom(
  server: TestServer,
  remoteAddress: string,
  headers: Record<string, string> = {},
): Promise<LightMyRequestResponse> {
  return server.app.inject({ url: '/auth/sign-in', remoteAddress, headers: { ...BY_PERSON, ...headers } });
}

async function signInUntilRefused(server: TestServer, address: string, headers?: Record<string, string>) {
  let passed = 0;
  for (; passed < 100; passed += 1) {
    const answer = await signInFrom(server, address, headers);
    if (answer.statusCode !== 302) return { passed, answer };
  }
  throw new Error('It was never refused.');
}

describe('sign-in', () => {
  it('is limited by address: 30 a minute, then 429 with Retry-After', async () => {
    const server = await start();
    const { passed, answer } = await signInUntilRefused(server, '192.0.2.1');
    expect(passed).toBe(30);
    expect(answer.statusCode).toBe(429);
    expect(answer.json()).toMatchObject({ status: 429, code: 'rate-limited' });
    expect(answer.headers['cache-control']).toBe('no-store');
    expect(answer.cookies).toEqual([]);
    expect((await signInFrom(server, '192.0.2.2')).statusCode).toBe(302);
    server.clock.advance(Number(answer.headers['retry-after']) * 1_000);
    expect((await signInFrom(server, '192.0.2.1')).statusCode).toBe(302);
  });

  it('tells a person on a page', async () => {
    const server = await start();
    const { answer } = await signInUntilRefused(server, '192.0.2.1', { accept: 'text/html,*/*' });
    expect(answer.headers['content-type']).toContain('text/html');
    expect(answer.headers['retry-after']).toMatch(/^\d+$/);
    expect(answer.body).toContain('Too many sign-ins');
  });

  it('is not used up by other sites', async () => {
    const server = await start();
    for (let turn = 0; turn < 100; turn += 1) {
      const image = {
        'sec-fetch-site': 'cross-site',
        'sec-fetch-mode': 'no-cors',
        'sec-fetch-dest': 'image',
      };
      expect((await signInFrom(server, '192.0.2.1', image)).statusCode).toBe(403);
    }
    expect((await signInFrom(server, '192.0.2.1')).statusCode).toBe(302);
  });

  it('is generous to the own machine in local mode, and there only', async () => {
    const local = await start({ origin: 'http://localhost:3000' });
    for (let turn = 0; turn < 200; turn += 1) {
      expect((await signInFrom(local, '127.0.0.1', { host: 'localhost:3000' })).statusCode).toBe(302);
    }
    expect((await signInUntilRefused(await start(), '127.0.0.1')).passed).toBe(30);
  });
});

describe('the token route', () => {
  const rates = { signIn: 100, tokensOfSession: 5, tokensOfAddress: 12 };

  it('is limited by session', async () => {
    const server = await start({ rates });
    const [ada, other] = [server.browser(), server.browser()];
    await ada.signIn();
    await other.signIn();
    for (let turn = 0; turn < 5; turn += 1) expect((await ada.token()).statusCode).toBe(200);
    const refused = await ada.token();
    expect(refused.statusCode).toBe(429);
    expect(refused.headers['content-type']).toContain('application/problem+json');
    expect(refused.headers['cache-control']).toBe('no-store');
    expect((await other.token()).statusCode).toBe(200);
    server.clock.advance(Number(refused.headers['retry-after']) * 1_000);
    expect((await ada.token()).statusCode).toBe(200);
  });

  it('is limited by address, however many cookies are tried', async () => {
    const server = await start({ rates });
    const statuses: number[] = [];
    for (let turn = 0; turn < 14; turn += 1) {
      const stranger = server.browser();
      stranger.cookies.set('__Host-switchboard', `${String(turn).padStart(22, 'A')}.${'B'.repeat(43)}`);
      statuses.push((await stranger.token()).statusCode);
    }
    expect(statuses).toEqual([...Array<number>(12).fill(401), 429, 429]);
  });

  it('is not used up by other sites', async () => {
    const server = await start({ rates });
    const browser = server.browser();
    await browser.signIn();
    for (let turn = 0; turn < 50; turn += 1) {
      const foreign = { ...BY_SCRIPT, 'sec-fetch-site': 'same-site' };
      expect((await browser.get('/api/cognito-token', foreign)).statusCode).toBe(403);
    }
    expect((await browser.token()).statusCode).toBe(200);
  });

  it('lets 600 a minute and session pass, which a page never needs', async () => {
    const server = await start();
    const browser = server.browser();
    await browser.signIn();
    const statuses = await Promise.all(
      Array.from({ length: 610 }, async () => (await browser.token()).statusCode),
    );
    expect(statuses.filter((status) => status === 200)).toHaveLength(600);
    expect(statuses.filter((status) => status === 429)).toHaveLength(10);
  });

  it('is heard by the browser as "later", never as a sign-out', async () => {
    const server = await start({ rates });
    const browser = server.browser();
    await browser.signIn();
    for (let turn = 0; turn < 5; turn += 1) await browser.token();
    const { statusCode, headers, body } = await browser.token();
    const heard = await readAnswer({
      status: statusCode,
      headers: { get: (name) => String(headers[name] ?? '') || null },
      json: async () => JSON.parse(body) as unknown,
    });
    expect(heard).toMatchObject({
      type: 'failed',
      failure: {
        code: 'token-unavailable',
        from: 'server',
        retryAfterMs: Number(headers['retry-after']) * 1_000,
      },
    });
  });
});

describe('behind a proxy', () => {
  const PROXY = '10.0.0.5';

  it('that is named, people are told apart by what it says', async () => {
    const server = await start({ trustProxy: ['10.0.0.0/8'] });
    await signInUntilRefused(server, PROXY, { 'x-forwarded-for': '198.51.100.1' });
    expect((await signInFrom(server, PROXY, { 'x-forwarded-for': '198.51.100.2' })).statusCode).toBe(302);
    // What the person wrote in front of it changes nothing: the proxy's own word is the last one.
    const forged = { 'x-forwarded-for': '198.51.100.99, 198.51.100.1' };
    expect((await signInFrom(server, PROXY, forged)).statusCode).toBe(429);
    expect(server.logs.join('')).toContain('"address":"198.51.100.2"');
  });

  it('that is not, nobody is believed, and the log says so once', async () => {
    const server = await start({ trustProxy: ['192.0.2.0/24'] });
    let turn = 0;
    for (
      ;
      (await signInFrom(server, PROXY, { 'x-forwarded-for': `198.51.100.${turn}` })).statusCode === 302;
    )
      turn += 1;
    expect(turn).toBe(30);
    const unset = await start();
    for (let time = 0; time < 3; time += 1)
      await signInFrom(unset, PROXY, { 'x-forwarded-for': '198.51.100.1' });
    expect(unset.logs.join('').match(/TRUST_PROXY is not set/g)).toHaveLength(1);
    expect(unset.logs.join('')).not.toContain('198.51.100.1');
  });
});

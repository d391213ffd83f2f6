import { afterEach, describe, expect, it } from 'vitest';
import { createManualClock, startFakeProvider } from './auth/test-doubles.ts';
import { createMetrics } from './metrics.ts';
import { createSqliteStore } from './session/sqlite-store.ts';
import {
  type Browser,
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
  const server = await startTestServer(options);
  servers.push(server);
  return server;
}

/** All samples, by name and labels. */
async function read(server: TestServer): Promise<Map<string, number>> {
  const answer = await server.app.inject({ url: '/metrics', headers: { host: 'localhost:3000' } });
  expect(answer.statusCode).toBe(200);
  expect(answer.headers['content-type']).toContain('text/plain; version=0.0.4');
  const lines = answer.body.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ')))]),
  );
}

async function signedIn(server: TestServer): Promise<Browser> {
  const browser = server.browser();
  await browser.signIn();
  return browser;
}

const answers = (status: number | string) => `switchboard_token_answers_total{status="${status}"}`;
const renewals = (outcome: string) => `switchboard_renewals_total{outcome="${outcome}"}`;

describe('GET /metrics', () => {
  it('counts token answers by kind', async () => {
    const server = await start({
      origin: 'https://sw.example',
      rates: { signIn: 100, tokensOfSession: 2, tokensOfAddress: 100 },
    });
    expect((await read(server)).get(answers(200))).toBe(0);
    const browser = await signedIn(server);
    for (let turn = 0; turn < 3; turn += 1) await browser.token();
    await server.browser().token();
    await browser.get('/api/cognito-token');
    const seen = await read(server);
    expect([200, 401, 403, 429, 503].map((status) => seen.get(answers(status)))).toEqual([2, 1, 1, 1, 0]);
    expect(seen.get('switchboard_rate_limited_total{what="token"}')).toBe(1);
  });

  it('counts renewals by outcome, and those that were shared', async () => {
    const server = await start();
    const browser = await signedIn(server);
    server.clock.advance(296_000);
    await Promise.all(Array.from({ length: 10 }, () => browser.token()));
    server.provider.mode = 'unavailable';
    server.clock.advance(296_000);
    expect((await browser.token()).statusCode).toBe(503);
    server.provider.mode = 'invalid_grant';
    server.clock.advance(60_000);
    expect((await browser.token()).statusCode).toBe(401);
    const seen = await read(server);
    expect(
      ['renewed', 'unavailable', 'rejected', 'late', 'nonsense'].map((one) => seen.get(renewals(one))),
    ).toEqual([1, 1, 1, 0, 0]);
    expect(seen.get('switchboard_renewals_shared_total')).toBe(9);
    expect(seen.get(answers(503))).toBe(1);
  });

  it('counts waits for the lease of another server', async () => {
    const clock = createManualClock();
    const provider = await startFakeProvider(clock);
    const store = { ...createSqliteStore(':memory:'), close: async () => undefined };
    const [one, two] = [await start({ clock, provider, store }), await start({ clock, provider, store })];
    const here = await signedIn(one);
    const there = two.browser();
    for (const [name, value] of here.cookies) there.cookies.set(name, value);
    clock.advance(296_000);
    provider.mode = 'hold';
    const asked = provider.arrival('refresh_token');
    const first = here.token();
    await asked;
    const second = there.token();
    await expect.poll(async () => (await read(two)).get('switchboard_lease_waits_total')).toBe(1);
    provider.letGo();
    await first;
    const patience = setInterval(() => clock.advance(100), 1);
    expect((await second).statusCode).toBe(200);
    clearInterval(patience);
    expect((await read(two)).get('switchboard_lease_waits_total')).toBe(1);
    expect((await read(one)).get('switchboard_lease_waits_total')).toBe(0);
  });

  it('counts sessions and store errors, and answers while the store is out', async () => {
    const store = createSqliteStore(':memory:');
    let out = false;
    const failing = <T>(call: () => Promise<T>) => (out ? Promise.reject(new Error('no database')) : call());
    const server = await start({
      store: {
        ...store,
        read: (id) => failing(() => store.read(id)),
        count: () => failing(() => store.count()),
      },
    });
    const browser = await signedIn(server);
    await signedIn(server);
    expect((await read(server)).get('switchboard_sessions')).toBe(2);
    await browser.signOut();
    // Counted at most every 10 s.
    expect((await read(server)).get('switchboard_sessions')).toBe(2);
    server.clock.advance(10_000);
    expect((await read(server)).get('switchboard_sessions')).toBe(1);
    out = true;
    const later = await start({ store: { ...store, read: (id) => failing(() => store.read(id)) } });
    const stranger = later.browser();
    for (const [name, value] of (await signedOutTicket(server)).cookies) stranger.cookies.set(name, value);
    expect((await stranger.token()).statusCode).toBe(503);
    server.clock.advance(10_000);
    const seen = await read(server);
    expect(seen.get('switchboard_sessions')).toBeNaN();
    expect(seen.get('switchboard_store_errors_total{method="count"}')).toBe(1);
    expect((await read(later)).get('switchboard_store_errors_total{method="read"}')).toBe(1);
  });

  it('tells of the process when it is asked to', async () => {
    const { body } = await createMetrics({ process: true }).text(0);
    for (const name of ['process_resident_memory_bytes', 'nodejs_eventloop_lag_seconds'])
      expect(body).toContain(name);
  });

  it('names no user, session or token', async () => {
    const server = await start();
    const browser = await signedIn(server);
    await browser.token();
    const { body } = await server.app.inject({ url: '/metrics' });
    const parts = (browser.cookies.get('switchboard') ?? '').split('.');
    for (const secret of [...parts, ...server.provider.issued, 'ada', server.provider.sub]) {
      expect(body.includes(secret), secret).toBe(false);
    }
  });

  it('cannot be read by the pages of other sites', async () => {
    const server = await start();
    for (const site of ['cross-site', 'same-site']) {
      const answer = await server.app.inject({
        url: '/metrics',
        headers: { ...BY_SCRIPT, 'sec-fetch-site': site },
      });
      expect(answer.statusCode).toBe(403);
      expect(answer.body).not.toContain('switchboard_');
    }
  });
});

/** A browser with a ticket of the right shape. */
async function signedOutTicket(server: TestServer): Promise<Browser> {
  const browser = server.browser();
  browser.cookies.set('switchboard', `${'A'.repeat(22)}.${'B'.repeat(43)}`);
  return browser;
}

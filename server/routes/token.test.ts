import { createHash } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { decodeClaims, EPOCH_HEADER, parseTokenAnswer } from '../../src/shared/token.ts';
import { createManualClock, startFakeProvider } from '../auth/test-doubles.ts';
import { createSqliteStore } from '../session/sqlite-store.ts';
import type { SessionStore } from '../session/store.ts';
import {
  type Browser,
  BY_SCRIPT,
  SECRET,
  startTestServer,
  type TestServer,
  type TestServerOptions,
} from '../test-doubles.ts';

const servers: TestServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function signedIn(options?: TestServerOptions): Promise<{ server: TestServer; browser: Browser }> {
  const server = await startTestServer(options);
  servers.push(server);
  const browser = server.browser();
  await browser.signIn();
  return { server, browser };
}

/** Tokens of the tests live 300 s: renewed from 90 s before the end, not handed out in the last 5 s. */
const INTO_RENEWAL_MS = 215_000;
const INTO_LAST_SECONDS_MS = 296_000;

describe('GET /api/cognito-token', () => {
  it('answers exactly the token, the seconds left, the user and the epoch', async () => {
    const { server, browser } = await signedIn();
    server.clock.advance(10_500);
    const answer = await browser.token();
    expect(answer.statusCode).toBe(200);
    expect(Object.keys(answer.json()).sort()).toEqual(['accessToken', 'epoch', 'expiresIn', 'sub']);
    const { accessToken, expiresIn, sub } = parseTokenAnswer(answer.json());
    expect(decodeClaims(accessToken).sub).toBe(sub);
    expect(expiresIn).toBe(289);
    expect(answer.headers['cache-control']).toBe('no-store');
    expect(answer.headers.vary).toContain('Cookie');
    expect(server.provider.refreshes()).toBe(0);
  });

  it('says signed out to who is', async () => {
    const server = await startTestServer();
    servers.push(server);
    const answer = await server.browser().token();
    expect(answer.statusCode).toBe(401);
    expect(answer.headers['content-type']).toContain('application/problem+json');
    expect(answer.json()).toMatchObject({ code: 'signed-out', status: 401 });
  });

  it.each(['x', 'a.b', '%00', `${'A'.repeat(22)}.${'B'.repeat(43)}`])(
    'takes the tampered cookie %s for none, and removes it with the next page',
    async (value) => {
      const { browser } = await signedIn();
      browser.cookies.set('switchboard', value);
      expect((await browser.token()).statusCode).toBe(401);
      expect((await browser.get('/')).statusCode).toBe(200);
      expect(browser.cookies.has('switchboard')).toBe(false);
    },
  );

  it('gives nothing for the right id with a wrong key, and lets it end nothing', async () => {
    const { server, browser } = await signedIn();
    const thief = server.browser();
    const id = browser.cookies.get('switchboard')?.split('.')[0];
    thief.cookies.set('switchboard', `${id}.${'A'.repeat(43)}`);
    expect((await thief.token()).statusCode).toBe(401);
    expect((await thief.signOut()).statusCode).toBe(200);
    expect((await browser.token()).statusCode).toBe(200);
  });

  it('gives nothing below the sign-out that the page names', async () => {
    const { browser } = await signedIn();
    const { epoch } = (await browser.token()).json();
    const ask = (known: number) =>
      browser.get('/api/cognito-token', { ...BY_SCRIPT, [EPOCH_HEADER]: String(known) });
    expect((await ask(epoch)).statusCode).toBe(200);
    expect((await ask(epoch + 1)).json()).toMatchObject({ code: 'signed-out', epoch: epoch + 1 });
  });
});

describe('renewal', () => {
  it('is one for 100 requests at once, over rotation without grace', async () => {
    const { server, browser } = await signedIn();
    server.clock.advance(INTO_LAST_SECONDS_MS);
    const answers = await Promise.all(Array.from({ length: 100 }, () => browser.token()));
    expect(new Set(answers.map(({ statusCode }) => statusCode))).toEqual(new Set([200]));
    expect(new Set(answers.map((answer) => answer.json().accessToken)).size).toBe(1);
    expect(server.provider.refreshes()).toBe(1);
  });

  it('is one for two servers on one store', async () => {
    const clock = createManualClock();
    const provider = await startFakeProvider(clock);
    const store = shared(createSqliteStore(':memory:'));
    const { server, browser } = await signedIn({ clock, provider, store });
    const second = await startTestServer({ clock, provider, store });
    servers.push(second);
    const elsewhere = second.browser();
    for (const [name, value] of browser.cookies) elsewhere.cookies.set(name, value);
    clock.advance(INTO_LAST_SECONDS_MS);

    provider.mode = 'hold';
    const asked = provider.arrival('refresh_token');
    const here = browser.token();
    await asked;
    const there = elsewhere.token();
    // The provider takes longer than a lease lasts: the lease is prolonged, so the other one goes on waiting.
    const patience = setInterval(() => clock.advance(100), 1);
    await expect.poll(() => clock.monotonic() > INTO_LAST_SECONDS_MS + 7_000).toBe(true);
    expect(provider.refreshes()).toBe(1);
    provider.letGo();
    const [a, b] = await Promise.all([here, there]);
    clearInterval(patience);
    expect(provider.refreshes()).toBe(1);
    expect(a.statusCode).toBe(200);
    expect(b.json().accessToken).toBe(a.json().accessToken);
    expect(server.logs.join('')).not.toContain('Renewal failed');
  });

  it('is not repeated by a server that was slow to get the lease', async () => {
    const clock = createManualClock();
    const provider = await startFakeProvider(clock);
    const store = shared(createSqliteStore(':memory:'));
    const { browser } = await signedIn({ clock, provider, store });
    // It has seen the old token, and gets the lease only when the other one has renewed and given it back.
    let asks: () => void = () => undefined;
    let mayAsk: () => void = () => undefined;
    const asked = new Promise<void>((resolve) => {
      asks = resolve;
    });
    const allowed = new Promise<void>((resolve) => {
      mayAsk = resolve;
    });
    const slow: SessionStore = {
      ...store,
      async acquireLease(...args) {
        asks();
        await allowed;
        return store.acquireLease(...args);
      },
    };
    const second = await startTestServer({ clock, provider, store: slow });
    servers.push(second);
    const elsewhere = second.browser();
    for (const [name, value] of browser.cookies) elsewhere.cookies.set(name, value);
    clock.advance(INTO_LAST_SECONDS_MS);
    const late = elsewhere.token();
    await asked;
    const { accessToken } = (await browser.token()).json();
    mayAsk();
    expect((await late).json().accessToken).toBe(accessToken);
    expect(provider.refreshes()).toBe(1);
  });

  it('starts ahead of the end, and at 30 % for short-lived tokens', async () => {
    const { server, browser } = await signedIn();
    server.clock.advance(209_000);
    await browser.token();
    expect(server.provider.refreshes()).toBe(0);
    server.clock.advance(2_000);
    expect((await browser.token()).json().expiresIn).toBe(300);
    expect(server.provider.refreshes()).toBe(1);
  });

  it.each(['unavailable', 'refuse', 'nonsense'] as const)(
    'that fails early (%s) leaves the token that still works, and backs off',
    async (mode) => {
      const { server, browser } = await signedIn();
      const { accessToken } = (await browser.token()).json();
      server.provider.mode = mode;
      server.clock.advance(INTO_RENEWAL_MS);
      for (let round = 0; round < 10; round += 1) {
        const answer = await browser.token();
        expect(answer.statusCode).toBe(200);
        expect(answer.json().accessToken).toBe(accessToken);
      }
      expect(server.provider.refreshes()).toBe(1);
      server.clock.advance(2_000);
      await browser.token();
      expect(server.provider.refreshes()).toBe(2);

      server.clock.advance(INTO_LAST_SECONDS_MS - INTO_RENEWAL_MS - 2_000);
      const out = await browser.token();
      expect(out.statusCode).toBe(503);
      expect(out.json().code).toBe('token-unavailable');
      expect(Number(out.headers['retry-after'])).toBeGreaterThanOrEqual(1);

      server.provider.mode = 'ok';
      server.clock.advance(Number(out.headers['retry-after']) * 1_000);
      expect((await browser.token()).statusCode).toBe(200);
    },
  );

  it('does not keep a page waiting while its token still works', async () => {
    const { server, browser } = await signedIn();
    const { accessToken } = (await browser.token()).json();
    server.clock.advance(INTO_RENEWAL_MS);
    server.provider.mode = 'hold';
    const asked = server.provider.arrival('refresh_token');
    const waiting = browser.token();
    await asked;
    server.clock.advance(2_000);
    expect((await waiting).json().accessToken).toBe(accessToken);
    server.provider.letGo();
    await expect.poll(async () => (await browser.token()).json().accessToken).not.toBe(accessToken);
    expect(server.provider.refreshes()).toBe(1);
  });

  it('waits as long as the provider asks for', async () => {
    const { server, browser } = await signedIn();
    Object.assign(server.provider, { mode: 'unavailable', retryAfter: 40 });
    server.clock.advance(INTO_LAST_SECONDS_MS);
    expect((await browser.token()).headers['retry-after']).toBe('40');
    server.clock.advance(39_000);
    expect((await browser.token()).statusCode).toBe(503);
    expect(server.provider.refreshes()).toBe(1);
    server.provider.mode = 'ok';
    server.clock.advance(1_001);
    expect((await browser.token()).statusCode).toBe(200);
  });

  it('ends the session only on a definite no', async () => {
    const { server, browser } = await signedIn();
    const { epoch } = (await browser.token()).json();
    server.provider.mode = 'invalid_grant';
    server.clock.advance(INTO_RENEWAL_MS);
    const answer = await browser.token();
    expect(answer.statusCode).toBe(401);
    expect(answer.json().epoch).toBeGreaterThan(epoch);
    server.provider.mode = 'ok';
    expect((await browser.token()).statusCode).toBe(401);
    expect(server.provider.refreshes()).toBe(1);
  });

  it('that comes back after the sign-out does not bring the session back', async () => {
    const { server, browser } = await signedIn();
    const ticket = browser.cookies.get('switchboard') ?? '';
    server.clock.advance(INTO_LAST_SECONDS_MS);
    server.provider.mode = 'hold';
    const asked = server.provider.arrival('refresh_token');
    const late = browser.token();
    await asked;
    const firstRevoked = server.provider.arrival('revoke');
    const { epoch } = (await browser.signOut()).json();
    await firstRevoked;
    const orphanRevoked = server.provider.arrival('revoke');
    server.provider.letGo();
    const answer = await late;
    expect(answer.statusCode).toBe(401);
    expect(answer.json().epoch).toBe(epoch);
    browser.cookies.set('switchboard', ticket);
    expect((await browser.token()).statusCode).toBe(401);
    // The token that came too late is of no use to anybody either.
    await orphanRevoked;
    expect(server.provider.revoked).toHaveLength(2);
  });

  it('is stored before anybody gets the token', async () => {
    const broken = createSqliteStore(':memory:');
    let failing = false;
    const store: SessionStore = {
      ...broken,
      write: (...args) => (failing ? Promise.reject(new Error('disk full')) : broken.write(...args)),
    };
    const { server, browser } = await signedIn({ store });
    server.clock.advance(INTO_LAST_SECONDS_MS);
    failing = true;
    const answer = browser.token();
    const patience = setInterval(() => server.clock.advance(50), 1);
    expect((await answer).statusCode).toBe(503);
    clearInterval(patience);
  });

  it('works without rotation', async () => {
    const { server, browser } = await signedIn();
    server.provider.rotation = false;
    for (let round = 1; round <= 3; round += 1) {
      server.clock.advance(INTO_RENEWAL_MS);
      expect((await browser.token()).json().expiresIn).toBe(300);
      expect(server.provider.refreshes()).toBe(round);
    }
  });
});

describe('sessions end', () => {
  const MINUTE_MS = 60_000;
  const HOUR_MS = 60 * MINUTE_MS;

  it('without activity of the person; background token requests are none', async () => {
    const { server, browser } = await signedIn({ idleMs: 4 * HOUR_MS });
    for (let hour = 1; hour <= 3; hour += 1) {
      server.clock.advance(HOUR_MS);
      expect((await browser.token()).statusCode).toBe(200);
    }
    // Five minutes past the hour, so that it ends between two sweeps.
    server.clock.advance(5 * MINUTE_MS);
    await browser.get('/c/default/orders');
    server.clock.advance(4 * HOUR_MS - 1);
    expect((await browser.token()).statusCode).toBe(200);
    const revoked = server.provider.arrival('revoke');
    server.clock.advance(1);
    expect((await browser.token()).json()).toMatchObject({ code: 'signed-out', epoch: expect.any(Number) });
    await revoked;
  });

  it('at the absolute limit, however active', async () => {
    const { server, browser } = await signedIn({ maxMs: 5 * HOUR_MS + 5 * MINUTE_MS });
    for (let hour = 1; hour <= 5; hour += 1) {
      server.clock.advance(HOUR_MS);
      await browser.get('/');
      expect((await browser.token()).statusCode).toBe(200);
    }
    server.clock.advance(5 * MINUTE_MS);
    expect((await browser.token()).statusCode).toBe(401);
  });

  it('and are removed for good some time after', async () => {
    const { server, browser } = await signedIn({ maxMs: HOUR_MS });
    const idHash = createHash('sha256')
      .update(browser.cookies.get('switchboard')?.split('.')[0] ?? '')
      .digest('hex');
    expect(await server.store.read(idHash)).toMatchObject({ kind: 'live' });
    server.clock.advance(HOUR_MS + 10 * MINUTE_MS);
    expect(await server.store.read(idHash)).toBeNull();
  });
});

describe('SESSION_SECRET', () => {
  it('is replaced without signing anybody out, and sealed anew with the next write', async () => {
    const clock = createManualClock();
    const provider = await startFakeProvider(clock);
    const store = shared(createSqliteStore(':memory:'));
    const { browser } = await signedIn({ clock, provider, store });
    const NEWER = 'another secret of thirty-two characters!';
    const withSecrets = async (...secrets: string[]) => {
      const server = await startTestServer({ clock, provider, store, secrets });
      servers.push(server);
      const same = server.browser();
      for (const [name, value] of browser.cookies) same.cookies.set(name, value);
      return same;
    };
    expect((await (await withSecrets(NEWER)).token()).statusCode).toBe(401);
    const both = await withSecrets(NEWER, SECRET);
    expect((await both.token()).statusCode).toBe(200);
    clock.advance(INTO_RENEWAL_MS);
    expect((await both.token()).statusCode).toBe(200);
    expect((await (await withSecrets(NEWER)).token()).statusCode).toBe(200);
  });
});

describe('a store that is out', () => {
  it('is no sign-out: 503 for the token, a plain page for the app', async () => {
    const store = createSqliteStore(':memory:');
    let out = false;
    const { browser } = await signedIn({
      store: { ...store, read: (id) => (out ? Promise.reject(new Error('no database')) : store.read(id)) },
    });
    out = true;
    const answer = await browser.token();
    expect(answer.statusCode).toBe(503);
    expect(answer.json().code).toBe('token-unavailable');
    const page = await browser.get('/');
    expect(page.statusCode).toBe(500);
    expect(page.body).not.toContain('no database');
    out = false;
    expect((await browser.token()).statusCode).toBe(200);
  });
});

/** Servers that share a store do not close it for each other. */
function shared(store: SessionStore): SessionStore {
  return { ...store, close: async () => undefined };
}

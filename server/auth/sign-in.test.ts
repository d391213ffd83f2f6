import { afterEach, describe, expect, it } from 'vitest';
import { EPOCH_HEADER } from '../../src/shared/token.ts';
import {
  BY_PERSON,
  BY_SCRIPT,
  startTestServer,
  type TestServer,
  type TestServerOptions,
} from '../test-doubles.ts';

const servers: TestServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});
async function start(options?: TestServerOptions): Promise<TestServer> {
  const server = await startTestServer(options);
  servers.push(server);
  return server;
}

describe('sign-in', () => {
  it('signs in and returns to the page it came from', async () => {
    const server = await start();
    const browser = server.browser();
    const done = await browser.signIn('/c/default/orders?x=1');
    expect(done.statusCode).toBe(302);
    expect(done.headers.location).toBe('/c/default/orders?x=1');
    const session = await browser.get('/api/session', BY_SCRIPT);
    expect(session.json()).toMatchObject({
      signedIn: true,
      session: { username: 'ada', email: 'ada@example.com' },
    });
  });

  it('asks the provider with PKCE, state and nonce, and for our own callback', async () => {
    const server = await start();
    const { headers } = await server.browser().get('/auth/sign-in');
    const query = new URL(String(headers.location)).searchParams;
    expect(query.get('redirect_uri')).toBe('http://localhost:3000/auth/callback');
    expect(query.get('code_challenge_method')).toBe('S256');
    for (const name of ['state', 'nonce', 'code_challenge']) expect(query.get(name)).toMatch(/^[\w-]{43}$/);
  });

  it('gives an HttpOnly, Lax cookie of at most 200 bytes, and on https a __Host- one', async () => {
    for (const [origin, name] of [
      ['http://localhost:3000', 'switchboard'],
      ['https://switchboard.example.com', '__Host-switchboard'],
    ] as const) {
      const server = await start({ origin });
      const done = await server.browser().signIn();
      const cookie = done.cookies.find((candidate) => candidate.name === name);
      expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Lax', path: '/' });
      expect(cookie?.secure ?? false).toBe(origin.startsWith('https'));
      expect(name.length + 1 + (cookie?.value.length ?? 0)).toBeLessThanOrEqual(200);
    }
  });

  it('starts no flow for a prefetch', async () => {
    const server = await start();
    const answer = await server
      .browser()
      .get('/auth/sign-in', { ...BY_PERSON, 'sec-purpose': 'prefetch;prerender' });
    expect(answer.statusCode).toBe(425);
    expect(answer.cookies).toEqual([]);
  });

  it('lets sign-ins begun in several tabs each be finished', async () => {
    const server = await start();
    const browser = server.browser();
    const first = await browser.beginSignIn('/c/default/a');
    const second = await browser.beginSignIn('/c/default/b');
    expect((await browser.get(first)).headers.location).toBe('/c/default/a');
    expect((await browser.get(second)).headers.location).toBe('/c/default/b');
  });

  it('makes a new session id each time and ends the one before', async () => {
    const server = await start();
    const browser = server.browser();
    await browser.signIn();
    const before = browser.cookies.get('switchboard') ?? '';
    const { epoch } = (await browser.token()).json();
    await browser.signIn();
    expect(browser.cookies.get('switchboard')).not.toBe(before);
    expect((await browser.token()).json().epoch).toBeGreaterThan(epoch);
    const old = server.browser();
    old.cookies.set('switchboard', before);
    expect((await old.token()).statusCode).toBe(401);
  });
});

describe('a callback that must not sign in', () => {
  it.each([
    ['without a state', '/auth/callback?code=x'],
    ['with a wrong state', '/auth/callback?code=x&state=wrong'],
    ['with two states', '/auth/callback?code=x&state=a&state=b'],
    ['with nothing', '/auth/callback'],
  ])('%s: a readable page with a link to try again', async (_name, url) => {
    const server = await start();
    const browser = server.browser();
    await browser.beginSignIn();
    const answer = await browser.get(url);
    expect(answer.statusCode).toBe(400);
    expect(answer.headers['content-type']).toContain('text/html');
    expect(answer.body).toContain('/auth/sign-in');
    expect(answer.body).not.toMatch(/\bat .*\.ts/);
    expect(browser.cookies.has('switchboard')).toBe(false);
  });

  it('from another browser, replayed, or too late', async () => {
    const server = await start();
    const browser = server.browser();
    const callback = await browser.beginSignIn();
    expect((await server.browser().get(callback)).statusCode).toBe(400);
    expect((await browser.get(callback)).statusCode).toBe(302);
    expect((await browser.get(callback)).statusCode).toBe(400);
    const late = await browser.beginSignIn();
    server.clock.advance(10 * 60_000 + 1);
    expect((await browser.get(late)).statusCode).toBe(400);
  });

  it('with an error of the provider, whose text is not trusted', async () => {
    const server = await start();
    const browser = server.browser();
    const state = new URL(await browser.beginSignIn(), server.origin).searchParams.get('state');
    const answer = await browser.get(`/auth/callback?error=%3Cscript%3E&state=${state}`);
    expect(answer.statusCode).toBe(400);
    expect(answer.body).not.toContain('<script>');
  });

  it('with a code that the provider does not take', async () => {
    const server = await start();
    const browser = server.browser();
    const callback = await browser.beginSignIn();
    const answer = await browser.get(callback.replace(/code=[^&]+/, 'code=stolen'));
    expect(answer.statusCode).toBe(400);
    expect(answer.body).toContain('Try again');
  });
});

describe('a provider in trouble', () => {
  it.each([
    ['unavailable', 503],
    ['refuse', 503],
    ['nonsense', 502],
  ] as const)('%s at the code exchange: a page with status %i', async (mode, status) => {
    const server = await start();
    const browser = server.browser();
    const callback = await browser.beginSignIn('/c/default/orders');
    server.provider.mode = mode;
    const answer = await browser.get(callback);
    expect(answer.statusCode).toBe(status);
    expect(answer.body).toContain(encodeURIComponent('/c/default/orders'));
    expect(browser.cookies.has('switchboard')).toBe(false);
  });

  it('out at start: the server runs, says so, and signs in once the provider is back', async () => {
    const server = await start();
    const browser = server.browser();
    server.provider.discoverable = false;
    expect((await browser.get('/')).statusCode).toBe(200);
    expect((await browser.get('/readyz')).json()).toMatchObject({
      reasons: { provider: expect.any(String) },
    });
    const answer = await browser.get('/auth/sign-in');
    expect(answer.statusCode).toBe(503);
    expect(answer.headers['retry-after']).toMatch(/^\d+$/);
    server.provider.discoverable = true;
    expect((await browser.signIn()).statusCode).toBe(302);
    expect((await browser.get('/readyz')).statusCode).toBe(200);
  });
});

describe('sign-out', () => {
  it('ends the session at once, revokes the refresh token and says where to go on', async () => {
    const server = await start();
    const browser = server.browser();
    await browser.signIn();
    const ticket = browser.cookies.get('switchboard') ?? '';
    const { epoch } = (await browser.token()).json();
    const revoked = server.provider.arrival('revoke');
    const answer = await browser.signOut();
    expect(answer.json().epoch).toBeGreaterThan(epoch);
    const next = new URL(answer.json().next);
    expect(next.pathname).toBe('/logout');
    expect(next.searchParams.get('client_id')).toBe('client');
    expect(next.searchParams.get('logout_uri')).toBe('http://localhost:3000/');
    await revoked;
    expect(server.provider.revoked).toEqual([expect.stringMatching(/^refresh-/)]);

    expect(browser.cookies.has('switchboard')).toBe(false);
    expect(browser.cookies.get('switchboard-epoch')).toBe(String(answer.json().epoch));
    browser.cookies.set('switchboard', ticket);
    const late = await browser.token();
    expect(late.statusCode).toBe(401);
    expect(late.json()).toMatchObject({ code: 'signed-out', epoch: answer.json().epoch });
  });

  it('succeeds while the provider is out, and revokes when it is back', async () => {
    const server = await start();
    const browser = server.browser();
    await browser.signIn();
    server.provider.revocable = false;
    const first = server.provider.arrival('revoke');
    expect((await browser.signOut()).statusCode).toBe(200);
    await first;
    expect(server.provider.revoked).toEqual([]);
    await expect.poll(() => server.logs.join('')).toContain('Revocation failed');
    server.provider.revocable = true;
    const second = server.provider.arrival('revoke');
    server.clock.advance(1_000);
    await second;
    expect(server.provider.revoked).toHaveLength(1);
  });

  it('succeeds without a session, and by a plain form', async () => {
    const server = await start();
    const form = {
      'sec-fetch-site': 'same-origin',
      'sec-fetch-mode': 'navigate',
      'sec-fetch-dest': 'document',
      'content-type': 'application/x-www-form-urlencoded',
      origin: server.origin,
    };
    const answer = await server.browser().post('/auth/sign-out', form);
    expect(answer.statusCode).toBe(303);
  });

  it('that was held up does not end the sign-in that came after it', async () => {
    const server = await start();
    const browser = server.browser();
    await browser.signIn();
    const before = (await browser.token()).json().epoch;
    // The page signed out while it could not reach us, and signs in again before the word gets through.
    await browser.signIn();
    const { epoch } = (await browser.token()).json();
    const signOutOf = (named: number) =>
      browser.post('/auth/sign-out', {
        ...{ ...BY_SCRIPT, origin: server.origin, accept: 'application/json' },
        [EPOCH_HEADER]: String(named),
      });
    for (const named of [before + 1, epoch]) {
      const late = await signOutOf(named);
      expect(late.statusCode).toBe(200);
      expect(late.json()).toEqual({ epoch: named, next: `${server.origin}/` });
      expect(late.cookies).toEqual([]);
      expect((await browser.token()).statusCode).toBe(200);
    }
    // One that names the session of now is heard, and so is one that names nothing.
    expect((await signOutOf(epoch + 1)).json().epoch).toBeGreaterThan(epoch);
    expect((await browser.token()).statusCode).toBe(401);
    await browser.signIn();
    await signOutOf(0);
    expect((await browser.token()).statusCode).toBe(401);
  });

  it('cannot be done by another site, nor by GET', async () => {
    const server = await start();
    const browser = server.browser();
    await browser.signIn();
    const evil = { ...BY_SCRIPT, 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' };
    expect((await browser.post('/auth/sign-out', evil)).statusCode).toBe(403);
    expect((await browser.get('/auth/sign-out')).statusCode).toBe(405);
    expect((await browser.token()).statusCode).toBe(200);
  });

  it('raises the epoch strictly, even when the clock stands still', async () => {
    const server = await start();
    const browser = server.browser();
    const epochs: number[] = [];
    for (let round = 0; round < 3; round += 1) {
      await browser.signIn();
      epochs.push((await browser.token()).json().epoch, (await browser.signOut()).json().epoch);
    }
    expect(epochs).toEqual([...new Set(epochs)].sort((a, b) => a - b));
  });
});

import { createHash } from 'node:crypto';
import type { LightMyRequestResponse } from 'fastify';
import { afterEach, describe, expect, it } from 'vitest';
import { createManualClock, startFakeProvider } from '../auth/test-doubles.ts';
import { createSqliteStore } from '../session/sqlite-store.ts';
import type { SessionStore } from '../session/store.ts';
import {
  type Browser,
  BY_PERSON,
  BY_SCRIPT,
  SECRET,
  startTestServer,
  type TestServer,
  type TestServerOptions,
} from '../test-doubles.ts';
import { renderSessionsPage, type SessionView } from './sessions-page.ts';

const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';
const SAFARI =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Mobile/15E148 Safari/604.1';
const MINUTE_MS = 60_000;

const servers: TestServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});
async function start(options?: TestServerOptions): Promise<TestServer> {
  const server = await startTestServer(options);
  servers.push(server);
  return server;
}

async function signIn(server: TestServer, userAgent: string): Promise<Browser> {
  const browser = server.browser();
  await browser.get(await browser.beginSignIn(), { ...BY_PERSON, 'user-agent': userAgent });
  return browser;
}

async function list(browser: Browser): Promise<SessionView[]> {
  return (await browser.get('/api/sessions', BY_SCRIPT)).json().sessions;
}

const BY_FORM = { ...BY_PERSON, 'sec-fetch-site': 'same-origin' };

/** Presses a button of the page, as a browser without script does. */
function press(
  server: TestServer,
  browser: Browser,
  fields: Record<string, string>,
): Promise<LightMyRequestResponse> {
  const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  return server.app.inject({
    ...{ method: 'POST', url: '/auth/sessions', payload: new URLSearchParams(fields).toString() },
    headers: {
      ...{ ...BY_FORM, cookie, host: new URL(server.origin).host, origin: server.origin },
      'content-type': 'application/x-www-form-urlencoded',
    },
  });
}

/** The fields of each form on a page, by the text of its button. */
function forms(html: string): Map<string, Record<string, string>[]> {
  const found = new Map<string, Record<string, string>[]>();
  for (const [, body = ''] of html.matchAll(
    /<form method="post" action="\/auth\/sessions">(.*?)<\/form>/gs,
  )) {
    const fields = [...body.matchAll(/name="(\w+)" value="([^"]*)"/g)].map(([, name, value]) => [
      name,
      value,
    ]);
    const label = /<button[^>]*>(.*?)<\/button>/.exec(body)?.[1] ?? '';
    found.set(label, [...(found.get(label) ?? []), Object.fromEntries(fields)]);
  }
  return found;
}

/** Takes over what a form's answer sets. */
function follow(browser: Browser, answer: LightMyRequestResponse): void {
  for (const { name, value, maxAge } of answer.cookies) {
    if (value === '' || maxAge === 0) browser.cookies.delete(name);
    else browser.cookies.set(name, value);
  }
}

describe('the list of sessions', () => {
  it('shows each one with its times and browser, and marks this one; on a page without script', async () => {
    const server = await start();
    const phone = await signIn(server, SAFARI);
    server.clock.advance(2 * 3_600_000);
    const desk = await signIn(server, FIREFOX);
    server.clock.advance(3 * MINUTE_MS);

    const page = await desk.get('/auth/sessions');
    expect(page.statusCode).toBe(200);
    expect(page.headers['cache-control']).toBe('no-store');
    expect(page.headers.vary).toContain('Cookie');
    expect(page.body).not.toContain('<script');
    expect(page.body).toContain('Signed in as <strong>ada</strong> in 2 browsers.');
    const [own = '', other = ''] = page.body.split('<li').slice(1);
    expect(own).toContain('Firefox on Linux');
    expect(own).toContain('this one');
    expect(own).toContain('3 minutes ago');
    // The token of 300 s is handed out, and cannot be called back.
    expect(own).toMatch(/works until .*in 2 minutes/);
    expect(other).toContain('Safari on iPhone');
    expect(other).toContain('2 hours ago');
    expect(other).toContain('none that still works');

    expect(await list(phone)).toEqual([
      expect.objectContaining({ browser: 'Firefox on Linux', current: false }),
      expect.objectContaining({ browser: 'Safari on iPhone', current: true }),
    ]);
  });

  it('never shows the words of a browser, a ticket or a token', async () => {
    const server = await start();
    const browser = await signIn(server, '<img src=x> Firefox/1.0 "onload=');
    const page = await browser.get('/auth/sessions');
    const answer = await browser.get('/api/sessions', BY_SCRIPT);
    const [id = '', key = ''] = (browser.cookies.get('switchboard') ?? '').split('.');
    for (const body of [page.body, answer.body]) {
      for (const secret of ['<img', 'onload', id, key, ...server.provider.issued]) {
        expect(body.includes(secret), secret).toBe(false);
      }
    }
  });

  it('holds the sessions of one user only', async () => {
    const server = await start();
    const ada = await signIn(server, FIREFOX);
    server.provider.sub = 'another user';
    const grace = await signIn(server, SAFARI);
    expect(await list(ada)).toHaveLength(1);
    const [own] = await list(grace);
    const foreign = await press(server, ada, { end: 'one', session: own?.session ?? '' });
    expect(foreign.statusCode).toBe(303);
    await press(server, ada, { end: 'others' });
    await press(server, ada, { end: 'all' });
    expect((await grace.token()).statusCode).toBe(200);
    expect((await ada.token()).statusCode).toBe(401);
  });

  it('leaves out what is past a timeout', async () => {
    const server = await start({ idleMs: 65 * MINUTE_MS });
    await signIn(server, SAFARI);
    server.clock.advance(55 * MINUTE_MS);
    const desk = await signIn(server, FIREFOX);
    // Between two sweeps: the store still has it.
    server.clock.advance(10 * MINUTE_MS - 1);
    expect(await list(desk)).toHaveLength(2);
    server.clock.advance(1);
    expect(await list(desk)).toHaveLength(1);
  });

  it('needs a session, and counts the page as activity', async () => {
    const server = await start({ idleMs: 4 * 3_600_000 });
    const stranger = await server.browser().get('/auth/sessions');
    expect(stranger.statusCode).toBe(401);
    expect(stranger.body).toContain('/auth/sign-in');
    expect((await server.browser().get('/api/sessions', BY_SCRIPT)).json().code).toBe('signed-out');

    const browser = await signIn(server, FIREFOX);
    server.clock.advance(3 * 3_600_000);
    await browser.get('/auth/sessions');
    server.clock.advance(3 * 3_600_000);
    expect((await browser.token()).statusCode).toBe(200);
  });

  it('survives a rotation of SESSION_SECRET', async () => {
    const clock = createManualClock();
    const provider = await startFakeProvider(clock);
    const store = shared(createSqliteStore(':memory:'));
    const NEWER = 'another secret of thirty-two characters!';
    const before = await start({ clock, provider, store });
    const phone = await signIn(before, SAFARI);
    const both = await start({ clock, provider, store, secrets: [NEWER, SECRET] });
    const desk = await signIn(both, FIREFOX);
    expect(await list(desk)).toHaveLength(2);
    // A renewal seals with the newest secret, and files under it: then the old one may go.
    clock.advance(296_000);
    const samePhone = both.browser();
    for (const [name, value] of phone.cookies) samePhone.cookies.set(name, value);
    expect((await samePhone.token()).statusCode).toBe(200);
    const after = await start({ clock, provider, store, secrets: [NEWER] });
    const sameDesk = after.browser();
    for (const [name, value] of desk.cookies) sameDesk.cookies.set(name, value);
    expect(await list(sameDesk)).toHaveLength(2);
  });

  it('follows the theme that was chosen', async () => {
    const server = await start();
    const browser = await signIn(server, FIREFOX);
    expect((await browser.get('/auth/sessions')).body).toContain('<html lang="en">');
    browser.cookies.set('switchboard-theme', 'dark');
    expect((await browser.get('/auth/sessions')).body).toContain('data-theme="dark"');
  });
});

describe('ending a session', () => {
  it('takes effect at once at every server, and says how long its token still works', async () => {
    const clock = createManualClock();
    const provider = await startFakeProvider(clock);
    const store = shared(createSqliteStore(':memory:'));
    const here = await start({ clock, provider, store });
    const there = await start({ clock, provider, store });
    const phone = await signIn(there, SAFARI);
    const desk = await signIn(here, FIREFOX);
    const { epoch } = (await phone.token()).json();

    const page = await desk.get('/auth/sessions');
    const [fields = {}] = forms(page.body).get('End this session') ?? [];
    const answer = await press(here, desk, fields);
    expect(answer.statusCode).toBe(303);
    expect(answer.headers.location).toBe('/auth/sessions');
    const refused = await phone.token();
    expect(refused.statusCode).toBe(401);
    expect(refused.json()).toMatchObject({ code: 'signed-out' });
    expect(refused.json().epoch).toBeGreaterThan(epoch);
    expect((await desk.token()).statusCode).toBe(200);

    follow(desk, answer);
    const after = await desk.get('/auth/sessions');
    expect(after.body).toContain('1 session ended. The last access token given out works until');
    expect(after.body).toMatch(/in (4|5) minutes/);
    expect((await desk.get('/auth/sessions')).body).not.toContain('role="status"');
  });

  it('of all others leaves this one', async () => {
    const server = await start();
    const others = [await signIn(server, SAFARI), await signIn(server, SAFARI)];
    const desk = await signIn(server, FIREFOX);
    const page = await desk.get('/auth/sessions');
    const [fields = {}] = forms(page.body).get('End all other sessions') ?? [];
    const answer = await press(server, desk, fields);
    follow(desk, answer);
    for (const other of others) expect((await other.token()).statusCode).toBe(401);
    expect((await desk.token()).statusCode).toBe(200);
    const after = await desk.get('/auth/sessions');
    expect(after.body).toContain('2 sessions ended.');
    expect(after.body).not.toContain('End all other sessions');
  });

  it('of all leads to the sign-out of the provider, with this browser signed out', async () => {
    const server = await start();
    const phone = await signIn(server, SAFARI);
    const desk = await signIn(server, FIREFOX);
    const { epoch } = (await desk.token()).json();
    const ticket = desk.cookies.get('switchboard') ?? '';
    const revoked = server.provider.arrival('revoke');
    const page = await desk.get('/auth/sessions');
    const [fields = {}] = forms(page.body).get('End all sessions, this one too') ?? [];
    const answer = await press(server, desk, fields);
    expect(answer.statusCode).toBe(303);
    expect(new URL(String(answer.headers.location)).pathname).toBe('/logout');
    follow(desk, answer);
    expect(desk.cookies.has('switchboard')).toBe(false);
    expect(Number(desk.cookies.get('switchboard-epoch'))).toBeGreaterThan(epoch);
    desk.cookies.set('switchboard', ticket);
    for (const browser of [phone, desk]) expect((await browser.token()).statusCode).toBe(401);
    // Our own record we could open, so the provider forgets that refresh token too.
    await revoked;
    expect(server.provider.revoked).toHaveLength(1);
  });

  it('this one is a sign-out', async () => {
    const server = await start();
    const phone = await signIn(server, SAFARI);
    const desk = await signIn(server, FIREFOX);
    const page = await desk.get('/auth/sessions');
    const [fields = {}] = forms(page.body).get('Sign out of this browser') ?? [];
    const answer = await press(server, desk, fields);
    expect(new URL(String(answer.headers.location)).pathname).toBe('/logout');
    expect((await desk.token()).statusCode).toBe(401);
    expect((await phone.token()).statusCode).toBe(200);
  });

  it('while its renewal is under way gives nobody the new token, which is revoked', async () => {
    const server = await start();
    const phone = await signIn(server, SAFARI);
    server.clock.advance(296_000);
    const desk = await signIn(server, FIREFOX);
    server.provider.mode = 'hold';
    const asked = server.provider.arrival('refresh_token');
    const late = phone.token();
    await asked;
    await press(server, desk, { end: 'others' });
    const orphanRevoked = server.provider.arrival('revoke');
    server.provider.letGo();
    expect((await late).statusCode).toBe(401);
    await orphanRevoked;
    expect(server.logs.join('')).not.toContain('renewal-failed');
  });

  it('while a token is still good and its renewal hangs: no answer after the end carries it', async () => {
    const server = await start();
    const phone = await signIn(server, SAFARI);
    const desk = await signIn(server, FIREFOX);
    server.clock.advance(215_000);
    server.provider.mode = 'hold';
    const asked = server.provider.arrival('refresh_token');
    const waiting = phone.token();
    await asked;
    await press(server, desk, { end: 'others' });
    server.clock.advance(2_000);
    expect((await waiting).statusCode).toBe(401);
  });

  it('while its renewal cannot be stored: the token that was read before the end is not answered after it', async () => {
    const store = createSqliteStore(':memory:');
    let writes = 0;
    const server = await start({
      store: {
        ...store,
        write() {
          writes += 1;
          return Promise.reject(new Error('disk full'));
        },
      },
    });
    const phone = await signIn(server, SAFARI);
    const desk = await signIn(server, FIREFOX);
    server.clock.advance(215_000);
    const waiting = phone.token();
    await expect.poll(() => writes).toBe(1);
    await press(server, desk, { end: 'others' });
    // The pauses between the tries: together less than a request with a good token waits for a newer one.
    for (const [turn, pauseMs] of [50, 200, 500, 1_000].entries()) {
      server.clock.advance(pauseMs);
      await expect.poll(() => writes).toBe(turn + 2);
    }
    expect((await waiting).statusCode).toBe(401);
  });

  it('twice, or one that nobody knows, is no error', async () => {
    const server = await start();
    const desk = await signIn(server, FIREFOX);
    const answer = await press(server, desk, { end: 'one', session: '0123456789abcdef' });
    follow(desk, answer);
    expect((await desk.get('/auth/sessions')).body).toContain('There was nothing left to end');
    expect((await press(server, server.browser(), { end: 'all' })).headers.location).toBe('/auth/sessions');
  });

  it.each([{}, { end: 'everything' }, { end: 'one' }, { end: 'one', session: '' }])(
    'refuses the form %j',
    async (fields) => {
      const server = await start();
      const desk = await signIn(server, FIREFOX);
      const answer = await press(server, desk, fields);
      expect(answer.statusCode).toBe(400);
      expect(answer.json().code).toBe('bad-request');
      expect((await desk.token()).statusCode).toBe(200);
    },
  );

  it('that the store fails at half-way leaves the person signed in, to try again', async () => {
    const store = createSqliteStore(':memory:');
    let broken = '';
    const server = await start({
      store: {
        ...store,
        end: (id, ...rest) =>
          id === broken ? Promise.reject(new Error('no database')) : store.end(id, ...rest),
      },
    });
    const phone = await signIn(server, SAFARI);
    const desk = await signIn(server, FIREFOX);
    const phoneId = phone.cookies.get('switchboard')?.split('.')[0] ?? '';
    broken = createHash('sha256').update(phoneId).digest('hex');
    expect((await press(server, desk, { end: 'all' })).statusCode).toBe(500);
    expect((await desk.token()).statusCode).toBe(200);
    broken = '';
    expect((await press(server, desk, { end: 'all' })).statusCode).toBe(303);
    expect((await phone.token()).statusCode).toBe(401);
  });

  it('takes no notice from an address', async () => {
    const server = await start();
    const desk = await signIn(server, FIREFOX);
    for (const value of ['9.9<script>', 'x', `${'9'.repeat(20)}.1`]) {
      desk.cookies.set('switchboard-notice', value);
      expect((await desk.get('/auth/sessions?ended=9')).body).not.toContain('role="status"');
    }
  });
});

it('shows a name as text, whatever it is', () => {
  const page = renderSessionsPage({
    ...{ username: '<script>alert(1)</script>', sessions: [], notice: null, now: 0, nonce: 'n' },
  });
  expect(page).not.toContain('<script');
  expect(page).toContain('&lt;script&gt;');
});

/** Servers that share a store do not close it for each other. */
function shared(store: SessionStore): SessionStore {
  return { ...store, close: async () => undefined };
}

import { createHash } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
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
  const server = await startTestServer(options);
  servers.push(server);
  return server;
}

type Line = Record<string, unknown>;

function audited(server: TestServer): Line[] {
  const lines = server.logs.map((line) => JSON.parse(line) as Line).filter(({ audit }) => audit === true);
  return lines.map(({ event, session, user, by, bySession, reason, address, browser }) => ({
    ...{ event, session, user, by, bySession, reason, address, browser },
  }));
}

/** How a log line names the session of a ticket: by the beginning of its name in the store. */
function reference(ticket: string | undefined): string {
  return createHash('sha256')
    .update(ticket?.split('.')[0] ?? '')
    .digest('hex')
    .slice(0, 16);
}

const CHROME =
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36';
const ANY_USER = expect.stringMatching(/^[0-9a-f]{16}$/);

describe('the audit log', () => {
  it('has a line for sign-in and sign-out, with who, which session, from where', async () => {
    const server = await start();
    const browser = server.browser();
    await browser.get(await browser.beginSignIn(), { ...BY_PERSON, 'user-agent': CHROME });
    const session = reference(browser.cookies.get('switchboard'));
    await browser.signOut();
    const [signIn, signOut, ...rest] = audited(server);
    expect(signIn).toMatchObject({
      ...{ event: 'sign-in', session, user: ANY_USER, address: '127.0.0.1', browser: 'Chrome on Linux' },
    });
    expect(signOut).toMatchObject({ event: 'sign-out', session, user: signIn?.user, by: 'user' });
    expect(rest).toEqual([]);
    // Without a session, there is nothing to tell of.
    await browser.signOut();
    expect(audited(server)).toHaveLength(2);
  });

  it('has a line for each refused sign-in, with a reason of ours', async () => {
    const server = await start();
    const browser = server.browser();
    await browser.get('/auth/callback?code=x&state=y');
    const error = async (code: string) => {
      const state = new URL(await browser.beginSignIn(), server.origin).searchParams.get('state');
      await browser.get(`/auth/callback?error=${encodeURIComponent(code)}&state=${state}`);
    };
    await error('access_denied');
    await error('<script>');
    const callback = await browser.beginSignIn();
    server.provider.mode = 'unavailable';
    await browser.get(callback);
    expect(audited(server).map(({ event, reason }) => [event, reason])).toEqual([
      ['sign-in-refused', 'unknown-sign-in'],
      ['sign-in-refused', 'access_denied'],
      ['sign-in-refused', 'provider-error'],
      ['sign-in-refused', 'provider-unavailable'],
    ]);
  });

  it('has a line for a failed renewal, and for the end that the provider decides', async () => {
    const server = await start();
    const browser = server.browser();
    await browser.signIn();
    const session = reference(browser.cookies.get('switchboard'));
    server.provider.mode = 'unavailable';
    server.clock.advance(215_000);
    await browser.token();
    await browser.token();
    server.provider.mode = 'invalid_grant';
    server.clock.advance(60_000);
    await browser.token();
    expect(audited(server).slice(1)).toEqual([
      expect.objectContaining({ event: 'renewal-failed', session, user: ANY_USER, reason: 'unavailable' }),
      expect.objectContaining({ event: 'renewal-failed', session, reason: 'rejected' }),
      expect.objectContaining({ event: 'session-ended', session, user: ANY_USER, by: 'provider' }),
    ]);
  });

  it('has one line for the end by a timeout, by another session, by a new sign-in', async () => {
    const server = await start({ idleMs: 4 * 3_600_000 });
    const browser = server.browser();
    await browser.signIn();
    const first = reference(browser.cookies.get('switchboard'));
    await browser.signIn();
    expect(audited(server)[1]).toMatchObject({ event: 'session-ended', session: first, by: 'new-sign-in' });
    const second = reference(browser.cookies.get('switchboard'));

    const other = server.browser();
    await other.signIn();
    await server.app.inject({
      ...{ method: 'POST', url: '/auth/sessions', payload: 'end=others' },
      headers: {
        ...{ ...BY_SCRIPT, origin: server.origin, 'content-type': 'application/x-www-form-urlencoded' },
        cookie: `switchboard=${other.cookies.get('switchboard')}`,
      },
    });
    const third = reference(other.cookies.get('switchboard'));
    expect(audited(server).at(-1)).toMatchObject({
      ...{
        event: 'session-ended',
        session: second,
        by: 'other-session',
        bySession: third,
        address: '127.0.0.1',
      },
    });

    // Between two sweeps: five minutes past.
    server.clock.advance(5 * 60_000);
    await other.get('/');
    server.clock.advance(4 * 3_600_000);
    const lines = audited(server).length;
    await Promise.all([other.token(), other.token()]);
    await other.token();
    expect(audited(server).slice(lines)).toEqual([
      expect.objectContaining({ event: 'session-ended', session: third, by: 'timeout' }),
    ]);
  });

  it('carries no secret and nothing that a request wrote', async () => {
    const server = await start();
    const browser = server.browser();
    const callback = await browser.beginSignIn();
    const secrets = [...new URL(callback, server.origin).searchParams.values(), 'ada', 'attacker'];
    await browser.get(callback, { ...BY_PERSON, 'user-agent': 'attacker {"audit":true}' });
    secrets.push(...(browser.cookies.get('switchboard') ?? '').split('.'), server.provider.sub);
    for (const mode of ['unavailable', 'nonsense', 'ok', 'invalid_grant'] as const) {
      server.provider.mode = mode;
      server.clock.advance(296_000);
      await browser.token();
    }
    await browser.get(callback, { ...BY_PERSON, 'user-agent': 'attacker' });
    await browser.signOut();
    const lines = server.logs.filter((line) => line.includes('"audit":true')).join('');
    expect(lines).toContain('renewal-failed');
    for (const secret of [...secrets, ...server.provider.issued])
      expect(lines.includes(secret), secret).toBe(false);
  });
});

import { decodeJwt, decodeProtectedHeader } from 'jose';
import * as client from 'openid-client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createSystemClock } from '../../src/shared/clock.ts';
import {
  type Browser,
  createBrowser,
  requestTokens,
  signInAndGetTokens,
  signInThroughForms,
  startTestLocal,
  type TestLocal,
} from './test-doubles.ts';

let local: TestLocal;
let config: client.Configuration;

/** How far the stand-ins' wall clock is ahead. */
let aheadMs = 0;
const clock = { ...createSystemClock(), wall: () => Date.now() + aheadMs };

beforeEach(async () => {
  aheadMs = 0;
  local = await startTestLocal({ clock });
  config = await discover(local);
});
afterEach(() => local.stop());

function discover({ cognito }: TestLocal, auth?: client.ClientAuth): Promise<client.Configuration> {
  return client.discovery(new URL(cognito.issuer), cognito.clientId, cognito.clientSecret, auth, {
    execute: [client.allowInsecureRequests],
  });
}

async function signIn(options: { browser?: Browser; extra?: Record<string, string> } = {}) {
  const callback = `${local.appOrigin}/auth/callback`;
  const verifier = client.randomPKCECodeVerifier();
  const checks = { state: client.randomState(), nonce: client.randomNonce() };
  const url = client.buildAuthorizationUrl(config, {
    redirect_uri: callback,
    scope: 'openid email profile',
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    ...checks,
    ...options.extra,
  });
  const landed = await signInThroughForms(options.browser ?? createBrowser(), url.href, 'ada', callback);
  return client.authorizationCodeGrant(config, landed, {
    pkceCodeVerifier: verifier,
    expectedState: checks.state,
    expectedNonce: checks.nonce,
  });
}

const invalidGrant = { error: 'invalid_grant' };
const refresh = (token: string | undefined) => client.refreshTokenGrant(config, token ?? '');

describe('discovery', () => {
  it('names Cognito’s paths at the root of the origin and the keys under the issuer', async () => {
    const { origin, cognito } = local;
    expect(cognito.issuer).toBe(`${origin}/local_Switchboard1`);
    expect(config.serverMetadata()).toMatchObject({
      issuer: cognito.issuer,
      authorization_endpoint: `${origin}/oauth2/authorize`,
      token_endpoint: `${origin}/oauth2/token`,
      revocation_endpoint: `${origin}/oauth2/revoke`,
      userinfo_endpoint: `${origin}/oauth2/userInfo`,
      end_session_endpoint: `${origin}/logout`,
      jwks_uri: `${cognito.issuer}/.well-known/jwks.json`,
      code_challenge_methods_supported: ['S256'],
      token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
    });
    const jwks = (await (await fetch(`${cognito.issuer}/.well-known/jwks.json`)).json()) as {
      keys: Record<string, unknown>[];
    };
    expect(jwks.keys).toHaveLength(2);
    for (const key of jwks.keys)
      expect(Object.keys(key).sort()).toEqual(['alg', 'e', 'kid', 'kty', 'n', 'use']);
  });

  it('is the same under either loopback address', async () => {
    const { port } = new URL(local.origin);
    const path = '/local_Switchboard1/.well-known/openid-configuration';
    const byAddress = (await (await fetch(`http://127.0.0.1:${port}${path}`)).json()) as {
      token_endpoint: string;
    };
    expect(byAddress.token_endpoint).toBe(`${local.origin}/oauth2/token`);
  });
});

describe('sign-in', () => {
  it('gives tokens with Cognito’s claims, signed with different keys', async () => {
    const tokens = await signIn();
    const ada = local.users[0];
    expect(tokens.expires_in).toBe(300);
    const access = decodeJwt(tokens.access_token);
    expect(access).toMatchObject({
      sub: ada?.sub,
      iss: local.cognito.issuer,
      client_id: local.cognito.clientId,
      username: 'ada',
      token_use: 'access',
      scope: 'openid email profile',
      version: 2,
    });
    expect(Object.keys(access).sort()).toEqual(
      'auth_time client_id event_id exp iat iss jti origin_jti scope sub token_use username version'.split(
        ' ',
      ),
    );
    expect((access.exp ?? 0) - (access.iat ?? 0)).toBe(300);
    const id = decodeJwt(tokens.id_token ?? '');
    expect(id).toMatchObject({
      sub: ada?.sub,
      aud: local.cognito.clientId,
      'cognito:username': 'ada',
      token_use: 'id',
      email: 'ada@example.com',
      email_verified: true,
      origin_jti: access.origin_jti,
      auth_time: access.auth_time,
    });
    expect(id.at_hash).toBeTypeOf('string');
    const [accessHeader, idHeader] = [tokens.access_token, tokens.id_token ?? ''].map(decodeProtectedHeader);
    expect(accessHeader).toMatchObject({ alg: 'RS256' });
    expect(accessHeader).not.toHaveProperty('typ');
    expect(idHeader?.kid).not.toBe(accessHeader?.kid);
  });

  it('answers userInfo for the access token, and for nothing else', async () => {
    const { access_token } = await signIn();
    const ada = local.users[0];
    const claims = await client.fetchUserInfo(config, access_token, ada?.sub ?? '');
    expect(claims).toMatchObject({ username: 'ada', email: 'ada@example.com' });
    const bad = await fetch(`${local.origin}/oauth2/userInfo`, {
      headers: { authorization: `Bearer ${decodeJwt(access_token).jti}` },
    });
    expect(bad.status).toBe(401);
  });

  it('does not ask again while the browser is signed in at the provider', async () => {
    const browser = createBrowser();
    const first = await signIn({ browser });
    const second = await signIn({ browser });
    expect(decodeJwt(second.access_token).origin_jti).not.toBe(decodeJwt(first.access_token).origin_jti);
  });

  it('shows a page with labels and demo users, under a strict CSP that names the app', async () => {
    const url = new URL(`${local.origin}/login`);
    url.search = new URLSearchParams({
      response_type: 'code',
      client_id: local.cognito.clientId,
      redirect_uri: `${local.appOrigin}/auth/callback`,
      scope: 'openid',
      code_challenge: 'a'.repeat(43),
      code_challenge_method: 'S256',
    }).toString();
    const browser = createBrowser();
    const { response, url: page } = await browser.follow(url.href, local.appOrigin);
    const html = await response.text();
    expect(html).toContain('<label for="username">Username</label>');
    expect(html).toContain('<label for="password">Password</label>');
    expect(html).toContain('>Sign in</button>');
    expect(html).toContain('>Continue as grace</button>');
    expect(html).not.toContain('<script');
    const csp = response.headers.get('content-security-policy');
    expect(csp).toContain("default-src 'none'");
    expect(csp).toContain(`form-action 'self' ${local.appOrigin}`);

    const post = (form: Record<string, string>, headers = {}) =>
      browser.fetch(page, { method: 'POST', headers, body: new URLSearchParams(form) });
    const wrong = await post({ username: '<b>ada', password: 'wrong' });
    expect(wrong.status).toBe(401);
    const again = await wrong.text();
    expect(again).toContain('Incorrect username or password.');
    expect(again).not.toContain('<b>ada');
    const crossSite = await post({ demo: 'ada' }, { 'sec-fetch-site': 'same-site' });
    expect(crossSite.status).toBe(403);
    const right = await post({ username: 'ada', password: 'analytical-engine' });
    expect(right.status).toBe(303);
    const stranger = await createBrowser().fetch(page);
    expect(stranger.status).toBe(400);
    expect(await stranger.text()).toContain('This sign-in page has ended');
  });

  it.each([
    ['no PKCE', { code_challenge: '', code_challenge_method: '' }],
    ['plain PKCE', { code_challenge_method: 'plain' }],
  ])('sends %s back as invalid_request', async (_name, extra) => {
    await expect(signIn({ extra })).rejects.toMatchObject({ error: 'invalid_request' });
    expect((await local.stats()).provider.authorizations).toBe(0);
  });

  it('does not redirect to an address that is not registered', async () => {
    await expect(signIn({ extra: { redirect_uri: 'http://localhost:3999/evil' } })).rejects.toThrow('400');
  });

  it('takes a code once, with the right verifier, from the client only', async () => {
    const callback = `${local.appOrigin}/auth/callback`;
    const verifier = client.randomPKCECodeVerifier();
    const url = client.buildAuthorizationUrl(config, {
      redirect_uri: callback,
      scope: 'openid',
      code_challenge: await client.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    });
    const browser = createBrowser();
    const land = async () =>
      (await signInThroughForms(browser, url.href, 'ada', callback)).searchParams.get('code') ?? '';
    const grant = (code: string, code_verifier: string) =>
      requestTokens(local, { grant_type: 'authorization_code', redirect_uri: callback, code, code_verifier });

    await expect(grant(await land(), 'b'.repeat(43))).rejects.toThrow('invalid_grant');
    const code = await land();
    const tokens = await grant(code, verifier);
    await expect(grant(code, verifier)).rejects.toThrow('invalid_grant');
    const impostor = { ...local, cognito: { ...local.cognito, clientSecret: 'wrong' } };
    const form = { grant_type: 'refresh_token', refresh_token: tokens.refreshToken };
    await expect(requestTokens(impostor, form)).rejects.toThrow('invalid_client');
  });
});

describe('refresh', () => {
  it('rotates, keeps sign-in and origin, and counts', async () => {
    const first = await signIn();
    const second = await refresh(first.refresh_token);
    expect(second.refresh_token).not.toBe(first.refresh_token);
    const [before, after] = [first, second].map((tokens) => decodeJwt(tokens.access_token));
    expect(after).toMatchObject({ origin_jti: before?.origin_jti, auth_time: before?.auth_time });
    expect(after?.jti).not.toBe(before?.jti);
    expect(decodeJwt(second.id_token ?? '').token_use).toBe('id');
    expect((await local.stats()).provider).toEqual({
      authorizations: 1,
      codeGrants: 1,
      refreshes: 1,
      refreshFailures: 0,
      revocations: 0,
      logouts: 0,
    });
  });

  it('takes the client secret in the body as well', async () => {
    const { refresh_token } = await signIn();
    config = await discover(local, client.ClientSecretPost(local.cognito.clientSecret));
    await expect(refresh(refresh_token)).resolves.toMatchObject({ token_type: 'bearer' });
  });

  it('takes a rotated token again inside the grace period', async () => {
    const { refresh_token } = await signIn();
    await refresh(refresh_token);
    await expect(refresh(refresh_token)).resolves.toHaveProperty('access_token');
  });

  it('refuses a rotated token after the grace period, and its whole family with it', async () => {
    const { refresh_token } = await signIn();
    const rotated = await refresh(refresh_token);
    aheadMs = 61_000;
    await expect(refresh(refresh_token)).rejects.toMatchObject(invalidGrant);
    await expect(refresh(rotated.refresh_token)).rejects.toMatchObject(invalidGrant);
  });

  it('gives a rotated token only what was left of the 30 days', async () => {
    const days = (count: number) => vi.setSystemTime(Date.now() + count * 24 * 3_600_000);
    vi.useFakeTimers({ toFake: ['Date'] });
    try {
      const { refresh_token } = await signIn();
      days(29);
      const rotated = await refresh(refresh_token);
      days(2);
      await expect(refresh(rotated.refresh_token)).rejects.toMatchObject(invalidGrant);
    } finally {
      vi.useRealTimers();
    }
  });

  it('refuses a rotated token at once when there is no grace', async () => {
    await local.faults({ provider: { rotationGraceSeconds: 0 } });
    const { refresh_token } = await signIn();
    await refresh(refresh_token);
    await expect(refresh(refresh_token)).rejects.toMatchObject(invalidGrant);
    expect((await local.stats()).provider).toMatchObject({ refreshes: 1, refreshFailures: 1 });
  });

  it('lets only one of two simultaneous refreshes win when there is no grace', async () => {
    await local.faults({ provider: { rotationGraceSeconds: 0 } });
    const { refresh_token } = await signIn();
    const outcomes = await Promise.allSettled([refresh(refresh_token), refresh(refresh_token)]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });
});

describe('ends', () => {
  it('revocation ends the whole family of the refresh token, and no other', async () => {
    const browser = createBrowser();
    const first = await signIn({ browser });
    const other = await signIn({ browser });
    const rotated = await refresh(first.refresh_token);
    await client.tokenRevocation(config, rotated.refresh_token ?? '');
    for (const { refresh_token } of [first, rotated]) {
      await expect(refresh(refresh_token)).rejects.toMatchObject(invalidGrant);
    }
    await expect(refresh(other.refresh_token)).resolves.toHaveProperty('access_token');
    await client.tokenRevocation(config, 'unknown-token');
    expect((await local.stats()).provider.revocations).toBe(1);
  });

  it('logout clears the provider’s session and goes to the registered address only', async () => {
    const browser = createBrowser();
    const { refresh_token } = await signIn({ browser });
    const logout = (logout_uri: string) =>
      browser.fetch(
        `${local.origin}/logout?${new URLSearchParams({ client_id: local.cognito.clientId, logout_uri })}`,
      );
    expect((await logout('https://evil.example/')).status).toBe(400);
    const answer = await logout(`${local.appOrigin}/`);
    expect([answer.status, answer.headers.get('location')]).toEqual([302, `${local.appOrigin}/`]);
    await expect(signIn({ browser, extra: { prompt: 'none' } })).rejects.toMatchObject({
      error: 'login_required',
    });
    // As in Cognito, that does not touch refresh tokens.
    await expect(refresh(refresh_token)).resolves.toHaveProperty('access_token');
    expect((await local.stats()).provider.logouts).toBe(1);
  });
});

describe('restart', () => {
  it('keeps keys, secrets, sessions and refresh tokens', async () => {
    const browser = createBrowser();
    const before = await signInAndGetTokens(local, 'grace', browser);
    const { cognito, apiKey } = local;
    local = await local.restart();
    expect([local.cognito, local.apiKey]).toEqual([cognito, apiKey]);
    config = await discover(local);
    await expect(signIn({ browser, extra: { prompt: 'none' } })).resolves.toHaveProperty('access_token');
    const after = await refresh(before.refreshToken);
    expect(decodeProtectedHeader(after.access_token).kid).toBe(decodeProtectedHeader(before.accessToken).kid);
  });

  it('says what to do when the port is taken', async () => {
    const port = Number(new URL(local.origin).port);
    await expect(startTestLocal({ port })).rejects.toThrow(`Port ${port} is taken`);
  });
});

describe('fault switches of the provider', () => {
  const form = (refresh_token: string) => ({ grant_type: 'refresh_token', refresh_token });

  it('is unavailable, talks nonsense or breaks off, and recovers with nothing lost', async () => {
    const { refreshToken } = await signInAndGetTokens(local);
    await local.faults({ provider: { mode: 'unavailable' } });
    await expect(requestTokens(local, form(refreshToken))).rejects.toThrow('temporarily_unavailable');
    await local.faults({ provider: { mode: 'nonsense' } });
    await expect(requestTokens(local, form(refreshToken))).rejects.toThrow('JSON');
    await local.faults({ provider: { mode: 'refuse' } });
    await expect(requestTokens(local, form(refreshToken))).rejects.toThrow('fetch failed');
    await local.faults({ provider: { mode: 'ok', delayMs: 1 } });
    await expect(requestTokens(local, form(refreshToken))).resolves.toHaveProperty('accessToken');
    expect((await local.stats()).provider).toMatchObject({ refreshes: 1, refreshFailures: 3 });
  });

  it('hangs without an answer', async () => {
    await local.faults({ provider: { mode: 'hang' } });
    const hanging = fetch(`${local.origin}/oauth2/token`, {
      method: 'POST',
      body: new URLSearchParams(form('x')),
      signal: AbortSignal.timeout(200),
    });
    await expect(hanging).rejects.toMatchObject({ name: 'TimeoutError' });
    expect((await local.stats()).provider.refreshFailures).toBe(1);
  });
});

it('logs who signed in, and never a token or a code', async () => {
  const { accessToken, refreshToken } = await signInAndGetTokens(local, 'grace');
  const log = local.logged.join('\n');
  expect(log).toContain('grace signed in');
  for (const secret of [accessToken, refreshToken, local.cognito.clientSecret])
    expect(log).not.toContain(secret);
});

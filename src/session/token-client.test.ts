import { describe, expect, it } from 'vitest';
import { createFakeClock, flush, makeJwt } from '../shared/test-doubles.ts';
import { EPOCH_HEADER, REQUEST_HEADER } from '../shared/token.ts';
import { createAmplifyTokenProvider } from './amplify-tokens.ts';
import { createTokenClient } from './token-client.ts';

function setUp(answers: (() => Response | Promise<Response>)[]) {
  const clock = createFakeClock();
  const inits: RequestInit[] = [];
  let wake = () => {};
  const client = createTokenClient({
    clock,
    random: () => 0.5,
    user: { sub: 'ann', epoch: 2 },
    onWake: (listener) => {
      wake = listener;
      return () => {
        wake = () => {};
      };
    },
    async fetch(url, init) {
      expect(url).toBe('/api/cognito-token');
      inits.push(init);
      const answer = answers.shift();
      if (answer === undefined) throw new TypeError('Failed to fetch');
      return answer();
    },
  });
  return { clock, client, inits, wake: () => wake() };
}

const ok = (jti = '1', epoch = 2) =>
  Response.json({
    accessToken: makeJwt({ sub: 'ann', jti, iat: 0, exp: 300 }),
    expiresIn: 300,
    sub: 'ann',
    epoch,
  });

const problem = (status: number, code: string, headers: Record<string, string> = {}, more: object = {}) =>
  Response.json(
    { type: 'about:blank', title: code, status, detail: code, code, ...more },
    { status, headers },
  );

describe('token client', () => {
  it('asks as the server and the service worker want to be asked', async () => {
    const { client, inits } = setUp([() => ok(), () => ok('2')]);
    await client.get();
    await client.get({ force: true });
    expect(inits.map((init) => init.cache)).toEqual(['default', 'reload']);
    for (const init of inits) {
      expect(init).toMatchObject({ credentials: 'same-origin', mode: 'same-origin' });
      expect(new Headers(init.headers).get(REQUEST_HEADER)).not.toBeNull();
      expect(new Headers(init.headers).get(EPOCH_HEADER)).toBe('2');
    }
  });

  it('makes a waiting service worker try at once when the network is back', async () => {
    const { client, inits, wake } = setUp([
      () => problem(503, 'token-unavailable', { 'retry-after': '40' }, { cause: 'network' }),
      () => ok(),
    ]);
    await expect(client.get()).rejects.toMatchObject({ code: 'token-unavailable', retryAfterMs: 40_000 });
    await expect(client.get()).rejects.toMatchObject({ code: 'token-unavailable' });
    expect(inits).toHaveLength(1);
    wake();
    expect((await client.get()).sub).toBe('ann');
    expect(inits[1]?.cache).toBe('reload');
  });

  it('lets go of everything when it is closed', async () => {
    const { client, clock } = setUp([() => new Promise<Response>(() => {})]);
    const waiting = client.get();
    client.close();
    await expect(waiting).rejects.toMatchObject({ code: 'closed' });
    expect(clock.pendingTimers()).toBe(0);
    await flush();
  });
});

describe('Amplify token provider', () => {
  it('gives Amplify the token with its claims, forced where Amplify asks', async () => {
    const { client, inits } = setUp([() => ok('a'), () => ok('b')]);
    const provider = createAmplifyTokenProvider(client);
    const first = await provider.getTokens();
    expect(first?.accessToken.payload).toMatchObject({ sub: 'ann', jti: 'a' });
    expect(first?.accessToken.toString()).toMatch(/^ey/);
    const second = await provider.getTokens({ forceRefresh: true });
    expect(second?.accessToken.payload.jti).toBe('b');
    expect(inits).toHaveLength(2);
  });

  it('says null only on a definite sign-out', async () => {
    const signedOut = createAmplifyTokenProvider(setUp([() => problem(401, 'signed-out')]).client);
    expect(await signedOut.getTokens()).toBeNull();
    for (const broken of [
      () => problem(503, 'token-unavailable'),
      () => problem(401, 'proxy'),
      () => problem(403, 'request-refused'),
      () => new Response('<html>'),
    ]) {
      await expect(createAmplifyTokenProvider(setUp([broken]).client).getTokens()).rejects.toThrow();
    }
    await expect(createAmplifyTokenProvider(setUp([]).client).getTokens()).rejects.toThrow();
  });
});

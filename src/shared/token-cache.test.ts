import { describe, expect, it } from 'vitest';
import {
  createFakeClock,
  createHandLoader,
  flush,
  plainResponse,
  problemResponse,
  tokenResponse,
} from './test-doubles.ts';
import { createTokenCache, LOAD_TIMEOUT_MS, type TokenCacheDeps } from './token-cache.ts';

function setUp(more: Partial<TokenCacheDeps> = {}) {
  const clock = createFakeClock();
  const { load, loads } = createHandLoader();
  const cache = createTokenCache({ load, clock, random: () => 0.5, ...more });
  const nth = (index: number) => {
    const entry = loads[index];
    if (entry === undefined) throw new Error(`Load ${index + 1} was not started; there are ${loads.length}.`);
    return entry;
  };
  const code = async (promise: Promise<unknown>) =>
    promise.then(
      () => 'ok',
      (error: { code: string }) => error.code,
    );
  return { clock, loads, nth, cache, code };
}

async function withToken(
  options: Parameters<typeof tokenResponse>[0] = {},
  more: Partial<TokenCacheDeps> = {},
) {
  const setup = setUp(more);
  const first = setup.cache.get();
  await setup.nth(0).answer(tokenResponse(options));
  await first;
  return setup;
}

describe('token cache', () => {
  it('asks once for many callers, and answers all with the same token', async () => {
    const { cache, loads, nth } = setUp();
    const callers = Array.from({ length: 50 }, () => cache.get());
    expect(loads).toHaveLength(1);
    await nth(0).answer(tokenResponse({ jti: 'a' }));
    const tokens = new Set((await Promise.all(callers)).map((token) => token.accessToken));
    expect(tokens.size).toBe(1);
    await cache.get();
    expect(loads).toHaveLength(1);
  });

  it('renews when a fifth of its life is left, and answers at once meanwhile', async () => {
    const { cache, clock, loads, nth } = await withToken({ expiresIn: 200, whole: 200 });
    clock.advance(159_000);
    await cache.get();
    expect(loads).toHaveLength(1);
    clock.advance(1_000);
    const old = await cache.get();
    expect(loads).toHaveLength(2);
    expect(cache.state.get().kind).toBe('renewing');
    await nth(1).answer(tokenResponse({ jti: '2', expiresIn: 200, whole: 200 }));
    expect((await cache.get()).accessToken).not.toBe(old.accessToken);
  });

  it.each([
    { whole: 3600, renewMs: 3_540_000, endMs: 3_595_000 },
    { whole: 200, renewMs: 160_000, endMs: 195_000 },
    { whole: 20, renewMs: 16_000, endMs: 18_000 },
  ])(
    'keeps a token of $whole s until $endMs ms, and renews from $renewMs ms',
    async ({ whole, renewMs, endMs }) => {
      const { cache, clock } = await withToken({ expiresIn: whole, whole });
      const token = await cache.get();
      expect(token.renewAt - clock.monotonic()).toBeCloseTo(renewMs);
      expect(token.endsAt - clock.monotonic()).toBeCloseTo(endMs);
    },
  );

  it('counts from the sending of the request: a slow answer makes no longer life', async () => {
    const { cache, clock, nth } = setUp();
    const sentAt = clock.monotonic();
    const first = cache.get();
    clock.advance(20_000);
    await nth(0).answer(tokenResponse({ expiresIn: 300 }));
    expect((await first).endsAt).toBe(sentAt + 295_000);
  });

  it('keeps the working token when its renewal fails, and backs off', async () => {
    const { cache, clock, loads, nth } = await withToken({ expiresIn: 300 });
    clock.advance(245_000);
    await cache.get();
    await nth(1).answer(problemResponse(503, 'token-unavailable', {}, { 'retry-after': '20' }));
    await cache.get();
    clock.advance(19_000);
    await cache.get();
    expect(loads).toHaveLength(2);
    clock.advance(1_000);
    await cache.get();
    expect(loads).toHaveLength(3);
  });

  it('fails all waiting callers alike, and the next ones without a request until the backoff is over', async () => {
    const { cache, clock, loads, nth, code } = setUp();
    const callers = [cache.get(), cache.get(), cache.get({ force: true })];
    const seen = Promise.all(callers.map(code));
    await nth(0).fail();
    expect(await seen).toEqual(['token-unavailable', 'token-unavailable', 'token-unavailable']);
    expect(await code(cache.get())).toBe('token-unavailable');
    expect(loads).toHaveLength(1);
    clock.advance(500);
    const later = cache.get();
    await nth(1).answer(tokenResponse());
    expect((await later).sub).toBe('ann');
  });

  it('grows the backoff to 60 s, never beyond', async () => {
    const { cache, clock, loads, nth, code } = setUp({ random: () => 0.999 });
    const waits: number[] = [];
    for (let turn = 0; turn < 9; turn++) {
      const failing = code(cache.get());
      await nth(turn).answer(problemResponse(500, 'oops'));
      await failing;
      const state = cache.state.get();
      if (state.kind !== 'unavailable') throw new Error(state.kind);
      waits.push(Math.round((state.retryAt - clock.monotonic()) / 1000));
      clock.advance(state.retryAt - clock.monotonic());
    }
    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60]);
    expect(loads).toHaveLength(9);
  });

  it('asks at once after the return of the network, but gives a server the time it asked for', async () => {
    const { cache, clock, loads, nth, code } = setUp({ random: () => 0.999 });
    for (let turn = 0; turn < 5; turn++) {
      const failing = code(cache.get());
      await nth(turn).fail();
      await failing;
      if (turn < 4) clock.advance(60_000);
    }
    cache.recheck();
    const retried = code(cache.get());
    expect(loads).toHaveLength(6);
    await nth(5).answer(problemResponse(503, 'token-unavailable', {}, { 'retry-after': '30' }));
    expect(await retried).toBe('token-unavailable');
    cache.recheck();
    expect(await code(cache.get())).toBe('token-unavailable');
    expect(loads).toHaveLength(6);
  });

  it('does not lengthen the backoff while the device is offline', async () => {
    const { cache, clock, nth, code } = setUp({ random: () => 0.999, isOnline: () => false });
    for (let turn = 0; turn < 6; turn++) {
      const failing = code(cache.get());
      await nth(turn).fail();
      await failing;
      clock.advance(1_000);
    }
    expect(cache.state.get().kind).toBe('unavailable');
  });

  it('joins forced callers to the load under way, and allows one forced load in 5 s', async () => {
    const { cache, clock, loads, nth } = await withToken({ jti: 'a' });
    const forced = Array.from({ length: 20 }, () => cache.get({ force: true }));
    expect(loads).toHaveLength(2);
    expect(nth(1).force).toBe(true);
    await nth(1).answer(tokenResponse({ jti: 'b' }));
    const given = new Set((await Promise.all(forced)).map((token) => token.accessToken));
    expect(given.size).toBe(1);
    clock.advance(4_900);
    await cache.get({ force: true });
    expect(loads).toHaveLength(2);
    clock.advance(100);
    const again = cache.get({ force: true });
    expect(loads).toHaveLength(3);
    await nth(2).fail();
    // The forced load failed; the token still works.
    expect((await again).accessToken).toBe((await forced[0])?.accessToken);
  });

  it('uses an answer with little life left, and asks again with backoff instead of in a loop', async () => {
    const { cache, clock, loads, nth } = setUp();
    const first = cache.get();
    await nth(0).answer(tokenResponse({ expiresIn: 30, whole: 300 }));
    await first;
    expect(cache.state.get().kind).toBe('usable');
    for (let turn = 0; turn < 20; turn++) await cache.get();
    expect(loads).toHaveLength(1);
    clock.advance(500);
    await cache.get();
    expect(loads).toHaveLength(2);
  });

  it('never hands out a token that is over on arrival', async () => {
    const { cache, nth, code } = setUp();
    const first = code(cache.get());
    await nth(0).answer(tokenResponse({ expiresIn: 0 }));
    expect(await first).toBe('token-unavailable');
  });

  it('notices a sleep that the monotonic clock missed', async () => {
    const { cache, clock, loads, nth } = await withToken();
    clock.sleep(8 * 3_600_000);
    const after = cache.get();
    expect(loads).toHaveLength(2);
    await nth(1).answer(tokenResponse({ jti: '2' }));
    await after;
    await cache.get();
    expect(loads).toHaveLength(2);
  });

  it('counts a sleep between request and answer', async () => {
    const { cache, clock, nth, code } = setUp();
    const first = code(cache.get());
    clock.sleep(400_000);
    await nth(0).answer(tokenResponse({ expiresIn: 300 }));
    expect(await first).toBe('token-unavailable');
  });

  it('survives a wall clock set by a day in both directions with at most one more request', async () => {
    const { cache, clock, loads, nth } = await withToken();
    clock.setBy(-24 * 3_600_000);
    await cache.get();
    expect(loads).toHaveLength(1);
    clock.setBy(24 * 3_600_000);
    const jumped = cache.get();
    expect(loads).toHaveLength(2);
    await nth(1).answer(tokenResponse({ jti: '2' }));
    await jumped;
    for (let turn = 0; turn < 5; turn++) await cache.get();
    expect(loads).toHaveLength(2);
  });

  it('gives up on a load that never ends', async () => {
    const { cache, clock, nth, code } = setUp();
    const first = code(cache.get());
    clock.advance(LOAD_TIMEOUT_MS);
    expect(await first).toBe('token-unavailable');
    expect(nth(0).cancelled).toBe(true);
    expect(clock.pendingTimers()).toBe(0);
    await nth(0).answer(tokenResponse());
    expect(cache.state.get().kind).toBe('unavailable');
  });

  it.each([
    ['a 401 without our code', plainResponse(401, { message: 'proxy' })],
    ['a 401 that is HTML', { ...plainResponse(401, null), json: () => Promise.reject(new SyntaxError('<')) }],
    ['a captive portal', { ...plainResponse(200, null), json: () => Promise.reject(new SyntaxError('<')) }],
    ['an answer without a token', plainResponse(200, {})],
    ['a 429', problemResponse(429, 'rate-limited')],
    ['a 500', plainResponse(500, 'oops')],
  ])('does not sign out on %s', async (_name, response) => {
    const { cache, clock, nth, code } = await withToken();
    clock.advance(245_000);
    await cache.get();
    await nth(1).answer(response);
    expect(cache.state.get().kind).toBe('usable');
    expect(await code(cache.get())).toBe('ok');
  });

  it('says that the server refused the shape of the request', async () => {
    const { cache, nth, code } = setUp();
    const first = code(cache.get());
    await nth(0).answer(problemResponse(403, 'request-refused'));
    expect(await first).toBe('request-refused');
  });
});

describe('token cache: sign-out', () => {
  it('signs out on a definite 401, and asks the server at most once in 5 s after it', async () => {
    const { cache, clock, loads, nth, code } = setUp();
    const first = code(cache.get());
    await nth(0).answer(problemResponse(401, 'signed-out', { epoch: 2 }));
    expect(await first).toBe('signed-out');
    expect(cache.state.get()).toEqual({ kind: 'signed-out', reason: 'ended', epoch: 2 });
    for (let turn = 0; turn < 10; turn++) expect(await code(cache.get())).toBe('signed-out');
    expect(loads).toHaveLength(1);
    clock.advance(5_000);
    const probe = code(cache.get());
    expect(loads).toHaveLength(2);
    await nth(1).answer(tokenResponse({ epoch: 3 }));
    expect(await probe).toBe('ok');
  });

  it('drops the token, the load under way and its late answer', async () => {
    const { cache, nth, code } = await withToken({ epoch: 4 });
    const forced = code(cache.get({ force: true }));
    cache.raiseEpoch(5, 'user');
    expect(await forced).toBe('signed-out');
    expect(nth(1).cancelled).toBe(true);
    await nth(1).answer(tokenResponse({ epoch: 4 }));
    expect(cache.state.get()).toEqual({ kind: 'signed-out', reason: 'user', epoch: 5 });
  });

  it('takes no token of the cookie that still stands after an offline sign-out', async () => {
    const { cache, nth, code } = await withToken({ epoch: 4 });
    cache.raiseEpoch(5, 'user');
    const asked = code(cache.get());
    await nth(1).answer(tokenResponse({ epoch: 4 }));
    expect(await asked).toBe('signed-out');
  });

  it('serves the new sign-in, and those who waited for the old one', async () => {
    const { cache, nth } = setUp();
    const waiting = cache.get();
    cache.seen(7);
    expect(nth(0).cancelled).toBe(true);
    await nth(1).answer(tokenResponse({ epoch: 7, sub: 'bob' }));
    expect((await waiting).sub).toBe('bob');
    cache.raiseEpoch(8, 'user');
    cache.signedIn(null, 9);
    const next = cache.get();
    await nth(2).answer(tokenResponse({ epoch: 9 }));
    expect((await next).epoch).toBe(9);
  });

  it('asks once more when an answer is older than the newest epoch, then treats it as a failure', async () => {
    const { cache, loads, nth, code } = setUp();
    cache.seen(7);
    const first = code(cache.get());
    await nth(0).answer(tokenResponse({ epoch: 6 }));
    expect(loads).toHaveLength(2);
    await nth(1).answer(problemResponse(401, 'signed-out', { epoch: 6 }));
    expect(await first).toBe('signed-out');
  });

  it('ignores news of an older sign-out', async () => {
    const { cache, code } = await withToken({ epoch: 6 });
    cache.raiseEpoch(5, 'user');
    cache.raiseEpoch(6, 'user');
    expect(await code(cache.get())).toBe('ok');
  });

  it("refuses another user's token, and says whose it was", async () => {
    const changes: string[] = [];
    const { cache, nth, code } = setUp({
      user: { sub: 'ann', epoch: 1 },
      onUserChanged: (sub) => changes.push(sub),
    });
    const first = code(cache.get());
    await nth(0).answer(tokenResponse({ sub: 'bob', epoch: 3 }));
    expect(await first).toBe('signed-out');
    expect(changes).toEqual(['bob']);
  });

  it('settles everybody when it is closed', async () => {
    const { cache, clock, nth, code } = setUp();
    const first = code(cache.get());
    const idle = cache.idle();
    cache.close();
    expect(await first).toBe('closed');
    await idle;
    expect(nth(0).cancelled).toBe(true);
    expect(clock.pendingTimers()).toBe(0);
    expect(await code(cache.get())).toBe('closed');
    await flush();
  });
});

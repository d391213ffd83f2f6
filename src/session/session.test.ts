import { describe, expect, it } from 'vitest';
import { PENDING_KEY, USER_KEY } from './memory.ts';
import { ANN, BOB, createFakeBrowser, settle } from './test-doubles.ts';

const code = (promise: Promise<unknown>) =>
  promise.then(
    () => 'ok',
    (error: { code: string }) => error.code,
  );

describe('session: start', () => {
  it('believes the first HTML, and remembers who it was, without a token', async () => {
    const { open, storage, server } = createFakeBrowser(ANN);
    const { session } = open(ANN);
    expect(session.state.get()).toEqual({ kind: 'signed-in', user: ANN, offline: false });
    await session.tokens.get();
    expect(JSON.parse(storage.map.get(USER_KEY) ?? '')).toEqual(ANN);
    expect([...storage.map.keys()]).toEqual([USER_KEY]);
    expect(server.requests).toEqual(['GET /api/cognito-token']);
  });

  it('in the shell, offline, shows whom the device remembers, and knows better once it is online', async () => {
    const { open, storage, server } = createFakeBrowser(ANN);
    storage.setItem(USER_KEY, JSON.stringify(ANN));
    server.reachable = false;
    const page = open('unknown');
    expect(page.session.state.get()).toEqual({ kind: 'signed-in', user: ANN, offline: true });
    await settle();
    expect(page.session.state.get()).toMatchObject({ kind: 'signed-in', offline: true });
    server.reachable = true;
    await page.signal('online');
    expect(page.session.state.get()).toEqual({ kind: 'signed-in', user: ANN, offline: false });
  });

  it('in the shell with nobody remembered, asks who it is', async () => {
    const { open } = createFakeBrowser(ANN);
    const { session } = open('unknown');
    expect(session.state.get()).toEqual({ kind: 'unknown' });
    await settle();
    expect(session.state.get()).toMatchObject({ kind: 'signed-in', user: ANN });
  });

  it('shows nobody of an ended session, not even offline later', () => {
    const { open, storage } = createFakeBrowser(null);
    storage.setItem(USER_KEY, JSON.stringify(ANN));
    const { session } = open(null);
    expect(session.state.get()).toEqual({ kind: 'signed-out', reason: 'never' });
    expect(storage.map.has(USER_KEY)).toBe(false);
  });

  it('works with storage that is full, and past messages of another version', async () => {
    const browser = createFakeBrowser(ANN);
    browser.storage.setItem = () => {
      throw new DOMException('full', 'QuotaExceededError');
    };
    const { session } = browser.open(ANN);
    browser.bus.open().postMessage({ v: 9, t: 'signed-out' } as never);
    expect(session.state.get().kind).toBe('signed-in');
    expect(await session.signOut({ wipe: true })).toBe('https://idp.example/logout');
    expect(browser.server.user).toBeNull();
  });

  it('returns only to local paths after sign-in', () => {
    const { session } = createFakeBrowser(null).open(null);
    expect(session.signInUrl('/c/default/orders')).toBe('/auth/sign-in?return=%2Fc%2Fdefault%2Forders');
    for (const bad of ['https://evil.example', '//evil.example', '/\\evil.example', 'x']) {
      expect(session.signInUrl(bad)).toBe('/auth/sign-in?return=%2F');
    }
  });
});

describe('session: sign-out', () => {
  it('is local first, reaches all tabs, then the server', async () => {
    const { open, server, storage, bus } = createFakeBrowser(ANN);
    const one = open(ANN);
    const two = open(ANN);
    await Promise.all([one.session.tokens.get(), two.session.tokens.get()]);
    const next = one.session.signOut({ wipe: true });
    // Before the server has answered:
    for (const { session } of [one, two]) {
      expect(session.state.get()).toEqual({ kind: 'signed-out', reason: 'user' });
      expect(session.tokens.state.get().kind).toBe('signed-out');
    }
    expect(storage.map.has(USER_KEY)).toBe(false);
    expect(bus.sent.filter((message) => message.t === 'signed-out')).toEqual([
      { v: 1, t: 'signed-out', sub: 'ann', epoch: 4, reason: 'user', wipe: true },
    ]);
    expect(await next).toBe('https://idp.example/logout');
    expect(server.requests.at(-1)).toBe('POST /auth/sign-out');
    expect(new Headers(server.inits.at(-1)?.headers).get('accept')).toBe('application/json');
    expect(storage.map.size).toBe(0);
    expect(await code(two.session.tokens.get())).toBe('signed-out');
  });

  it('while offline signs out at once; the return of the network tells the server before anything else', async () => {
    const { open, server, storage } = createFakeBrowser(ANN);
    const page = open(ANN);
    server.reachable = false;
    expect(await page.session.signOut({ wipe: false })).toBeNull();
    expect(storage.map.has(PENDING_KEY)).toBe(true);
    expect(page.session.state.get().kind).toBe('signed-out');

    // The cookie still stands, yet nobody gets a token for it.
    server.reachable = true;
    expect(await code(page.session.tokens.get())).toBe('signed-out');

    server.requests.length = 0;
    const reopened = open(ANN);
    expect(reopened.session.state.get()).toEqual({ kind: 'signed-out', reason: 'user' });
    await settle();
    expect(server.requests[0]).toBe('POST /auth/sign-out');
    expect(server.user).toBeNull();
    expect(storage.map.has(PENDING_KEY)).toBe(false);
    await page.signal('online');
    expect(server.requests.filter((request) => request.startsWith('POST'))).toHaveLength(1);
  });

  it('does not undo a newer sign-in with an old sign-out that was still to be told', async () => {
    const { open, server, storage } = createFakeBrowser(ANN);
    const old = open(ANN);
    server.reachable = false;
    await old.session.signOut({ wipe: false });
    server.reachable = true;
    server.user = { ...ANN, epoch: 6 };
    const fresh = open(server.user);
    expect(fresh.session.state.get().kind).toBe('signed-in');
    await old.signal('online');
    expect(server.user).not.toBeNull();
    expect(storage.map.has(PENDING_KEY)).toBe(false);
    expect(old.session.state.get()).toMatchObject({ kind: 'signed-in', user: { epoch: 6 } });
  });

  it('is not undone by an answer about the session that was under way', async () => {
    const { open, server, storage } = createFakeBrowser(ANN);
    const page = open(ANN);
    const working = server.fetch;
    let letGo = () => {};
    server.fetch = async (url, init) => {
      // Answered as things stood when it was asked.
      const answer = await working(url, init);
      if (url === '/api/session') await new Promise<void>((resolve) => (letGo = resolve));
      return answer;
    };
    const verified = page.session.verify();
    await settle();
    server.fetch = working;
    await page.session.signOut({ wipe: false });
    letGo();
    await verified;
    expect(page.session.state.get()).toEqual({ kind: 'signed-out', reason: 'user' });
    expect(storage.map.has(USER_KEY)).toBe(false);
  });

  it('gives no address to visit but http(s)', async () => {
    const { open, server } = createFakeBrowser(ANN);
    const { session } = open(ANN);
    server.fetch = async () => Response.json({ epoch: 4, next: 'javascript:alert(1)' });
    expect(await session.signOut({ wipe: false })).toBeNull();
  });
});

describe('session: what the server says later', () => {
  it('notices within a minute that the session ended elsewhere, in all tabs', async () => {
    const { open, server, clock } = createFakeBrowser(ANN);
    const one = open(ANN);
    const two = open(ANN);
    two.setVisible(false);
    server.user = null;
    server.epoch = 4;
    clock.advance(60_000);
    await settle();
    for (const { session } of [one, two]) {
      expect(session.state.get()).toEqual({ kind: 'signed-out', reason: 'ended' });
    }
    expect(server.requests).toEqual(['GET /api/session']);
  });

  it('notices at the next use of a token', async () => {
    const { open, server, bus } = createFakeBrowser(ANN);
    const { session } = open(ANN);
    server.user = null;
    server.epoch = 4;
    expect(await code(session.tokens.get())).toBe('signed-out');
    expect(session.state.get()).toEqual({ kind: 'signed-out', reason: 'ended' });
    expect(bus.sent.filter((message) => message.t === 'signed-out')).toHaveLength(1);
  });

  it.each(['online', 'shown'] as const)('asks when the page is %s', async (signal) => {
    const { open, server, clock } = createFakeBrowser(ANN);
    const page = open(ANN);
    clock.advance(10_000);
    await page.signal(signal);
    expect(server.requests).toEqual(['GET /api/session']);
  });

  it.each([
    ['a sign-out', null],
    ['the sign-in of another user', BOB],
    ['a newer sign-in', { ...ANN, epoch: 9 }],
  ])(
    'starts again when it returns from the back/forward cache after %s, which it could not hear of',
    async (_what, kept) => {
      const { open, storage, server } = createFakeBrowser(ANN);
      const page = open(ANN);
      await page.session.tokens.get();
      server.requests.length = 0;
      if (kept === null) storage.map.delete(USER_KEY);
      else storage.setItem(USER_KEY, JSON.stringify(kept));
      const returned = page.signal('returned');
      // At once, and not only when the server has answered:
      expect(page.session.state.get()).toEqual({ kind: 'unknown' });
      expect(await code(page.session.tokens.get())).toBe('closed');
      await returned;
      expect(page.reloads()).toBe(1);
      expect(server.requests).toEqual([]);
    },
  );

  it('asks whenever it returns from the back/forward cache, and goes on if nothing has changed', async () => {
    const { open, server } = createFakeBrowser(ANN);
    const page = open(ANN);
    await page.signal('returned');
    expect(server.requests).toEqual(['GET /api/session']);
    expect(page.session.state.get()).toEqual({ kind: 'signed-in', user: ANN, offline: false });
    expect(page.reloads()).toBe(0);
  });

  it('asks nothing while it is hidden, and not twice in a row when it is shown', async () => {
    const { open, server, clock } = createFakeBrowser(ANN);
    const page = open(ANN);
    page.setVisible(false);
    clock.advance(600_000);
    await settle();
    expect(server.requests).toEqual([]);
    await page.signal('shown');
    await page.signal('shown');
    expect(server.requests).toHaveLength(1);
  });

  it('never signs out because of the network or a broken server', async () => {
    const { open, server, clock } = createFakeBrowser(ANN);
    const page = open(ANN);
    server.reachable = false;
    await page.session.verify();
    server.reachable = true;
    const working = server.fetch;
    for (const response of [new Response('<html>', { status: 200 }), new Response('', { status: 502 })]) {
      server.fetch = async () => response;
      clock.advance(60_000);
      await settle();
    }
    server.fetch = working;
    expect(page.session.state.get()).toEqual({ kind: 'signed-in', user: ANN, offline: false });
  });

  it('drops an answer that a sign-out has overtaken', async () => {
    const { open } = createFakeBrowser(ANN);
    const { session } = open(ANN);
    const verifying = session.verify();
    const out = session.signOut({ wipe: false });
    await Promise.all([verifying, out]);
    await settle();
    expect(session.state.get()).toEqual({ kind: 'signed-out', reason: 'user' });
  });
});

describe('session: another user', () => {
  it("starts another user's pages again, once, and gives them no token", async () => {
    const { open, server } = createFakeBrowser(ANN);
    const annsPage = open(ANN);
    await annsPage.session.tokens.get();
    server.user = BOB;
    open(BOB);
    expect(annsPage.reloads()).toBe(1);
    await annsPage.session.verify();
    expect(annsPage.reloads()).toBe(1);
  });

  it('notices it at the token, without any message', async () => {
    const { open, server } = createFakeBrowser(ANN);
    const page = open(ANN);
    server.user = BOB;
    expect(await code(page.session.tokens.get())).toBe('signed-out');
    expect(page.reloads()).toBe(1);
  });

  it('signs a signed-out page of the same user in again', async () => {
    const { open, server } = createFakeBrowser(ANN);
    const page = open(ANN);
    await page.session.signOut({ wipe: false });
    server.user = { ...ANN, epoch: 7 };
    open(server.user);
    await settle();
    expect(page.session.state.get()).toMatchObject({ kind: 'signed-in', user: { epoch: 7 } });
    expect((await page.session.tokens.get()).epoch).toBe(7);
    expect(page.reloads()).toBe(0);
  });

  it('ignores late news of an older sign-out', async () => {
    const { open, bus } = createFakeBrowser(ANN);
    const page = open(ANN);
    bus.open().postMessage({ v: 1, t: 'signed-out', sub: 'ann', epoch: 3, reason: 'user', wipe: false });
    expect(page.session.state.get().kind).toBe('signed-in');
  });

  it('leaves no timer behind', () => {
    const { open, clock } = createFakeBrowser(ANN);
    open(ANN).session.close();
    expect(clock.pendingTimers()).toBe(0);
  });
});

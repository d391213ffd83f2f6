import { describe, expect, it } from 'vitest';
import type { SessionMessage } from '../src/shared/page-data.ts';
import { createFakeClock, flush, makeJwt } from '../src/shared/test-doubles.ts';
import { EPOCH_HEADER, REQUEST_HEADER, TOKEN_PATH } from '../src/shared/token.ts';
import { createTokenBroker } from './token-broker.ts';

const ORIGIN = 'https://app.example';

interface ServerState {
  sub: string | null;
  epoch: number;
  expiresIn: number;
  down: boolean;
  /** Answers only when `release` is called. */
  held: boolean;
}

function setUp() {
  const clock = createFakeClock();
  const server: ServerState = { sub: 'ann', epoch: 1, expiresIn: 300, down: false, held: false };
  const requests: RequestInit[] = [];
  const releases: (() => void)[] = [];
  let online = true;
  let hear: (event: { data: unknown }) => void = () => {};
  let work: Promise<unknown>[] = [];

  function serverAnswer(): Response {
    if (server.sub === null) {
      const body = {
        type: 'about:blank',
        title: 't',
        status: 401,
        detail: 'd',
        code: 'signed-out',
        epoch: server.epoch,
      };
      return Response.json(body, { status: 401 });
    }
    const accessToken = makeJwt({ sub: server.sub, jti: requests.length, iat: 0, exp: 300 });
    return Response.json({ accessToken, expiresIn: server.expiresIn, sub: server.sub, epoch: server.epoch });
  }

  const start = () =>
    createTokenBroker({
      clock,
      random: () => 0.5,
      isOnline: () => online,
      channel: {
        addEventListener: (_type, listener) => {
          hear = listener;
        },
      },
      async fetch(url, init) {
        expect(url).toBe(TOKEN_PATH);
        requests.push(init);
        if (server.down || !online) throw new TypeError('Failed to fetch');
        if (server.held) await new Promise<void>((resolve) => releases.push(resolve));
        return serverAnswer();
      },
    });
  let broker = start();

  return {
    clock,
    server,
    requests,
    release: () => releases.shift()?.(),
    setOnline: (value: boolean) => {
      online = value;
    },
    /** The browser ends the service worker and starts it again: its memory is gone. */
    kill: () => {
      broker = start();
    },
    tell: (message: SessionMessage) => hear({ data: message }),
    ask(init: { epoch?: number; force?: boolean } = {}): Promise<Response> {
      const headers: Record<string, string> = { [REQUEST_HEADER]: '1' };
      if (init.epoch !== undefined) headers[EPOCH_HEADER] = String(init.epoch);
      const request = new Request(ORIGIN + TOKEN_PATH, { headers, cache: init.force ? 'reload' : 'default' });
      return new Promise((resolve) => {
        broker.respond({
          request,
          respondWith: (response) => resolve(response),
          waitUntil: (promise) => work.push(promise),
        });
      });
    },
    async workDone() {
      await Promise.all(work);
      work = [];
    },
  };
}

describe('token broker', () => {
  it('asks the server once for any number of tabs, as the server wants to be asked', async () => {
    const { ask, requests } = setUp();
    const answers = await Promise.all(Array.from({ length: 8 }, () => ask({ epoch: 1 })));
    expect(requests).toHaveLength(1);
    expect(requests[0]).toMatchObject({ credentials: 'same-origin', mode: 'same-origin', cache: 'default' });
    expect(new Headers(requests[0]?.headers).get(REQUEST_HEADER)).not.toBeNull();
    const bodies = await Promise.all(answers.map((answer) => answer.json()));
    expect(new Set(bodies.map((body: { accessToken: string }) => body.accessToken)).size).toBe(1);
    for (const answer of answers) expect(answer.headers.get('cache-control')).toBe('no-store');
  });

  it('says what is left of the token now, not what was left when it came', async () => {
    const { ask, clock } = setUp();
    await ask();
    clock.advance(100_000);
    expect(await (await ask()).json()).toMatchObject({ expiresIn: 200, sub: 'ann', epoch: 1 });
  });

  it('answers at once while it renews, and stays alive until that is done', async () => {
    const { ask, clock, server, requests, release, workDone } = setUp();
    const first = (await (await ask()).json()) as { accessToken: string };
    clock.advance(245_000);
    server.held = true;
    const meanwhile = (await (await ask()).json()) as { accessToken: string };
    expect(meanwhile.accessToken).toBe(first.accessToken);
    expect(requests).toHaveLength(2);
    let done = false;
    const work = workDone().then(() => {
      done = true;
    });
    await flush();
    expect(done).toBe(false);
    release();
    await work;
    const next = (await (await ask()).json()) as { accessToken: string };
    expect(next.accessToken).not.toBe(first.accessToken);
    expect(requests).toHaveLength(2);
  });

  it('passes a forced request on, joined and at most once in 5 s', async () => {
    const { ask, requests } = setUp();
    await ask();
    await Promise.all([ask({ force: true }), ask({ force: true })]);
    await ask({ force: true });
    expect(requests.map((request) => request.cache)).toEqual(['default', 'reload']);
  });

  it('says "no token now" with Retry-After when there is no network, never "signed out"', async () => {
    const { ask, server } = setUp();
    server.down = true;
    const answer = await ask();
    expect(answer.status).toBe(503);
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await answer.json()).toMatchObject({ code: 'token-unavailable', status: 503 });
  });

  it('tries at once when the device says that it is online again', async () => {
    const { ask, setOnline, clock } = setUp();
    setOnline(false);
    for (let turn = 0; turn < 5; turn++) {
      expect((await ask()).status).toBe(503);
      clock.advance(1_000);
    }
    expect((await ask()).status).toBe(503);
    setOnline(true);
    expect((await ask()).status).toBe(200);
  });

  it('costs one request when it is killed, never a sign-in', async () => {
    const { ask, kill, requests } = setUp();
    await ask();
    kill();
    expect((await ask()).status).toBe(200);
    expect(requests).toHaveLength(2);
  });

  it('gives no token after a sign-out, although the cookie still stands; and works after the next sign-in', async () => {
    const { ask, tell, server } = setUp();
    await ask();
    tell({ v: 1, t: 'signed-out', sub: 'ann', epoch: 2, reason: 'user', wipe: false });
    const refused = await ask();
    expect(refused.status).toBe(401);
    expect(await refused.json()).toMatchObject({ code: 'signed-out', epoch: 2 });
    Object.assign(server, { sub: 'bob', epoch: 3 });
    tell({ v: 1, t: 'signed-in', sub: 'bob', epoch: 3 });
    expect(await (await ask()).json()).toMatchObject({ sub: 'bob', epoch: 3 });
  });

  it('drops the load of the old session when a sign-out overtakes it', async () => {
    const { ask, tell, server, release } = setUp();
    server.held = true;
    const waiting = ask();
    tell({ v: 1, t: 'signed-out', sub: 'ann', epoch: 2, reason: 'user', wipe: false });
    expect((await waiting).status).toBe(401);
    release();
    await flush();
    server.held = false;
    expect((await ask()).status).toBe(401);
  });

  it('learns of a newer sign-in from the request alone', async () => {
    const { ask, server, requests } = setUp();
    await ask({ epoch: 1 });
    Object.assign(server, { sub: 'bob', epoch: 3 });
    expect(await (await ask({ epoch: 3 })).json()).toMatchObject({ sub: 'bob', epoch: 3 });
    expect(requests).toHaveLength(2);
    // A page of the old session cannot bring it back.
    expect(await (await ask({ epoch: 1 })).json()).toMatchObject({ sub: 'bob', epoch: 3 });
  });

  it('passes on a definite sign-out and a refusal, each with its own status', async () => {
    const { ask, server } = setUp();
    Object.assign(server, { sub: null, epoch: 4 });
    const answer = await ask();
    expect(answer.status).toBe(401);
    expect(await answer.json()).toMatchObject({ code: 'signed-out', epoch: 4 });
  });
});

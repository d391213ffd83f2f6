import 'fake-indexeddb/auto';
import { expect, it } from 'vitest';
import { AppError } from '../src/shared/errors.ts';
import { createFakeClock } from '../src/shared/test-doubles.ts';
import { createDatabase } from '../src/store/database.ts';
import { createOutboxLog } from '../src/store/outbox-log.ts';
import { sendOutbox } from './outbox-sync.ts';

const ENDPOINT = 'https://api.example/event';
let serial = 0;

/** A user with rows of these endpoints, and a service that answers as the test says. */
async function setUp(endpoints: readonly (string | null)[]) {
  const user = `user-${++serial}`;
  const log = createOutboxLog(createDatabase(`switchboard:${user}`));
  for (const [index, endpoint] of endpoints.entries()) {
    await log.add({
      id: `${index}`,
      channel: 'default/a',
      events: [`${index}`],
      state: 'queued',
      reason: null,
      createdAt: 0,
      sentAt: null,
      attempts: 0,
      rest: null,
      maybeTwice: false,
      claimedBy: null,
      endpoint,
    });
  }
  const clock = createFakeClock();
  const seen: { url: string; authorization: string | null; events: unknown }[] = [];
  const told: unknown[] = [];
  const world = {
    user,
    token: async () => ({ accessToken: `token of ${world.user}`, sub: world.user }),
    answer: (): Response => Response.json({ failed: [], successful: [] }),
    online: true,
    pages: 0,
  };
  const send = () => {
    const sent = sendOutbox({
      token: () => world.token(),
      fetch: async (url, init) => {
        const { events } = JSON.parse(String(init.body)) as { events: unknown };
        seen.push({ url, authorization: new Headers(init.headers).get('authorization'), events });
        return world.answer();
      },
      openLine: () => ({ postMessage: (message) => void told.push(message), close() {} }),
      locks: null,
      clock,
      random: () => 0.5,
      isOnline: () => world.online,
      countPages: async () => world.pages,
    });
    let over = false;
    const end = (): void => {
      over = true;
    };
    sent.then(end, end);
    void (async () => {
      while (!over) {
        await new Promise((resolve) => setImmediate(resolve));
        clock.advance(100);
      }
    })();
    return sent;
  };
  const states = async () => (await log.list()).map(({ state }) => state);
  return { world, clock, send, seen, told, states, log };
}

it('sends what is left, as the user of its token, to the endpoint that the rows remember, and tells pages', async () => {
  const { send, seen, told, states, world } = await setUp([ENDPOINT, ENDPOINT]);
  await send();
  expect(seen).toEqual([{ url: ENDPOINT, authorization: `token of ${world.user}`, events: ['0', '1'] }]);
  expect(await states()).toEqual(['delivered', 'delivered']);
  expect(told).toContainEqual({ v: 1, t: 'outbox' });
});

it('ends quietly when nobody is signed in, and leaves the rows', async () => {
  const { send, seen, states, world } = await setUp([ENDPOINT]);
  world.token = () => Promise.reject(new AppError('signed-out', 'Nobody.'));
  await send();
  expect([seen, await states()]).toEqual([[], ['queued']]);
});

it('sends nothing when somebody else signs in meanwhile', async () => {
  const { send, seen, states, world } = await setUp([ENDPOINT]);
  let asked = 0;
  const { user } = world;
  world.token = async () => ({ accessToken: 'x', sub: ++asked === 1 ? user : 'somebody else' });
  await send();
  expect([seen, await states()]).toEqual([[], ['queued']]);
});

it('leaves rows of everybody but the user of its token alone', async () => {
  const hers = await setUp([ENDPOINT]);
  const his = await setUp([ENDPOINT]);
  await his.send();
  expect([await hers.states(), await his.states()]).toEqual([['queued'], ['delivered']]);
});

it.each([
  ['no token can be had now', 'token'],
  ['the service cannot be reached', 'service'],
  ['there is no network', 'network'],
] as const)('asks the browser to try again when %s, and leaves the rows', async (_why, what) => {
  const { send, states, world } = await setUp([ENDPOINT]);
  if (what === 'token')
    world.token = () => Promise.reject(new AppError('token-unavailable', 'Later.', { retryable: true }));
  if (what === 'service') world.answer = () => Response.json({}, { status: 503 });
  if (what === 'network') world.online = false;
  await expect(send()).rejects.toMatchObject({ retryable: true });
  expect(await states()).not.toContain('delivered');
});

it('gives an open page three seconds to send what it can hear itself', async () => {
  const { send, states, seen, world, clock } = await setUp([ENDPOINT]);
  world.pages = 1;
  const began = clock.monotonic();
  let sentAt = 0;
  world.answer = () => {
    sentAt = clock.monotonic();
    return Response.json({ failed: [] });
  };
  await send();
  expect(sentAt - began).toBeGreaterThanOrEqual(3_000);
  expect([seen.length, await states()]).toEqual([1, ['delivered']]);
});

it('waits for a rest that is short', async () => {
  const { send, states, seen, world } = await setUp([ENDPOINT]);
  world.answer = () =>
    seen.length === 1
      ? Response.json({}, { status: 429, headers: { 'retry-after': '3' } })
      : Response.json({ failed: [] });
  await send();
  expect([seen.length, await states()]).toEqual([2, ['delivered']]);
});

it.each([null, 'http://api.example/event', 'javascript:alert(1)', 'nowhere', 'ftp://api.example/event'])(
  'gives no token to %s: the row waits for a page',
  async (endpoint) => {
    const { send, states, seen } = await setUp([endpoint]);
    await expect(send()).rejects.toMatchObject({ retryable: true });
    expect([seen, await states()]).toEqual([[], ['queued']]);
  },
);

it.each(['http://localhost:3001/event', 'http://127.0.0.1:3001/event'])(
  'sends to this machine: %s',
  async (endpoint) => {
    const { send, states } = await setUp([endpoint]);
    await send();
    expect(await states()).toEqual(['delivered']);
  },
);

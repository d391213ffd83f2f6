/** The unmodified `aws-amplify` client against the stand-in: what the page uses must work as it stands. */
import { Amplify } from 'aws-amplify';
import { events } from 'aws-amplify/data';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { signInAndGetTokens, startTestLocal, type TestLocal } from './test-doubles.ts';

/** Amplify always connects with `wss:`; the stand-in has no TLS. */
class LoopbackWebSocket extends WebSocket {
  constructor(url: string, protocols: string[]) {
    super(url.replace(/^wss:\/\/localhost:/, 'ws://localhost:'), protocols);
  }
}

type Channel = Awaited<ReturnType<typeof events.connect>>;

let local: TestLocal;
let token = '';
const platformWebSocket = globalThis.WebSocket;

beforeAll(async () => {
  local = await startTestLocal();
  globalThis.WebSocket = LoopbackWebSocket as unknown as typeof globalThis.WebSocket;
  await signIn();
  const { endpoint, region } = local.events;
  Amplify.configure(
    { API: { Events: { endpoint, region, defaultAuthMode: 'userPool' } } },
    {
      Auth: {
        tokenProvider: {
          getTokens: async () => ({
            accessToken: { payload: decodeJwt(token) as { exp: number }, toString: () => token },
          }),
        },
      },
    },
  );
});

afterAll(async () => {
  await events.closeAll();
  globalThis.WebSocket = platformWebSocket;
  await local.stop();
});

async function signIn(): Promise<void> {
  token = (await signInAndGetTokens(local, 'ada')).accessToken;
}

/** Subscribes; what arrives, and what goes wrong, comes out of `next` and `failed`. */
function listen(channel: Channel) {
  const received: unknown[] = [];
  let fail: (error: unknown) => void;
  const failed = new Promise<unknown>((resolve) => {
    fail = resolve;
  });
  const subscription = channel.subscribe({
    next: ({ event }: { event: unknown }) => received.push(event),
    error: (error: unknown) => fail(error),
  });
  return { received, failed, unsubscribe: () => subscription.unsubscribe() };
}

/** Resolves when the stand-in has a subscription on the channel. */
async function subscribed(name: string): Promise<void> {
  await expect
    .poll(async () => (await local.stats()).events.sockets.flatMap(({ subscriptions }) => subscriptions))
    .toContainEqual({ id: expect.any(String), channel: name });
}

describe('aws-amplify', () => {
  it('connects, subscribes, publishes and posts over one socket', async () => {
    const channel = await events.connect('default/amplify');
    const { received, unsubscribe } = listen(channel);
    await subscribed('default/amplify');
    await channel.publish({ n: 1 });
    await events.post('default/amplify', [{ n: 2 }, 'three']);
    await expect.poll(() => received).toEqual([{ n: 1 }, { n: 2 }, 'three']);
    expect((await local.stats()).events).toMatchObject({
      socketsOpened: 1,
      wsPublishes: 1,
      httpPublishes: 1,
    });
    unsubscribe();
    await expect
      .poll(async () => (await local.stats()).events.sockets.flatMap(({ subscriptions }) => subscriptions))
      .toEqual([]);
    channel.close();
  });

  it('hears of a denied channel, and other channels go on', async () => {
    const good = await events.connect('default/good');
    const heard = listen(good);
    await subscribed('default/good');
    const denied = await events.connect('denied/room');
    const { failed } = listen(denied);
    expect(JSON.stringify(await failed)).toContain('Unauthorized');
    await events.post('default/good', 'still here');
    await expect.poll(() => heard.received).toEqual(['still here']);
    denied.close();
    good.close();
  });

  it('reports a posted event that is refused by its error type', async () => {
    await expect(events.post('keyed/a', 'x')).rejects.toMatchObject({ name: 'UnauthorizedException' });
    const six = ['1', '2', '3', '4', '5', '6'];
    await expect(events.post('default/a', six)).rejects.toMatchObject({ name: 'BadRequestException' });
  });

  it('posts with an API key where the namespace wants one', async () => {
    const before = (await local.stats()).events.httpPublishes;
    await events.post('keyed/a', 'x', { authMode: 'apiKey', apiKey: local.apiKey });
    expect((await local.stats()).events.httpPublishes).toBe(before + 1);
  });

  it('hears of an expired token in a new subscription, and works again with a fresh one', async () => {
    const channel = await events.connect('default/expiry');
    await local.control('expire-tokens');
    const { failed } = listen(channel);
    expect(JSON.stringify(await failed)).toContain('UnauthorizedException');
    await expect(events.post('default/expiry', 'x')).rejects.toMatchObject({ name: 'UnauthorizedException' });
    await signIn();
    const again = listen(channel);
    await subscribed('default/expiry');
    await events.post('default/expiry', 'fresh');
    await expect.poll(() => again.received).toEqual(['fresh']);
    channel.close();
  });
});

import { request } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSystemClock } from '../../src/shared/clock.ts';
import type { Faults } from './faults.ts';
import {
  type Frame,
  headerProtocol,
  openRawClient,
  type RawClient,
  signInAndGetTokens,
  startTestLocal,
  type TestLocal,
} from './test-doubles.ts';

const PROTOCOL = 'aws-appsync-event-ws';
const NOT_AUTHORIZED = {
  errorType: 'UnauthorizedException',
  message: 'You are not authorized to make this call.',
};

/** How far the stand-ins' wall clock is ahead. */
let aheadMs = 0;
let local: TestLocal;
let ada: { token: string; sub: string };
const clients: RawClient[] = [];

beforeEach(async () => {
  aheadMs = 0;
  local = await startTestLocal({ clock: { ...createSystemClock(), wall: () => Date.now() + aheadMs } });
  const { accessToken } = await signInAndGetTokens(local, 'ada');
  ada = { token: accessToken, sub: local.users[0]?.sub ?? '' };
});
afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  await local.stop();
});

const byKey = () => ({ host: local.events.host, 'x-api-key': local.apiKey });
const byToken = (token = ada.token) => ({ host: local.events.host, Authorization: token });

async function open(auth: Record<string, string>, protocols = [PROTOCOL, headerProtocol(auth)]) {
  const client = await openRawClient(local.events.realtime, protocols);
  clients.push(client);
  return client;
}

/** A client whose handshake is done. */
async function connect(auth: Record<string, string> = byToken()): Promise<RawClient> {
  const client = await open(auth);
  client.send({ type: 'connection_init' });
  expect((await client.next()).type).toBe('connection_ack');
  return client;
}

const subscribe = (client: RawClient, id: string, channel: unknown, authorization: unknown = byToken()) =>
  client.ask({ type: 'subscribe', id, channel, authorization });

const publish = (
  client: RawClient,
  id: string,
  channel: unknown,
  events: unknown,
  authorization: unknown = byToken(),
) => client.ask({ type: 'publish', id, channel, events, authorization });

function post(
  body: unknown,
  headers: Record<string, string> = { authorization: ada.token },
): Promise<Response> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return fetch(local.events.endpoint, { method: 'POST', headers, body: text });
}

const switchEvents = (events: Partial<Faults['events']>) => local.faults({ events });

describe('connecting', () => {
  it('selects the one subprotocol, acks the init, and sends a ka at once', async () => {
    const client = await open(byToken());
    expect(client.protocol).toBe(PROTOCOL);
    client.send({ type: 'connection_init' });
    await client.nextOf('ka');
    expect(client.seen).toEqual([{ type: 'connection_ack', connectionTimeoutMs: 300_000 }, { type: 'ka' }]);
  });

  it('takes the subprotocols in either order, and needs no init', async () => {
    const client = await open(byKey(), [headerProtocol(byKey()), PROTOCOL]);
    expect(await subscribe(client, 's', 'default/a', byKey())).toEqual({
      type: 'subscribe_success',
      id: 's',
    });
  });

  it('takes credentials as upgrade headers, and a Bearer prefix', async () => {
    const headers = { authorization: `Bearer ${ada.token}` };
    const client = await openRawClient(local.events.realtime, [PROTOCOL], { headers });
    clients.push(client);
    expect(await subscribe(client, 's', 'default/a')).toMatchObject({ type: 'subscribe_success' });
  });

  it.each<[string, () => Record<string, unknown>, string]>([
    ['a wrong API key', () => ({ ...byKey(), 'x-api-key': 'da2-wrong' }), NOT_AUTHORIZED.message],
    ['no credentials', () => ({ host: local.events.host }), NOT_AUTHORIZED.message],
    ['a token that is none', () => byToken('abc'), NOT_AUTHORIZED.message],
    ['a forged token', () => byToken(`${ada.token.slice(0, -8)}AAAAAAAA`), NOT_AUTHORIZED.message],
  ])('accepts the socket and answers connection_error to %s', async (_name, auth, message) => {
    const client = await open({}, [PROTOCOL, headerProtocol(auth())]);
    client.send({ type: 'connection_init' });
    const errors = [{ errorType: 'UnauthorizedException', message, errorCode: 401 }];
    expect(await client.next()).toEqual({ type: 'connection_error', errors });
    expect((await client.closed).code).toBe(1000);
    const { events } = await local.stats();
    expect(events).toMatchObject({ connectsRefused: 1, socketsOpened: 0, socketsOpen: 0 });
  });

  it('answers connection_error also to a client that sends nothing', async () => {
    const client = await open({}, [PROTOCOL, 'header-!!!']);
    expect(await client.next()).toMatchObject({ type: 'connection_error' });
  });

  it('refuses an ID token and an expired token', async () => {
    const { idToken } = await signInAndGetTokens(local, 'grace');
    const withIdToken = await open(byToken(idToken));
    expect(await withIdToken.next()).toMatchObject({ errors: [NOT_AUTHORIZED] });
    aheadMs = 301_000;
    const late = await open(byToken());
    expect(await late.next()).toMatchObject({
      errors: [{ errorType: 'UnauthorizedException', message: 'Token has expired.' }],
    });
  });

  it('refuses a handshake without the subprotocol, and a foreign Host', async () => {
    await expect(openRawClient(local.events.realtime, [headerProtocol(byKey())])).rejects.toThrow('400');
    const foreign = openRawClient(local.events.realtime, [PROTOCOL, headerProtocol(byKey())], {
      headers: { host: 'evil.example' },
    });
    await expect(foreign).rejects.toThrow('hang up');
  });
});

describe('subscribing and publishing', () => {
  it('delivers one string event a frame, in order, to the publisher as well', async () => {
    const [client, other] = [await connect(), await connect(byKey())];
    await subscribe(client, 'mine', 'default/orders');
    await subscribe(other, 'theirs', '/default/orders/', byKey());
    const answer = await publish(client, 'p1', 'default/orders', ['{"n":1}', '"two"', '3']);
    expect(answer).toMatchObject({ type: 'publish_success', failed: [] });
    expect(answer.successful).toEqual([0, 1, 2].map((index) => ({ identifier: expect.any(String), index })));
    for (const [receiver, id] of [
      [client, 'mine'],
      [other, 'theirs'],
    ] as const) {
      for (const event of ['{"n":1}', '"two"', '3']) {
        expect(await receiver.nextOf('data')).toEqual({ type: 'data', id, event });
      }
    }
    expect((await local.stats()).events).toMatchObject({ wsPublishes: 1, httpPublishes: 0, delivered: 6 });
  });

  it('keeps the order of publishes that are sent without waiting', async () => {
    const client = await connect();
    await subscribe(client, 's', 'default/a');
    for (let n = 0; n < 20; n += 1) {
      client.send({
        type: 'publish',
        id: `p${n}`,
        channel: 'default/a',
        events: [`${n}`],
        authorization: byToken(),
      });
    }
    for (let n = 0; n < 20; n += 1) expect((await client.nextOf('data')).event).toBe(`${n}`);
  });

  it('matches a wildcard at any depth, and not its own prefix', async () => {
    const client = await connect();
    await subscribe(client, 'all', 'default/*');
    await subscribe(client, 'deep', 'default/a/*');
    for (const channel of ['default', 'default/a', 'default/a/b/c']) {
      await publish(client, channel.replaceAll('/', '-'), channel, [JSON.stringify(channel)]);
    }
    const data = client.seen.filter(({ type }) => type === 'data').map(({ id, event }) => [id, event]);
    // The service promises no order between two subscriptions.
    data.sort();
    expect(data).toEqual([
      ['all', '"default/a"'],
      ['all', '"default/a/b/c"'],
      ['deep', '"default/a/b/c"'],
    ]);
  });

  it('stops at unsubscribe, and knows no such id afterwards', async () => {
    const client = await connect();
    await subscribe(client, 's', 'default/a');
    const leave = () => client.ask({ type: 'unsubscribe', id: 's' });
    expect(await leave()).toEqual({ type: 'unsubscribe_success', id: 's' });
    await publish(client, 'p', 'default/a', ['1']);
    expect(client.seen.some(({ type }) => type === 'data')).toBe(false);
    expect(await leave()).toEqual({
      type: 'unsubscribe_error',
      id: 's',
      errors: [{ errorType: 'UnknownOperationError', message: 'Unknown operation id s' }],
    });
  });

  it('shows open sockets with user and subscriptions, and forgets them when they close', async () => {
    const client = await connect();
    await subscribe(client, 's', '/default/a');
    const [socket] = (await local.stats()).events.sockets;
    expect(socket).toMatchObject({ user: 'ada', subscriptions: [{ id: 's', channel: 'default/a' }] });
    client.close();
    await client.closed;
    await expect.poll(async () => (await local.stats()).events.socketsOpen).toBe(0);
    expect((await local.stats()).events.socketsOpened).toBe(1);
  });
});

describe('what is refused over the WebSocket', () => {
  const invalid = (message: unknown = expect.any(String)) => ({ errorType: 'InvalidInputError', message });

  it.each<[string, unknown, Record<string, string> | 'key' | undefined, object]>([
    ['an unknown namespace', 'nowhere/a', undefined, NOT_AUTHORIZED],
    ['a namespace that is a property of every object', 'constructor/a', undefined, NOT_AUTHORIZED],
    ['a token where only keys may', 'keyed/a', undefined, NOT_AUTHORIZED],
    ['a key where only users may', 'users/a', 'key', NOT_AUTHORIZED],
    ['no authorization', 'default/a', {}, NOT_AUTHORIZED],
    ['a channel of another user', 'users/someone-else/inbox', undefined, { errorType: 'Unauthorized' }],
    ['all users at once', 'users/*', undefined, { errorType: 'Unauthorized' }],
    ['a handler that refuses', 'denied/a', undefined, { errorType: 'Unauthorized' }],
    ['a wildcard inside', 'default/*/a', undefined, invalid()],
    ['a bare wildcard', '*', undefined, invalid()],
    ['six parts', 'default/a/b/c/d/e', undefined, invalid()],
    ['an underscore', 'default/a_b', undefined, invalid()],
    ['a blank', ' default/a', undefined, invalid()],
    ['51 characters in a part', `default/${'a'.repeat(51)}`, undefined, invalid()],
    ['an empty channel', '', undefined, invalid()],
    ['a channel that is no text', 7, undefined, invalid()],
  ])('subscribe: %s', async (_name, channel, auth, error) => {
    const client = await connect();
    const answer = await subscribe(client, 's', channel, auth === 'key' ? byKey() : (auth ?? byToken()));
    expect(answer).toMatchObject({ type: 'subscribe_error', id: 's', errors: [error] });
    expect(Object.keys((answer.errors as object[])[0] ?? {}).sort()).toEqual(['errorType', 'message']);
  });

  it.each<[string, string, unknown, object]>([
    ['six events', 'default/a', ['1', '2', '3', '4', '5', '6'], invalid('input exceeded 5 event limit')],
    ['no events', 'default/a', [], invalid()],
    ['an event that is no text', 'default/a', [{ a: 1 }], invalid()],
    ['an event that is not JSON', 'default/a', ['{'], invalid()],
    ['a wildcard', 'default/*', ['1'], invalid()],
    ['an unknown namespace', 'nowhere/a', ['1'], NOT_AUTHORIZED],
    ['a channel of another user', 'users/someone-else', ['1'], { errorType: 'Unauthorized' }],
  ])('publish: %s', async (_name, channel, events, error) => {
    const client = await connect();
    const answer = await publish(client, 'p', channel, events);
    expect(answer).toMatchObject({ type: 'publish_error', id: 'p', errors: [error] });
    expect((await local.stats()).events.wsPublishes).toBe(0);
  });

  it('an event over 240 KB fails alone; one of exactly 240 KB does not', async () => {
    const client = await connect();
    const text = (bytes: number) => JSON.stringify('x'.repeat(bytes - 2));
    const answer = await publish(client, 'p', 'default/a', ['1', text(240 * 1024 + 1), text(240 * 1024)]);
    expect(answer).toMatchObject({
      type: 'publish_success',
      successful: [{ index: 0 }, { index: 2 }],
      failed: [
        { index: 1, code: 'EventTooLargeException', message: 'Transformed event is larger than 240KB' },
      ],
    });
  });

  it('a subscription id twice, and the 201st subscription', async () => {
    const client = await connect(byKey());
    for (let n = 0; n < 200; n += 1) await subscribe(client, `s${n}`, 'default/a', byKey());
    expect(await subscribe(client, 's0', 'default/b', byKey())).toMatchObject({
      type: 'subscribe_error',
      errors: [{ errorType: 'DuplicatedOperationError' }],
    });
    expect(await subscribe(client, 'one-more', 'default/b', byKey())).toMatchObject({
      errors: [{ errorType: 'MaxSubscriptionsReachedError' }],
    });
  });

  it('the 26th publish within a second', async () => {
    const client = await connect(byKey());
    const send = (n: number) => publish(client, `p${n}`, 'default/a', ['1'], byKey());
    const answers = await Promise.all(Array.from({ length: 26 }, (_, n) => send(n)));
    expect(answers.map(({ type }) => type)).toEqual([...Array(25).fill('publish_success'), 'publish_error']);
    expect(answers[25]).toMatchObject({ errors: [{ errorType: 'LimitExceededError' }] });
  });

  it.each<[string, string | Buffer, string, string]>([
    ['broken JSON', '{', 'error', 'InvalidInputError'],
    ['JSON that is no object', '[1]', 'error', 'InvalidInputError'],
    ['binary', Buffer.from([1, 2]), 'error', 'InvalidInputError'],
    ['an unknown type', '{"type":"dance"}', 'error', 'UnsupportedOperation'],
    ['no id', '{"type":"subscribe","channel":"default/a"}', 'subscribe_error', 'InvalidInputError'],
    ['a bad id', '{"type":"publish","id":"a b"}', 'publish_error', 'InvalidInputError'],
    ['a long id', `{"type":"subscribe","id":"${'a'.repeat(129)}"}`, 'subscribe_error', 'InvalidInputError'],
  ])('%s, and the connection goes on', async (_name, data, type, errorType) => {
    const client = await connect();
    client.sendRaw(data);
    expect(await client.next()).toMatchObject({ type, errors: [{ errorType }] });
    expect(await subscribe(client, 's', 'default/a')).toMatchObject({ type: 'subscribe_success' });
  });

  it('a frame beyond all limits, with the normal close code', async () => {
    const client = await connect();
    client.sendRaw(`"${'x'.repeat(8 * 1024 * 1024)}"`);
    expect(await client.next()).toMatchObject({ type: 'error' });
    expect((await client.closed).code).toBe(1000);
  });

  it('an expired token in a message, while the connection goes on with a fresh one', async () => {
    const client = await connect();
    await local.control('expire-tokens');
    expect(await subscribe(client, 'a', 'default/a')).toMatchObject({
      type: 'subscribe_error',
      errors: [{ errorType: 'UnauthorizedException', message: 'Token has expired.' }],
    });
    expect((await post({ channel: 'default/a', events: ['1'] })).status).toBe(401);
    const fresh = await signInAndGetTokens(local, 'ada');
    expect(await subscribe(client, 'b', 'default/a', byToken(fresh.accessToken))).toMatchObject({
      type: 'subscribe_success',
    });
  });
});

describe('the namespaces of users', () => {
  it('belong to their user', async () => {
    const client = await connect();
    expect(await subscribe(client, 's', `users/${ada.sub}/*`)).toMatchObject({ type: 'subscribe_success' });
    await publish(client, 'p', `users/${ada.sub}/inbox`, ['1']);
    expect(await client.nextOf('data')).toMatchObject({ event: '1' });
  });
});

describe('publishing over HTTP', () => {
  it('answers 200 and delivers', async () => {
    const client = await connect();
    await subscribe(client, 's', 'default/a');
    const response = await post({ channel: '/default/a', events: ['"hello"'] });
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({
      failed: [],
      successful: [{ identifier: expect.any(String), index: 0 }],
    });
    expect(await client.nextOf('data')).toEqual({ type: 'data', id: 's', event: '"hello"' });
    expect((await local.stats()).events).toMatchObject({ httpPublishes: 1, wsPublishes: 0 });
  });

  it.each<[string, unknown, Record<string, string> | undefined, number, string, string | undefined]>([
    [
      'six events',
      { channel: 'default/a', events: ['1', '2', '3', '4', '5', '6'] },
      undefined,
      400,
      'BadRequestException',
      'Input exceeded 5 event limit',
    ],
    ['broken JSON', '{', undefined, 400, 'BadRequestException', undefined],
    ['a wildcard', { channel: 'default/*', events: ['1'] }, undefined, 400, 'BadRequestException', undefined],
    [
      'no credentials',
      { channel: 'default/a', events: ['1'] },
      {},
      401,
      'UnauthorizedException',
      NOT_AUTHORIZED.message,
    ],
    [
      'a wrong key',
      { channel: 'default/a', events: ['1'] },
      { 'x-api-key': 'x' },
      401,
      'UnauthorizedException',
      undefined,
    ],
    [
      'the wrong mode',
      { channel: 'keyed/a', events: ['1'] },
      undefined,
      403,
      'UnauthorizedException',
      undefined,
    ],
    ['another user', { channel: 'users/x', events: ['1'] }, undefined, 403, 'Unauthorized', undefined],
  ])('refuses %s', async (_name, body, headers, status, errorType, message) => {
    const response = await post(body, headers);
    expect([response.status, response.headers.get('x-amzn-errortype')]).toEqual([status, errorType]);
    expect(response.headers.get('access-control-allow-origin')).toBe('*');
    expect(await response.json()).toEqual({
      errors: [{ errorType, message: message ?? expect.any(String) }],
    });
  });

  it('answers the preflight of a browser, and nothing but POST', async () => {
    const preflight = await fetch(local.events.endpoint, { method: 'OPTIONS' });
    expect(preflight.ok).toBe(true);
    const allowed = preflight.headers.get('access-control-allow-headers');
    for (const name of ['authorization', 'x-amz-user-agent', 'x-api-key', 'content-type']) {
      expect(allowed).toContain(name);
    }
    expect((await fetch(local.events.endpoint)).status).toBe(405);
  });
});

describe('fault switches of the Events API', () => {
  it('drops all sockets without a closing handshake', async () => {
    const client = await connect();
    await local.control('drop');
    expect((await client.closed).code).toBe(1006);
  });

  it('refuses connections as a dead server, and leaves open sockets alone', async () => {
    const client = await connect();
    await switchEvents({ refuseConnections: true });
    await expect(open(byToken())).rejects.toThrow('hang up');
    await expect(post({ channel: 'default/a', events: ['1'] })).rejects.toThrow('fetch failed');
    expect(await subscribe(client, 's', 'default/a')).toMatchObject({ type: 'subscribe_success' });
    expect((await local.stats()).events.connectsRefused).toBe(1);
  });

  it('goes silent: old and new sockets stay open and hear nothing', async () => {
    const [client, speaker] = [await connect(), await connect()];
    await subscribe(client, 's', 'default/a');
    await switchEvents({ silent: true, kaIntervalMs: 1 });
    const late = await open(byToken());
    late.send({ type: 'connection_init' });
    const heard = client.seen.length;
    speaker.send({ type: 'publish', id: 'p', channel: 'default/a', events: ['1'], authorization: byToken() });
    await post({ channel: 'default/a', events: ['2'] });
    expect((await local.stats()).events).toMatchObject({ socketsOpen: 3, delivered: 0, wsPublishes: 0 });
    expect([client.seen.length, late.seen.length]).toEqual([heard, 0]);
    await switchEvents({ silent: false });
    expect(await late.next()).toMatchObject({ type: 'connection_ack' });
    expect(await client.nextOf('data')).toMatchObject({ event: '1' });
  });

  it('can be stopped while sockets are silent and the provider hangs', async () => {
    const client = await connect();
    await local.faults({ events: { silent: true }, provider: { mode: 'hang' } });
    const hanging = fetch(`${local.origin}/login`).catch((error: Error) => error.message);
    await local.stats();
    const again = local.restart();
    expect((await client.closed).code).toBe(1006);
    expect(await hanging).toBe('fetch failed');
    local = await again;
  });

  it('withholds and delays acks', async () => {
    await switchEvents({ withholdConnectionAck: true, withholdSubscribeAck: true });
    const client = await open(byToken());
    client.send({ type: 'connection_init' });
    client.send({ type: 'subscribe', id: 's', channel: 'default/a', authorization: byToken() });
    await publish(client, 'p', 'default/a', ['1']);
    // The subscription is there, though nobody said so.
    expect(client.seen.map(({ type }) => type)).toEqual(['data', 'publish_success']);
    await switchEvents({ withholdConnectionAck: false, withholdSubscribeAck: false, ackDelayMs: 30 });
    const answer = subscribe(client, 'late', 'default/b');
    await publish(client, 'p2', 'default/a', ['1']);
    expect(client.seen.at(-1)?.type).toBe('publish_success');
    expect(await answer).toMatchObject({ type: 'subscribe_success', id: 'late' });
  });

  it('denies the named channels', async () => {
    const client = await connect();
    await switchEvents({ deny: ['default/secret', 'default/x/*'] });
    for (const channel of ['default/secret', 'default/x/y', 'default/x/*']) {
      expect(await subscribe(client, 's', channel)).toMatchObject({
        errors: [{ errorType: 'Unauthorized' }],
      });
    }
    expect(await subscribe(client, 's', 'default/open')).toMatchObject({ type: 'subscribe_success' });
  });

  it('refuses publishes, or loses their answers after delivery', async () => {
    const [client, watcher] = [await connect(), await connect()];
    await subscribe(watcher, 's', 'default/a');
    await switchEvents({ publish: 'refuse' });
    expect(await publish(client, 'p', 'default/a', ['1'])).toMatchObject({ type: 'publish_error' });
    expect((await post({ channel: 'default/a', events: ['1'] })).status).toBe(403);
    await switchEvents({ publish: 'lose' });
    await expect(publish(client, 'q', 'default/a', ['2'])).rejects.toThrow('1006');
    await expect(post({ channel: 'default/a', events: ['3'] })).rejects.toThrow('fetch failed');
    expect((await watcher.nextOf('data')).event).toBe('2');
    expect((await watcher.nextOf('data')).event).toBe('3');
  });

  it('closes with 1000 at the longest life, and when the token expires', async () => {
    const [first, keyed] = [await connect(), await connect(byKey())];
    await switchEvents({ closeOnTokenExpiry: true });
    await local.control('expire-tokens');
    expect((await first.closed).code).toBe(1000);
    expect((await local.stats()).events.socketsOpen).toBe(1);
    await switchEvents({ maxConnectionMs: 1 });
    expect((await keyed.closed).code).toBe(1000);
    // Pages that are rendered from now on know it.
    expect(JSON.parse(JSON.stringify(local.events))).toMatchObject({ lifetimeMs: 1 });
  });

  it('sends ka at the switched interval', async () => {
    await switchEvents({ kaIntervalMs: 5, connectionTimeoutMs: 1234 });
    const client = await open(byToken());
    for (let n = 0; n < 3; n += 1) await client.nextOf('ka');
    client.send({ type: 'connection_init' });
    expect(await client.next()).toEqual({ type: 'connection_ack', connectionTimeoutMs: 1234 });
  });
});

describe('the limit of HTTP publishes', () => {
  it('answers 429 above it, with the time to wait; without a limit everything is taken', async () => {
    await switchEvents({ publishPerSecond: 3 });
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => post({ channel: 'default/a', events: ['1'] })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 200, 429, 429]);
    const refused = answers.find(({ status }) => status === 429);
    expect(refused?.headers.get('retry-after')).toBe('1');
    expect(refused?.headers.get('x-amzn-errortype')).toBe('LimitExceededException');
    expect((await local.stats()).events.httpPublishes).toBe(3);
    await switchEvents({ publishPerSecond: 0 });
    expect((await post({ channel: 'default/a', events: ['1'] })).status).toBe(200);
  });
});

describe('the control', () => {
  const control = (path: string, init: RequestInit = {}) => fetch(`${local.controlUrl}${path}`, init);

  it('patches deeply, and resets', async () => {
    const defaults = await (await control('/faults')).json();
    await switchEvents({ ackDelayMs: 5 });
    await local.faults({ provider: { delayMs: 1 } });
    expect(await (await control('/faults')).json()).toMatchObject({
      events: { ackDelayMs: 5, publish: 'ok' },
      provider: { delayMs: 1, mode: 'ok' },
    });
    await local.control('reset');
    expect(await (await control('/faults')).json()).toEqual(defaults);
    expect((await local.stats()).provider.codeGrants).toBe(0);
  });

  it.each([
    ['{"events":{"ackDelayMs":"1"}}', 'events.ackDelayMs'],
    ['{"events":{"publish":"maybe"}}', 'events.publish'],
    ['{"events":{"speed":1}}', 'speed'],
    ['{"provider":{"rotationGraceSeconds":61}}', 'provider.rotationGraceSeconds'],
    ['{"other":{}}', 'other'],
    ['[]', 'body'],
    ['{', 'body'],
  ])('refuses %s and names the field', async (body, field) => {
    const response = await control('/faults', { method: 'POST', body });
    expect(response.status).toBe(400);
    expect(((await response.json()) as { error: string }).error).toContain(field);
  });

  it('is for the app’s origin and for callers that are no web page', async () => {
    const from = (origin: string) => control('/stats', { headers: { origin } });
    expect((await from('https://evil.example')).status).toBe(403);
    const app = await from(local.appOrigin);
    expect([app.status, app.headers.get('access-control-allow-origin')]).toEqual([200, local.appOrigin]);
    const preflight = await control('/faults', { method: 'OPTIONS', headers: { origin: local.appOrigin } });
    expect(preflight.headers.get('access-control-allow-headers')).toBe('content-type');
    expect((await control('/nothing')).status).toBe(404);
  });

  it('is not reached under a foreign name', async () => {
    const { port } = new URL(local.origin);
    const status = await new Promise((resolve) => {
      request({ port, path: '/_local/stats', headers: { host: 'evil.example' } }, (res) => {
        res.resume();
        resolve(res.statusCode);
      }).end();
    });
    expect(status).toBe(421);
  });
});

it('takes other rules, so that any client can be tested against it', async () => {
  const strict = await startTestLocal({
    rules: { connect: ['apiKey'], namespaces: { chat: { subscribe: ['apiKey'], publish: [] } } },
  });
  try {
    const auth = { host: strict.events.host, 'x-api-key': strict.apiKey };
    const client = await openRawClient(strict.events.realtime, [PROTOCOL, headerProtocol(auth)]);
    clients.push(client);
    const answers: Frame[] = [
      await subscribe(client, 'a', 'chat/room', auth),
      await subscribe(client, 'b', 'default/room', auth),
      await publish(client, 'c', 'chat/room', ['1'], auth),
    ];
    expect(answers.map(({ type }) => type)).toEqual([
      'subscribe_success',
      'subscribe_error',
      'publish_error',
    ]);
    const { accessToken } = await signInAndGetTokens(strict);
    const byUser = { host: strict.events.host, Authorization: accessToken };
    const user = await openRawClient(strict.events.realtime, [PROTOCOL, headerProtocol(byUser)]);
    clients.push(user);
    expect(await user.next()).toMatchObject({ type: 'connection_error', errors: [{ errorCode: 403 }] });
  } finally {
    await strict.stop();
  }
});

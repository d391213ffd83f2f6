/** The real aws-amplify against a small Events API on loopback. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Amplify } from 'aws-amplify';
import { fetchAuthSession } from 'aws-amplify/auth';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AppError } from '../shared/errors.ts';
import { makeJwt } from '../shared/test-doubles.ts';
import { configureAmplify, postEvents } from './amplify.ts';

interface Seen {
  authorization: string | undefined;
  body: { channel: string; events: string[] };
}

let server: Server;
let seen: Seen[];
let answer: (response: ServerResponse, request: Seen) => void;
let get: (options?: { force?: boolean }) => Promise<{ accessToken: string }>;

const token = (jti: string) => makeJwt({ sub: 'ann', jti, exp: 2_000_000_000, iat: 1_900_000_000 });

function reply(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
) {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
}

const refuse = (status: number, errorType: string, message: string, headers: Record<string, string> = {}) => {
  return (response: ServerResponse) =>
    reply(
      response,
      status,
      { errors: [{ errorType, message }] },
      { 'x-amzn-errortype': errorType, ...headers },
    );
};

const takeAll = (response: ServerResponse) => reply(response, 200, { failed: [], successful: [] });

async function readBody(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += chunk;
  return text;
}

beforeEach(async () => {
  seen = [];
  answer = takeAll;
  get = async ({ force = false } = {}) => ({ accessToken: token(force ? 'forced' : 'held') });
  server = createServer(async (request, response) => {
    const entry = {
      authorization: request.headers.authorization,
      body: JSON.parse(await readBody(request)) as Seen['body'],
    };
    seen.push(entry);
    answer(response, entry);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}/event`;
  const held = { sub: 'ann', epoch: 1, renewAt: 0, endsAt: 0 };
  configureAmplify(
    { endpoint, region: 'eu-west-1' },
    { get: async (options) => ({ ...held, ...(await get(options)) }) },
  );
});

afterEach(async () => {
  Amplify.configure({});
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

async function failure(values: unknown[] = [{ n: 1 }], channel = 'default/orders'): Promise<AppError> {
  const error = await postEvents(channel, values).then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof AppError)) throw new Error(`Expected an AppError, got ${String(error)}.`);
  return error;
}

describe('postEvents with the real aws-amplify', () => {
  it('publishes with the access token of the session', async () => {
    await postEvents('/default/orders/', [{ n: 1 }, 'two']);
    expect(seen).toEqual([
      { authorization: token('held'), body: { channel: '/default/orders', events: ['{"n":1}', '"two"'] } },
    ]);
  });

  it('makes fetchAuthSession work, and forces a new token where asked', async () => {
    expect((await fetchAuthSession()).tokens?.accessToken.payload.jti).toBe('held');
    expect((await fetchAuthSession({ forceRefresh: true })).tokens?.accessToken.toString()).toBe(
      token('forced'),
    );
  });

  it('tries once more with a new token when the service does not take the held one', async () => {
    get = async ({ force = false } = {}) => {
      if (force) get = async () => ({ accessToken: token('new') });
      return { accessToken: token('held') };
    };
    answer = (response, request) => {
      if (request.authorization === token('new')) takeAll(response);
      else refuse(401, 'UnauthorizedException', 'Token has expired')(response);
    };
    await postEvents('default/orders', [1]);
    expect(seen.map((request) => request.authorization)).toEqual([token('held'), token('new')]);
  });

  it.each([
    ['denied', false, refuse(401, 'UnauthorizedException', 'You are not authorized')],
    ['denied', false, refuse(403, 'ForbiddenException', 'Auth mode not allowed')],
    ['bad-channel', false, refuse(400, 'BadRequestException', 'Channel namespace does not exist')],
    ['event-too-large', false, refuse(413, 'PayloadTooLarge', 'Request too large')],
    ['protocol', false, refuse(400, 'BadRequestException', 'No')],
  ] as const)('says %s', async (code, retryable, how) => {
    answer = how;
    expect(await failure()).toMatchObject({ code, retryable });
  });

  it('says rate-limited, with the time that the service asks for', async () => {
    answer = refuse(429, 'TooManyRequestsException', 'Slow down', { 'retry-after': '3' });
    expect(await failure()).toMatchObject({ code: 'rate-limited', retryable: true, retryAfterMs: 3_000 });
  });

  it('says network, and that it may have been published, when the answer is lost', async () => {
    answer = (response) => response.destroy();
    const error = await failure();
    expect(error).toMatchObject({ code: 'network', retryable: true });
    expect(error.message).toMatch(/may have been published/);
  });

  it('says network when the service breaks', async () => {
    answer = refuse(503, 'ServiceUnavailableException', 'Out');
    expect(await failure()).toMatchObject({ code: 'network', retryable: true });
  });

  it('names the events that were refused among others that were taken', async () => {
    answer = (response) =>
      reply(response, 200, { failed: [{ identifier: 'x', index: 1, message: 'bad' }], successful: [{}] });
    const error = await failure([1, 2]);
    expect(error).toMatchObject({ code: 'protocol', retryable: false });
    expect(error.message).toMatch(/event 2 of 2/);
  });

  it('says signed-out without a request', async () => {
    get = async () => {
      throw new AppError('signed-out', 'Nobody.');
    };
    expect(await failure()).toMatchObject({ code: 'signed-out', retryable: false });
    expect(seen).toEqual([]);
  });

  it('passes on that there is no token now, without a request', async () => {
    get = async () => {
      throw new AppError('token-unavailable', 'Later.', { retryable: true, retryAfterMs: 700 });
    };
    expect(await failure()).toMatchObject({ code: 'token-unavailable', retryable: true, retryAfterMs: 700 });
    expect(seen).toEqual([]);
  });

  it('refuses bad input before anything is sent', async () => {
    expect(await failure([1], 'default/*')).toMatchObject({ code: 'bad-channel' });
    expect(await failure([1, 2, 3, 4, 5, 6])).toMatchObject({ code: 'bad-batch' });
    expect(await failure(['x'.repeat(250_000)])).toMatchObject({ code: 'event-too-large' });
    expect(seen).toEqual([]);
  });
});

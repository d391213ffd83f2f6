/** One publish over HTTP against a small Events API on loopback. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { AppError } from '../shared/errors.ts';
import { createHttpPublish } from './http-publish.ts';

interface Seen {
  authorization: string | undefined;
  body: unknown;
}

let server: Server;
let endpoint: string;
let seen: Seen[];
let answer: (response: ServerResponse, request: Seen) => void;
let token: (force: boolean) => Promise<string>;

function reply(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
) {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(typeof body === 'string' ? body : JSON.stringify(body));
}

const refuse =
  (status: number, errorType: string, message: string, headers: Record<string, string> = {}) =>
  (response: ServerResponse) =>
    reply(response, status, { errors: [{ errorType, message }] }, headers);

const takeAll = (response: ServerResponse) => reply(response, 200, { failed: [], successful: [] });

async function readBody(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += chunk;
  return text;
}

beforeEach(async () => {
  seen = [];
  answer = takeAll;
  token = async (force) => (force ? 'new' : 'held');
  server = createServer(async (request, response) => {
    const entry = {
      authorization: request.headers.authorization,
      body: JSON.parse(await readBody(request)) as unknown,
    };
    seen.push(entry);
    answer(response, entry);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}/event`;
});

afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

function publish(
  events: string[] = ['{"n":1}'],
  signal = new AbortController().signal,
  check: () => void = () => {},
) {
  const send = createHttpPublish({ fetch, token: (force) => token(force) });
  return send(endpoint, 'default/orders', events, signal, check);
}

const failure = (signal?: AbortSignal): Promise<unknown> => publish(['1'], signal).catch((error) => error);

it('sends nothing that is called back while its token is on its way', async () => {
  let late = false;
  token = async () => {
    late = true;
    return 'held';
  };
  const tooLate = new AppError('closed', 'Too late.');
  const sent = publish(['1'], undefined, () => {
    if (late) throw tooLate;
  });
  await expect(sent).rejects.toBe(tooLate);
  expect(seen).toEqual([]);
});

it('publishes the texts as they are, with the access token', async () => {
  expect(await publish(['{"n":12345678901234567890}', '"two"'])).toEqual([]);
  expect(seen).toEqual([
    {
      authorization: 'held',
      body: { channel: '/default/orders', events: ['{"n":12345678901234567890}', '"two"'] },
    },
  ]);
});

it('tries once more with a new token when the service does not take the held one', async () => {
  answer = (response, { authorization }) =>
    authorization === 'new'
      ? takeAll(response)
      : refuse(401, 'UnauthorizedException', 'Token has expired')(response);
  await publish();
  expect(seen.map(({ authorization }) => authorization)).toEqual(['held', 'new']);
});

it.each([
  ['denied', false, refuse(401, 'UnauthorizedException', 'You are not authorized')],
  ['denied', false, refuse(403, 'ForbiddenException', 'Auth mode not allowed')],
  ['bad-channel', false, refuse(400, 'BadRequestException', 'Channel namespace does not exist')],
  ['event-too-large', false, refuse(413, 'PayloadTooLarge', 'Request too large')],
  ['protocol', false, refuse(400, 'BadRequestException', 'No')],
  ['rate-limited', true, refuse(429, 'TooManyRequestsException', 'Slow down')],
  ['rate-limited', true, refuse(400, 'LimitExceededException', 'Rate exceeded')],
  ['rate-limited', true, refuse(400, 'ThrottlingException', 'Rate exceeded')],
] as const)('says %s', async (code, retryable, how) => {
  answer = how;
  expect(await failure()).toMatchObject({ code, retryable });
});

it('passes on the time that the service asks for', async () => {
  answer = refuse(429, 'TooManyRequestsException', 'Slow down', { 'retry-after': '3' });
  expect(await failure()).toMatchObject({ code: 'rate-limited', retryAfterMs: 3_000 });
});

it.each<[string, (response: ServerResponse) => void]>([
  ['is lost', (response) => response.destroy()],
  ['says that the service broke', refuse(503, 'ServiceUnavailableException', 'Out')],
  [
    'is cut off',
    (response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('{"failed"', () => response.destroy());
    },
  ],
  ['is nonsense', (response) => reply(response, 200, '<html>')],
])('makes one request, and says that it may have been published, when the answer %s', async (_how, how) => {
  answer = how;
  const error = await failure();
  expect(error).toMatchObject({ code: 'network', retryable: true });
  expect(String(error)).toMatch(/may have been published/);
  expect(seen).toHaveLength(1);
});

it('names the events that were refused among others that were taken', async () => {
  const failed = [
    { identifier: 'x', index: 1, code: 'EventTooLargeException', message: 'bad' },
    { identifier: 'y', index: 2, code: 'ThrottlingException' },
    null,
  ];
  answer = (response) => reply(response, 200, { failed, successful: [{}] });
  expect(await publish(['1', '2', '3', '4'])).toEqual([
    { index: 1, reason: 'EventTooLargeException: bad', throttled: false },
    { index: 2, reason: 'ThrottlingException', throttled: true },
    { index: 2, reason: 'no reason given', throttled: false },
  ]);
});

it('is ended by its signal', async () => {
  const abort = new AbortController();
  answer = () => abort.abort();
  expect(await failure(abort.signal)).toMatchObject({ code: 'network' });
});

it.each([
  new AppError('signed-out', 'Nobody.'),
  new AppError('token-unavailable', 'Later.', { retryable: true, retryAfterMs: 700 }),
])('passes on that there is no token, without a request', async (error) => {
  token = () => Promise.reject(error);
  expect(await failure()).toBe(error);
  expect(seen).toEqual([]);
});

it.each([
  ['Token has expired.', 'token-unavailable'],
  ['You are not authorized to make this call.', 'denied'],
])('reads a second refusal that says “%s” as %s', async (message, code) => {
  answer = refuse(401, 'UnauthorizedException', message);
  const sent = createHttpPublish({ fetch, token: (force) => token(force) })(
    endpoint,
    'default/a',
    ['1'],
    new AbortController().signal,
    () => {},
  );
  await expect(sent).rejects.toMatchObject({ code });
  expect(seen).toHaveLength(2);
});

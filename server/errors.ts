/**
 * What is answered when no route answers: wrong address or method, a request that cannot be taken, our own bugs.
 * An API client gets a problem, a person a plain page; nobody a stack.
 */
import type { Socket } from 'node:net';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { sendMessagePage } from './message-page.ts';
import { ERROR_CACHING, PROBLEM_TYPE, type ProblemInit, problemBody, sendProblem } from './problem.ts';

/** Characters of an address. The longest of ours, a callback's, has about 2,000. */
const MAX_URL_LENGTH = 8_192;

/** For addresses that cannot be decoded: Fastify answers them before all hooks, so every header is set here. */
export function answerFrameworkError(error: FastifyError, reply: FastifyReply): FastifyReply {
  reply.headers({ ...ERROR_CACHING, ...BARE_HEADERS });
  return answerError(error, reply, true);
}

/** The least that an answer without our hooks carries. */
const BARE_HEADERS = {
  'x-content-type-options': 'nosniff',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'same-origin',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
} as const;

export function registerErrors(app: FastifyInstance): void {
  const methods = collectMethods(app);

  app.setErrorHandler((error: FastifyError, request, reply) => answerError(error, reply, isApi(request)));

  app.setNotFoundHandler((request, reply) => {
    const allowed = methods.get(pathOf(request.url));
    if (allowed !== undefined && !allowed.has(request.method)) {
      reply.header('allow', [...allowed].join(', '));
      return sendProblem(reply, WRONG_METHOD);
    }
    return isApi(request) ? sendProblem(reply, NOT_FOUND) : sendMessagePage(reply, NO_SUCH_PAGE);
  });

  app.addHook('onRequest', async (request, reply) => {
    if (request.url.length > MAX_URL_LENGTH) return sendProblem(reply, ADDRESS_TOO_LONG);
  });
}

/** For what is no HTTP request, or one whose headers are too large or too slow: there is only the socket. */
export function answerClientError(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed || !socket.writable) return;
  const problem = socketProblem(error.code);
  const body = problemBody(problem);
  const headers = {
    ...{ ...ERROR_CACHING, ...BARE_HEADERS, connection: 'close' },
    ...{ 'content-type': PROBLEM_TYPE, 'content-length': String(Buffer.byteLength(body)) },
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  socket.end(`HTTP/1.1 ${problem.status} ${problem.title}\r\n${lines.join('\r\n')}\r\n\r\n${body}`);
}

function socketProblem(code: string | undefined): ProblemInit {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return {
        ...{ status: 431, code: 'headers-too-large', title: 'Headers too large' },
        detail:
          'The address and headers of the request are larger than 16 KiB. Send fewer or shorter cookies.',
      };
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return {
        ...{ status: 408, code: 'request-timeout', title: 'Request timeout' },
        detail: 'The request did not arrive in time. Send it again.',
      };
    default:
      return BAD_REQUEST;
  }
}

const NOT_FOUND: ProblemInit = {
  ...{ status: 404, code: 'not-found', title: 'Not found' },
  detail: 'There is nothing at this address. Check it.',
};
const WRONG_METHOD: ProblemInit = {
  ...{ status: 405, code: 'method-not-allowed', title: 'Method not allowed' },
  detail: 'This address does not answer this method. The header Allow names those it does.',
};
const ADDRESS_TOO_LONG: ProblemInit = {
  ...{ status: 414, code: 'address-too-long', title: 'Address too long' },
  detail: `The address has more than ${MAX_URL_LENGTH} characters. Ask for a shorter one.`,
};
const BAD_REQUEST: ProblemInit = {
  ...{ status: 400, code: 'bad-request', title: 'Bad request' },
  detail: 'The address, headers or body of the request are malformed.',
};
const BODY_TOO_LARGE: ProblemInit = {
  ...{ status: 413, code: 'body-too-large', title: 'Body too large' },
  detail: 'The body of the request is larger than 16 KiB. Nothing here takes more.',
};
const UNSUPPORTED_TYPE: ProblemInit = {
  ...{ status: 415, code: 'unsupported-type', title: 'Unsupported content type' },
  detail: 'The body must be a form (application/x-www-form-urlencoded), JSON or empty.',
};
const SERVER_ERROR: ProblemInit = {
  ...{ status: 500, code: 'server-error', title: 'Something went wrong here' },
  detail: 'It was noted. Please try again in a moment.',
};

const NO_SUCH_PAGE = {
  status: 404,
  title: 'There is no such page',
  text: 'Check the address, or open the app.',
  links: [{ href: '/', label: 'Open Switchboard' }],
};

/** Our own bugs, an unreachable store, or a request that Fastify refused. */
function answerError(error: FastifyError, reply: FastifyReply, api: boolean): FastifyReply {
  const status = error.statusCode !== undefined && error.statusCode >= 400 ? error.statusCode : 500;
  if (status >= 500) reply.log.error({ err: error }, 'A request failed');
  const problem = { ...problemOf(status), status };
  if (api) return sendProblem(reply, problem);
  const links = [{ href: '/', label: 'Open Switchboard' }];
  return sendMessagePage(reply, { status, title: problem.title, text: problem.detail, links });
}

function problemOf(status: number): ProblemInit {
  if (status >= 500) return SERVER_ERROR;
  return [BODY_TOO_LARGE, UNSUPPORTED_TYPE].find((problem) => problem.status === status) ?? BAD_REQUEST;
}

function isApi(request: FastifyRequest): boolean {
  return request.url.startsWith('/api/') || request.method !== 'GET';
}

/** The methods of every address that is no pattern. */
function collectMethods(app: FastifyInstance): ReadonlyMap<string, ReadonlySet<string>> {
  const methods = new Map<string, Set<string>>();
  app.addHook('onRoute', ({ url, method }) => {
    const known = methods.get(url) ?? new Set();
    for (const one of [method].flat()) known.add(one);
    methods.set(url, known);
  });
  return methods;
}

function pathOf(url: string): string {
  return url.split('?', 1)[0] ?? '';
}

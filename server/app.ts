/** The server, put together. Reads as a table of contents; every part is in the file it is imported from. */
import cookie from '@fastify/cookie';
import Fastify, {
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify';
import type { Clock } from '../src/shared/clock.ts';
import type { EventsConfig } from '../src/shared/page-data.ts';
import { registerCallback } from './auth/callback.ts';
import type { Provider } from './auth/provider.ts';
import { createRevocations } from './auth/revocations.ts';
import { registerSignIn } from './auth/sign-in.ts';
import { registerSignOut } from './auth/sign-out.ts';
import { createTransactions } from './auth/transactions.ts';
import { type DevServer, registerDevServer } from './dev-server.ts';
import { registerGracefulStop } from './graceful-stop.ts';
import { registerHeaders } from './headers.ts';
import { type LogOptions, loggerOptions } from './logging.ts';
import { registerLoopbackNames } from './loopback.ts';
import { sendMessagePage } from './message-page.ts';
import type { PageSource } from './pages.ts';
import { sendProblem } from './problem.ts';
import { registerHealth } from './routes/health.ts';
import { registerPages } from './routes/pages.ts';
import { registerSession } from './routes/session.ts';
import { registerStatic } from './routes/static.ts';
import { registerToken } from './routes/token.ts';
import { createAccessTokens } from './session/access-tokens.ts';
import { createCookies } from './session/cookies.ts';
import { createCurrentSession } from './session/current.ts';
import { createRenewal } from './session/renewal.ts';
import { createSealer } from './session/seal.ts';
import { createSessions } from './session/sessions.ts';
import type { SessionStore } from './session/store.ts';

export interface AppOptions {
  /** How browsers reach us. Decides redirects and cookies; the Host header never does. */
  origin: string;
  /** SESSION_SECRET, newest first. */
  secrets: readonly string[];
  /** Session timeouts, milliseconds. */
  idleMs: number;
  maxMs: number;
  events: EventsConfig;
  /** Address of the stand-ins' switches; null against real endpoints. */
  localControl: string | null;
  /** Absolute path of the built files. */
  clientFiles: string;
  log: LogOptions;
}

export interface AppDeps {
  clock: Clock;
  random(): number;
  store: SessionStore;
  provider: Provider;
  pages: PageSource;
  dev?: DevServer | undefined;
}

/** Bytes of a request body, and of a request's headers. Nothing here takes more. */
const BODY_LIMIT = 16 * 1024;
const HEADER_LIMIT = 16 * 1024;
const REQUEST_TIMEOUT_MS = 30_000;
/** How long a stop waits for calls to the provider that nobody waits for any more. */
const CLOSE_LIMIT_MS = 3_000;

/** The app, ready to listen. Closing it ends its background work and closes the store. */
export async function createApp(options: AppOptions, deps: AppDeps): Promise<FastifyInstance> {
  const { origin, idleMs, maxMs, events, localControl } = options;
  const { clock, random, store, provider, pages } = deps;
  const now = () => clock.wall();
  const secure = origin.startsWith('https:');

  const app = Fastify({
    logger: loggerOptions(options.log),
    trustProxy: false,
    bodyLimit: BODY_LIMIT,
    requestTimeout: REQUEST_TIMEOUT_MS,
    exposeHeadRoutes: false,
    routerOptions: { maxParamLength: 1_024 },
    http: { maxHeaderSize: HEADER_LIMIT },
    // An address that cannot be decoded. It comes before all hooks, so it says the least.
    frameworkErrors: (error, _request, reply) => answerError(error, reply as FastifyReply, true),
  });

  // Sessions and tokens
  const sealer = createSealer(options.secrets);
  const warn = (message: string) => (error: unknown) => app.log.warn({ err: error }, message);
  const revocations = createRevocations({ provider, clock, onError: warn('Revocation failed') });
  const sessions = createSessions({
    ...{ store, sealer, clock, idleMs, maxMs },
    onEnded: revocations.revoke,
    onSweepError: warn('Expired sessions could not be removed'),
  });
  const renew = createRenewal({
    ...{ sessions, store, provider, clock, random },
    onOrphan: revocations.revoke,
    onFailure: warn('Renewal failed'),
  });
  const tokens = createAccessTokens({ sessions, renew, clock, onRenewalError: warn('Renewal broke off') });
  const cookies = createCookies(secure, now);
  const current = createCurrentSession(sessions, cookies);
  const transactions = createTransactions(sealer, now);

  // Every answer
  registerGracefulStop(app);
  await app.register(cookie);
  await registerHeaders(app, {
    secure,
    connect: connectOrigins(events, localControl, deps.dev),
    forms: provider.origins,
    trustedTypes: deps.dev === undefined,
  });
  registerLoopbackNames(app, origin);
  app.setErrorHandler((error: FastifyError, request, reply) => answerError(error, reply, isApi(request)));
  app.setNotFoundHandler((request, reply) => answerNotFound(request, reply));
  // A form carries nothing we read, but a plain form post must not be refused for its type.
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string' },
    (_request, _body, done) => done(null, null),
  );

  // Routes
  registerHealth(app, { store, provider });
  registerSignIn(app, { provider, transactions, cookies });
  registerCallback(app, { provider, transactions, sessions, current, cookies, maxMs, now });
  registerSignOut(app, { provider, sessions, cookies, origin, now });
  registerToken(app, { tokens, cookies, events, origin, now });
  registerSession(app, { cookies, current });
  registerPages(app, { pages, cookies, current, events, localControl });
  if (deps.dev) registerDevServer(app, deps.dev);
  else await app.register(async (scope) => registerStatic(scope, options.clientFiles));

  // The end: nothing under way is lost, then the store closes.
  app.addHook('onClose', async () => {
    sessions.close();
    await within(CLOSE_LIMIT_MS, clock, Promise.all([tokens.drain(), revocations.close()]));
    await store.close();
  });
  return app;
}

/** Resolves when `work` is done, or after `ms`. */
function within(ms: number, clock: Clock, work: Promise<unknown>): Promise<void> {
  return new Promise((resolve, reject) => {
    const cancel = clock.after(ms, resolve);
    work.then(() => resolve(), reject).finally(cancel);
  });
}

function connectOrigins(events: EventsConfig, localControl: string | null, dev?: DevServer): string[] {
  const addresses = [events.endpoint, events.realtime, ...(localControl === null ? [] : [localControl])];
  return [...new Set(addresses.map((address) => new URL(address).origin)), ...(dev?.connect ?? [])];
}

function isApi(request: FastifyRequest): boolean {
  return request.url.startsWith('/api/') || request.method !== 'GET';
}

function answerNotFound(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (isApi(request)) {
    const detail = 'There is nothing at this address for this method.';
    return sendProblem(reply, { status: 404, code: 'not-found', title: 'Not found', detail });
  }
  return sendMessagePage(reply, {
    status: 404,
    title: 'There is no such page',
    text: 'Check the address, or open the app.',
    links: [{ href: '/', label: 'Open Switchboard' }],
  });
}

/** Our own bugs, an unreachable store, or a request that Fastify refused. Never a stack. */
function answerError(error: FastifyError, reply: FastifyReply, api: boolean): FastifyReply {
  const status = error.statusCode !== undefined && error.statusCode >= 400 ? error.statusCode : 500;
  const ours = status >= 500;
  if (ours) reply.log.error({ err: error }, 'A request failed');
  reply.headers({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' });
  const title = ours ? 'Something went wrong here' : 'The request cannot be understood';
  const text = ours
    ? 'It was noted. Please try again in a moment.'
    : 'Its address, headers or body are malformed.';
  if (api) {
    const code = ours ? 'server-error' : 'bad-request';
    return sendProblem(reply, { status, code, title, detail: text });
  }
  return sendMessagePage(reply, { status, title, text, links: [{ href: '/', label: 'Open Switchboard' }] });
}

/** The server, put together. Reads as a table of contents; every part is in the file it is imported from. */
import cookie from '@fastify/cookie';
import Fastify, { type FastifyInstance, type FastifyReply } from 'fastify';
import type { Clock } from '../src/shared/clock.ts';
import type { EventsConfig } from '../src/shared/page-data.ts';
import { createAudit } from './audit.ts';
import { registerCallback } from './auth/callback.ts';
import type { Provider } from './auth/provider.ts';
import { createRevocations } from './auth/revocations.ts';
import { registerSignIn } from './auth/sign-in.ts';
import { registerSignOut } from './auth/sign-out.ts';
import { createTransactions } from './auth/transactions.ts';
import { type DevServer, registerDevServer } from './dev-server.ts';
import { answerClientError, answerFrameworkError, registerErrors } from './errors.ts';
import { registerGracefulStop } from './graceful-stop.ts';
import { registerHeaders } from './headers.ts';
import { createLimits, LIMIT_RATES, type LimitRates } from './limits.ts';
import { type LogOptions, loggerOptions } from './logging.ts';
import { registerLoopbackNames } from './loopback.ts';
import { countErrors, createMetrics, type Metrics } from './metrics.ts';
import type { PageSource } from './pages.ts';
import { noteUnbelievedProxy } from './proxy.ts';
import { registerHealth } from './routes/health.ts';
import { registerMetrics } from './routes/metrics.ts';
import { registerPages } from './routes/pages.ts';
import { registerSession } from './routes/session.ts';
import { registerSessions } from './routes/sessions.ts';
import { registerStatic } from './routes/static.ts';
import { registerToken } from './routes/token.ts';
import { createAccessTokens } from './session/access-tokens.ts';
import { createCookies } from './session/cookies.ts';
import { createCurrentSession } from './session/current.ts';
import { createOwners } from './session/owner.ts';
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
  /** Addresses and networks of proxies whose `X-Forwarded-For` is believed; empty: nobody's. */
  trustProxy?: readonly string[];
  /** Limits a minute, where others than the usual ones are wanted. */
  rates?: LimitRates;
  log: LogOptions;
}

export interface AppDeps {
  clock: Clock;
  random(): number;
  store: SessionStore;
  provider: Provider;
  pages: PageSource;
  /** Its own when not given: then without those of the process. */
  metrics?: Metrics;
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
  const { origin, secrets, idleMs, maxMs, events, localControl, trustProxy = [] } = options;
  const { clock, random, provider, pages, metrics = createMetrics() } = deps;
  const store = countErrors(deps.store, metrics);
  const now = () => clock.wall();
  const secure = origin.startsWith('https:');

  const app = Fastify({
    logger: loggerOptions(options.log),
    trustProxy: trustProxy.length === 0 ? false : [...trustProxy],
    bodyLimit: BODY_LIMIT,
    requestTimeout: REQUEST_TIMEOUT_MS,
    exposeHeadRoutes: false,
    routerOptions: { maxParamLength: 1_024 },
    http: { maxHeaderSize: HEADER_LIMIT },
    frameworkErrors: (error, _request, reply) => answerFrameworkError(error, reply as FastifyReply),
    clientErrorHandler: answerClientError,
  });

  // Sessions and tokens
  const sealer = createSealer(secrets);
  const owners = createOwners(secrets);
  const audit = createAudit(app.log, owners);
  const warn = (message: string) => (error: unknown) => app.log.warn({ err: error }, message);
  const revocations = createRevocations({ provider, clock, onError: warn('Revocation failed') });
  const sessions = createSessions({
    ...{ store, sealer, owners, clock, idleMs, maxMs },
    onEnded: revocations.revoke,
    onSilentEnd: (idHash, sub, by) => audit({ event: 'session-ended', idHash, sub, by }),
    onSweepError: warn('Expired sessions could not be removed'),
  });
  const renew = createRenewal({
    ...{ sessions, store, provider, clock, random },
    onOrphan: revocations.revoke,
    onFailure: warn('Renewal failed'),
    onOutcome(outcome, { ticket: { idHash }, record: { sub } }) {
      metrics.renewal(outcome);
      // Tokens that came too late failed nobody: the session had ended, or had newer ones.
      if (outcome === 'renewed' || outcome === 'late') return;
      audit({ event: 'renewal-failed', idHash, sub, reason: outcome });
    },
    onLeaseWait: metrics.leaseWait,
  });
  const tokens = createAccessTokens({
    ...{ sessions, renew, clock },
    onRenewalError: warn('Renewal broke off'),
    onShared: metrics.sharedRenewal,
  });
  const cookies = createCookies(secure, now);
  const current = createCurrentSession(sessions, cookies);
  const transactions = createTransactions(sealer, now);
  const limits = createLimits({ rates: options.rates ?? LIMIT_RATES, clock, metrics, origin });

  // Every answer
  registerGracefulStop(app);
  await app.register(cookie);
  await registerHeaders(app, {
    secure,
    connect: connectOrigins(events, localControl, deps.dev),
    forms: provider.origins,
    trustedTypes: deps.dev === undefined,
  });
  registerErrors(app);
  registerLoopbackNames(app, origin);
  noteUnbelievedProxy(app, trustProxy);
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string' },
    (_request, body, done) => done(null, new URLSearchParams(String(body))),
  );

  // Routes
  registerHealth(app, { store, provider });
  registerMetrics(app, { metrics, store, clock });
  registerSignIn(app, { provider, transactions, cookies, limits });
  registerCallback(app, { provider, transactions, sessions, current, cookies, audit, maxMs, now });
  registerSignOut(app, { provider, sessions, cookies, audit, origin, now });
  registerSessions(app, { sessions, current, cookies, provider, audit, origin, now });
  registerToken(app, { tokens, cookies, events, limits, metrics, origin, now });
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
  const { endpoint, realtime, history } = events;
  // Before a socket is opened after many failures, the same address is asked over HTTP (docs/adr/0002).
  const asked = realtime.replace(/^ws/, 'http');
  const addresses = [endpoint, realtime, asked, history, localControl].filter((address) => address !== null);
  return [...new Set(addresses.map((address) => new URL(address).origin)), ...(dev?.connect ?? [])];
}

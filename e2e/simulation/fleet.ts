/**
 * Two servers on one store, made of the real sessions, renewals and routes. Only the HTTP library is left out: a
 * route gets a plain request, and what it replies is read from a plain reply.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { registerCallback } from '../../server/auth/callback.ts';
import type { Provider } from '../../server/auth/provider.ts';
import { registerSignOut } from '../../server/auth/sign-out.ts';
import { registerSession } from '../../server/routes/session.ts';
import { registerToken } from '../../server/routes/token.ts';
import { createAccessTokens } from '../../server/session/access-tokens.ts';
import { createCookies } from '../../server/session/cookies.ts';
import { createCurrentSession, sessionInfo } from '../../server/session/current.ts';
import { createOwners } from '../../server/session/owner.ts';
import { createRenewal } from '../../server/session/renewal.ts';
import { createSealer } from '../../server/session/seal.ts';
import { createSessions } from '../../server/session/sessions.ts';
import type { SessionStore } from '../../server/session/store.ts';
import { EVENTS, SECRET } from '../../server/test-doubles.ts';
import type { Clock } from '../../src/shared/clock.ts';
import type { SimProvider } from './provider.ts';
import type { WireAnswer, WireRequest } from './wire.ts';

export const ORIGIN = 'http://localhost:3000';
const DAY_MS = 24 * 3_600_000;

export interface Fleet {
  /** Answers as instance 0 or 1 does. */
  handle(instance: number, request: WireRequest): Promise<WireAnswer>;
  close(): void;
}

export interface FleetDeps {
  clock: Clock;
  store: SessionStore;
  provider: SimProvider;
  random(): number;
  /** How long the store takes for the next call, milliseconds. */
  storeDelay(): number;
}

const ignore = () => undefined;

type Handler = (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>;

/** The second instance's wall clock is a little ahead of the first one's. */
const SKEWS_MS = [0, 350];

export function createFleet(deps: FleetDeps): Fleet {
  const instances = SKEWS_MS.map((skew) => createInstance(deps, skew));
  return {
    async handle(index, request) {
      const instance = instances[index % instances.length];
      const handler = instance?.handlers.get(`${request.method} ${request.path.split('?', 1)[0]}`);
      if (handler === undefined) throw new Error(`No route for ${request.method} ${request.path}.`);
      const { answer, reply } = createReply();
      await handler(createRequest(request), reply);
      return answer;
    },
    close() {
      for (const { close } of instances) close();
    },
  };
}

function createInstance({ clock: shared, store, provider, random, storeDelay }: FleetDeps, skewMs: number) {
  const clock: Clock = { ...shared, wall: () => Math.floor(shared.wall() + skewMs) };
  const now = () => clock.wall();
  const slowStore = withDelay(store, clock, storeDelay);
  const handlers = new Map<string, Handler>();
  const route =
    (method: string) =>
    (path: string, ...rest: unknown[]) =>
      handlers.set(`${method} ${path}`, rest.at(-1) as Handler);
  const app = { get: route('GET'), post: route('POST') } as unknown as FastifyInstance;

  const sessions = createSessions({
    ...{ store: slowStore, sealer: createSealer([SECRET]), owners: createOwners([SECRET]), clock },
    ...{ idleMs: DAY_MS, maxMs: 30 * DAY_MS, onSilentEnd: ignore, onSweepError: ignore },
    onEnded: (refreshToken) => void provider.revoke(refreshToken),
  });
  const renew = createRenewal({
    ...{ sessions, store: slowStore, provider, clock, random },
    ...{ onFailure: ignore, onOutcome: ignore, onLeaseWait: ignore },
    onOrphan: (refreshToken) => void provider.revoke(refreshToken),
  });
  const tokens = createAccessTokens({ sessions, renew, clock, onRenewalError: ignore, onShared: ignore });
  const cookies = createCookies(false, now);
  const current = createCurrentSession(sessions, cookies);
  const atSignIn = {
    signOutUrl: () => `${ORIGIN}/signed-out-at-provider`,
    exchange: async (callback: string) =>
      provider.signIn(new URL(callback, ORIGIN).searchParams.get('code') ?? ''),
  } as Partial<Provider> as Provider;
  const transactions = {
    start: () => ({ transaction: TRANSACTION, cookie: '' }),
    take: () => ({ transaction: TRANSACTION, cookie: null }),
  };

  registerCallback(app, {
    ...{ provider: atSignIn, transactions, sessions, current, cookies, audit: ignore, now },
    maxMs: 30 * DAY_MS,
  });
  registerSignOut(app, { provider: atSignIn, sessions, cookies, audit: ignore, origin: ORIGIN, now });
  registerToken(app, {
    ...{ tokens, cookies, events: EVENTS, origin: ORIGIN, now },
    // How much may be asked is another test's.
    ...{ limits: { token: () => null }, metrics: { tokenAnswer: ignore } },
  });
  registerSession(app, { cookies, current });
  // What a page's HTML says of the session.
  handlers.set('GET /', async (request, reply) => {
    const opened = await current.visit(request, reply);
    return reply.send(opened.kind === 'live' ? sessionInfo(opened.record) : null);
  });
  return { handlers, close: sessions.close };
}

const TRANSACTION = { state: 'state', nonce: 'nonce', verifier: 'verifier', returnTo: '/', startedAt: 0 };

/** The store behind a network: every call takes a while before it is carried out. */
function withDelay(store: SessionStore, clock: Clock, delay: () => number): SessionStore {
  return new Proxy(store, {
    get(target, name) {
      const method: unknown = Reflect.get(target, name);
      if (typeof method !== 'function') return method;
      return async (...args: unknown[]) => {
        const ms = delay();
        if (ms > 0) await new Promise<void>((resolve) => void clock.after(ms, resolve));
        return Reflect.apply(method, target, args) as unknown;
      };
    },
  });
}

function createRequest({ path, headers, cookies }: WireRequest): FastifyRequest {
  const log = { info() {}, warn() {}, error() {} };
  const query = Object.fromEntries(new URL(path, ORIGIN).searchParams);
  return { url: path, headers, query, cookies: Object.fromEntries(cookies), log, ip: '127.0.0.1' } as Partial<
    Record<keyof FastifyRequest, unknown>
  > as FastifyRequest;
}

function createReply(): { answer: WireAnswer; reply: FastifyReply } {
  const answer: WireAnswer = { status: 200, headers: {}, body: '', cookies: [] };
  const reply = {
    code: (status: number) => set(() => (answer.status = status)),
    type: (value: string) => set(() => (answer.headers['content-type'] = value)),
    header: (name: string, value: unknown) => set(() => (answer.headers[name] = String(value))),
    headers: (values: Record<string, string>) => set(() => Object.assign(answer.headers, values)),
    send: (body?: unknown) =>
      set(() => (answer.body = typeof body === 'string' ? body : JSON.stringify(body ?? null))),
    redirect: (address: string, status = 302) =>
      set(() => Object.assign(answer, { status, headers: { location: address } })),
    setCookie: (name: string, value: string) => set(() => answer.cookies.push([name, value])),
    clearCookie: (name: string) => set(() => answer.cookies.push([name, null])),
  };
  function set(change: () => unknown): FastifyReply {
    change();
    return reply as unknown as FastifyReply;
  }
  return { answer, reply: reply as unknown as FastifyReply };
}

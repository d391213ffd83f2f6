/** What the server's tests stand on: a browser's cookie jar, and a whole app with a fake provider around it. */
import type { FastifyInstance, InjectOptions, LightMyRequestResponse } from 'fastify';
import type { EventsConfig } from '../src/shared/page-data.ts';
import { type AppOptions, createApp } from './app.ts';
import { createProvider } from './auth/provider.ts';
import {
  createManualClock,
  type FakeProvider,
  type ManualClock,
  startFakeProvider,
} from './auth/test-doubles.ts';
import type { PageSource } from './pages.ts';
import { createSqliteStore } from './session/sqlite-store.ts';
import type { SessionStore } from './session/store.ts';

/** Headers as a browser sends them with a script's own GET. */
export const BY_SCRIPT = {
  'sec-fetch-site': 'same-origin',
  'sec-fetch-mode': 'cors',
  'sec-fetch-dest': 'empty',
};
/** … and with an address that a person opened. */
export const BY_PERSON = {
  'sec-fetch-site': 'none',
  'sec-fetch-mode': 'navigate',
  'sec-fetch-dest': 'document',
};

export interface Browser {
  readonly cookies: Map<string, string>;
  get(url: string, headers?: Record<string, string>): Promise<LightMyRequestResponse>;
  post(url: string, headers?: Record<string, string>): Promise<LightMyRequestResponse>;
  /** The token request of a page of ours. */
  token(): Promise<LightMyRequestResponse>;
  /** Starts a sign-in and lets the provider send us back. @returns path and query of the callback. */
  beginSignIn(returnTo?: string): Promise<string>;
  /** The whole sign-in. */
  signIn(returnTo?: string): Promise<LightMyRequestResponse>;
  /** As the page does it. */
  signOut(): Promise<LightMyRequestResponse>;
}

function createBrowser(app: FastifyInstance, origin: string): Browser {
  const cookies = new Map<string, string>();

  async function send(options: InjectOptions): Promise<LightMyRequestResponse> {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const headers = { host: new URL(origin).host, ...(cookie ? { cookie } : {}), ...options.headers };
    const response = await app.inject({ ...options, headers });
    for (const { name, value, maxAge, expires } of response.cookies) {
      const gone = maxAge === 0 || (expires !== undefined && expires.getTime() <= Date.now());
      if (gone) cookies.delete(name);
      else cookies.set(name, value);
    }
    return response;
  }

  const browser: Browser = {
    cookies,
    get: (url, headers = BY_PERSON) => send({ method: 'GET', url, headers }),
    post: (url, headers = { ...BY_SCRIPT, origin }) => send({ method: 'POST', url, headers }),
    token: () => browser.get('/api/cognito-token', BY_SCRIPT),
    async beginSignIn(returnTo = '/') {
      const start = await browser.get(`/auth/sign-in?return=${encodeURIComponent(returnTo)}`);
      const back = await fetch(String(start.headers.location), { redirect: 'manual' });
      const callback = new URL(back.headers.get('location') ?? '');
      return `${callback.pathname}${callback.search}`;
    },
    signIn: async (returnTo) => browser.get(await browser.beginSignIn(returnTo)),
    signOut: () => browser.post('/auth/sign-out', { ...BY_SCRIPT, origin, accept: 'application/json' }),
  };
  return browser;
}

export const EVENTS: EventsConfig = {
  endpoint: 'https://abc.appsync-api.eu-west-1.amazonaws.com/event',
  realtime: 'wss://abc.appsync-realtime-api.eu-west-1.amazonaws.com/event/realtime',
  host: 'abc.appsync-api.eu-west-1.amazonaws.com',
  region: 'eu-west-1',
  history: null,
  lifetimeMs: 86_400_000,
};

/** Pages that show what they were given. */
export const FAKE_PAGES: PageSource = {
  template: async () =>
    '<!doctype html><html lang="en" data-theme="__THEME__"><head><!--head--><script nonce="__CSP_NONCE__" src="/assets/app.js"></script></head>' +
    '<body><div id="root"><!--app--></div><!--page-data--></body></html>',
  render: async (data) => ({
    pipe: (destination) => void destination.end(`<main>channel ${data.channel ?? 'none'}</main>`),
    abort: () => undefined,
  }),
};

export interface TestServer {
  app: FastifyInstance;
  origin: string;
  clock: ManualClock;
  provider: FakeProvider;
  store: SessionStore;
  /** All that was logged. */
  logs: string[];
  browser(): Browser;
  close(): Promise<void>;
}

export interface TestServerOptions extends Partial<AppOptions> {
  clock?: ManualClock;
  provider?: FakeProvider;
  store?: SessionStore;
  pages?: PageSource;
}

export const SECRET = 'a secret of at least thirty-two characters';

export async function startTestServer(options: TestServerOptions = {}): Promise<TestServer> {
  const clock = options.clock ?? createManualClock();
  const provider = options.provider ?? (await startFakeProvider(clock));
  const store = options.store ?? createSqliteStore(':memory:');
  const origin = options.origin ?? 'http://localhost:3000';
  const { issuer, clientId, clientSecret } = provider;
  const logs: string[] = [];
  const app = await createApp(
    {
      origin,
      secrets: [SECRET],
      idleMs: 7 * 24 * 3_600_000,
      maxMs: 30 * 24 * 3_600_000,
      events: EVENTS,
      localControl: null,
      clientFiles: '/nowhere',
      log: { level: 'info', stream: { write: (line) => void logs.push(line) } },
      ...options,
    },
    {
      clock,
      random: () => 0.5,
      store,
      provider: createProvider({
        cognito: { issuer, clientId, clientSecret, scopes: 'openid email' },
        origin,
        clock,
      }),
      pages: options.pages ?? FAKE_PAGES,
    },
  );
  await app.ready();
  return {
    ...{ app, origin, clock, provider, store, logs },
    browser: () => createBrowser(app, origin),
    async close() {
      // A request that is held would keep the app from closing.
      provider.letGo();
      await app.close();
      await provider.close();
    },
  };
}

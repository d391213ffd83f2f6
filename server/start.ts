/** Starts a whole server from an environment: the stand-ins where nothing is configured, the app, the listener. */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { type Clock, createSystemClock } from '../src/shared/clock.ts';
import type { EventsConfig } from '../src/shared/page-data.ts';
import { createApp } from './app.ts';
import { type CognitoConfig, createProvider } from './auth/provider.ts';
import { type Config, type Environment, type LocalEndpoints, readConfig } from './config/config.ts';
import { KNOWN_SCOPES } from './config/endpoints.ts';
import { keptSecret } from './config/local-secret.ts';
import type { StoreConfig } from './config/session-store.ts';
import type { DevServer } from './dev-server.ts';
import type { LogOptions } from './logging.ts';
import { createMetrics } from './metrics.ts';
import { createBuiltPages, type PageSource } from './pages.ts';
import { leaseWarning } from './session/lease.ts';
import { createRedisStore } from './session/redis-store.ts';
import { createSqliteStore } from './session/sqlite-store.ts';
import type { SessionStore } from './session/store.ts';

export interface StartOptions {
  /** Where `amplify_outputs.json`, `.data` and `dist` are. */
  cwd: string;
  /** The built ones in `dist` when not given. */
  pages?: PageSource;
  dev?: DevServer;
  log?: LogOptions;
  /** Told what happens, for a person to read. */
  say?(line: string): void;
}

export interface RunningServer {
  /** How browsers reach it. */
  origin: string;
  /** What it is connected to. */
  connectedTo: { kind: 'local' | 'real'; issuer: string; events: string };
  /** The people of the local user pool; empty against a real one. */
  users: readonly { username: string; password: string }[];
  /** Address of the stand-ins' switches; null against real endpoints. */
  controlUrl: string | null;
  /** Key for publishing to the local Event API without a user; null against real endpoints. */
  apiKey: string | null;
  /** Finishes what is under way, for at most a few seconds, then closes everything. */
  close(): Promise<void>;
}

interface Backends {
  cognito: CognitoConfig;
  events: EventsConfig;
  users: RunningServer['users'];
  controlUrl: string | null;
  apiKey: string | null;
  close(): Promise<void>;
}

/** @throws ConfigError when the environment cannot be used. */
export async function startServer(env: Environment, options: StartOptions): Promise<RunningServer> {
  const { cwd } = options;
  const config = readConfig(env, { cwd, readFile });
  const port = config.port === 0 ? await freePort() : config.port;
  const origin = config.origin ?? `http://localhost:${port}`;
  const backends = await connect(config, origin, options);
  try {
    return await serve(config, { port, origin, backends }, options);
  } catch (error) {
    await backends.close();
    throw error;
  }
}

async function serve(
  config: Config,
  { port, origin, backends }: { port: number; origin: string; backends: Backends },
  options: StartOptions,
): Promise<RunningServer> {
  const dist = join(options.cwd, 'dist');
  const clock = createSystemClock();
  const { cognito, events, controlUrl } = backends;
  const { endpoints, idleMs, maxMs, trustProxy } = config;
  const local = endpoints.kind === 'local';
  const store = openStore(config.store, clock);
  const app = await createApp(
    {
      ...{ origin, idleMs, maxMs, events, trustProxy },
      secrets: local && config.secrets.length === 0 ? [keptSecret(endpoints.stateDir)] : config.secrets,
      localControl: controlUrl,
      clientFiles: join(dist, 'client'),
      log: options.log ?? { level: local ? 'warn' : 'info' },
    },
    {
      clock,
      random: Math.random,
      store,
      provider: createProvider({ cognito, origin, clock }),
      pages: options.pages ?? createBuiltPages(dist),
      metrics: createMetrics({ process: true }),
      dev: options.dev,
    },
  );
  try {
    await app.listen({ port, host: config.host });
  } catch (error) {
    await app.close();
    throw error;
  }
  for (const line of await warnings(store)) options.say?.(line);
  return {
    origin,
    connectedTo: { kind: endpoints.kind, issuer: cognito.issuer, events: events.endpoint },
    users: backends.users,
    controlUrl,
    apiKey: backends.apiKey,
    async close() {
      await app.close();
      await backends.close();
    },
  };
}

function openStore(store: StoreConfig, clock: Clock): SessionStore {
  return store.kind === 'sqlite'
    ? createSqliteStore(store.file)
    : createRedisStore({ url: store.url, clock, random: Math.random });
}

/** What an operator should know at once. A store that is out is no reason not to start: `/readyz` says so. */
async function warnings(store: SessionStore): Promise<string[]> {
  const lease = leaseWarning();
  const out = await store.ping().then(
    () => null,
    (error: unknown) =>
      `${error instanceof Error ? error.message : error} It is tried again until it is there.`,
  );
  return [lease, out].filter((line) => line !== null);
}

async function connect({ endpoints }: Config, origin: string, options: StartOptions): Promise<Backends> {
  if (endpoints.kind === 'local') return connectLocal(endpoints, origin, options);
  const { cognito, events } = endpoints;
  return { cognito, events, users: [], controlUrl: null, apiKey: null, close: async () => undefined };
}

async function connectLocal(
  { port, tokenSeconds, stateDir }: LocalEndpoints,
  appOrigin: string,
  { say }: StartOptions,
): Promise<Backends> {
  // Loaded only here: a configured server never has the stand-ins in memory.
  const { startLocal } = await import('./local/index.ts');
  const log = (line: string) => say?.(line);
  const local = await startLocal({ port, appOrigin, tokenSeconds, stateDir, log });
  const { cognito, events, users, controlUrl, apiKey } = local;
  return {
    cognito: { ...cognito, scopes: KNOWN_SCOPES },
    events,
    users,
    controlUrl,
    apiKey,
    close: () => local.close(),
  };
}

function readFile(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

/** A port nobody uses now. The origin must be known before we listen: the provider is told the callback's address. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, 'localhost', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

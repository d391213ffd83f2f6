/**
 * The configuration: environment first, else `amplify_outputs.json` in the working directory, else the embedded
 * stand-ins. Everything wrong is collected and said at once, each as a sentence with the variable and an example.
 */
import { join } from 'node:path';
import type { EventsConfig } from '../../src/shared/page-data.ts';
import type { CognitoConfig } from '../auth/provider.ts';
import { isAddressOrNetwork } from '../proxy.ts';
import { readOutputs } from './amplify-outputs.ts';
import { type Endpoints, endpointsOf, KNOWN_SCOPES } from './endpoints.ts';
import { createReader } from './reader.ts';
import { readStore, STATE_DIR, type StoreConfig } from './session-store.ts';

interface RealEndpoints {
  kind: 'real';
  cognito: CognitoConfig;
  events: EventsConfig;
}

export interface LocalEndpoints {
  kind: 'local';
  /** Port of the stand-ins. */
  port: number;
  /** Life of the access tokens they give out, seconds. */
  tokenSeconds: number;
  /** Absolute path of the folder where they and the generated secret keep their state. */
  stateDir: string;
}

export interface Config {
  /** 0: any free port (tests). */
  port: number;
  host: string;
  /** How browsers reach us; null with port 0: `http://localhost:<port>` then. */
  origin: string | null;
  endpoints: RealEndpoints | LocalEndpoints;
  store: StoreConfig;
  /** Newest first. Empty: local, and to be generated once. */
  secrets: readonly string[];
  idleMs: number;
  maxMs: number;
  /** Addresses and networks of the proxies before us; empty: none is believed. */
  trustProxy: readonly string[];
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** All that is wrong with the configuration, a sentence each. */
export class ConfigError extends Error {
  readonly problems: readonly string[];
  constructor(problems: readonly string[]) {
    super(`The configuration cannot be used:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

export interface ConfigSources {
  /** The working directory. */
  cwd: string;
  /** The text of a file, or null when it is not there. */
  readFile(path: string): string | null;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const MIN_SECRET_LENGTH = 32;

/** @throws ConfigError */
export function readConfig(env: Environment, sources: ConfigSources): Config {
  const { cwd } = sources;
  const read = createReader(env);
  const { problems } = read;

  const port = read.integer('PORT', { default: 3000, min: 0, max: 65_535 });
  const origin = read.url('ORIGIN', { example: 'https://switchboard.example.com', bare: true });
  const outputs = hasEndpoints(env) ? null : readOutputs(sources, problems);
  const found = endpointsOf(read, outputs);
  const secrets = readSecrets(read.text('SESSION_SECRET'), found !== null, problems);
  const localPort = read.integer('LOCAL_PORT', { default: 3001, min: 0, max: 65_535 });
  const tokenSeconds = read.integer('LOCAL_TOKEN_SECONDS', { default: 300, min: 5, max: 86_400 });
  if (found === null && localPort === port && port !== 0) {
    problems.push(
      `LOCAL_PORT is ${localPort}, which PORT takes already. Choose another, e.g. LOCAL_PORT=3001.`,
    );
  }
  if (found === null && problems.length === 0 && env.NODE_ENV === 'production') {
    problems.push(
      'NODE_ENV is production, but no user pool and no Event API are configured, and the local stand-ins never run ' +
        'in production. Set COGNITO_ISSUER, COGNITO_CLIENT_ID and EVENTS_ENDPOINT, or put amplify_outputs.json ' +
        'into the working directory.',
    );
  }
  const config: Config = {
    port,
    // Only this machine reaches the stand-ins, so only this machine need reach us.
    host: read.text('HOST') ?? (found === null ? 'localhost' : '0.0.0.0'),
    origin: origin ?? (port === 0 ? null : `http://localhost:${port}`),
    endpoints: real(found) ?? {
      kind: 'local',
      port: localPort,
      tokenSeconds,
      stateDir: join(cwd, STATE_DIR),
    },
    store: readStore(read.text('SESSION_STORE'), cwd, problems),
    secrets,
    idleMs: read.integer('SESSION_IDLE_MINUTES', { default: 10_080, min: 1, max: 525_600 }) * MINUTE_MS,
    maxMs: read.integer('SESSION_MAX_HOURS', { default: 720, min: 1, max: 8_760 }) * HOUR_MS,
    trustProxy: readTrustProxy(read.text('TRUST_PROXY'), problems),
  };
  if (problems.length > 0) throw new ConfigError(problems);
  return config;
}

function hasEndpoints(env: Environment): boolean {
  return [env.COGNITO_ISSUER, env.COGNITO_CLIENT_ID, env.EVENTS_ENDPOINT].some((value) => value?.trim());
}

function real(found: Endpoints | null): RealEndpoints | null {
  if (found === null) return null;
  const { issuer, clientId, clientSecret, scopes, events } = found;
  return {
    kind: 'real',
    cognito: { issuer, clientId, clientSecret, scopes: scopes ?? KNOWN_SCOPES },
    events,
  };
}

function readTrustProxy(value: string | null, problems: string[]): string[] {
  const entries = value === null ? [] : value.split(',').map((entry) => entry.trim());
  for (const entry of entries) {
    if (!isAddressOrNetwork(entry)) {
      problems.push(
        `TRUST_PROXY must list addresses or networks of your proxies, but has “${entry}”. An example: TRUST_PROXY=10.0.0.0/8,192.168.1.7`,
      );
    }
  }
  return entries;
}

function readSecrets(value: string | null, required: boolean, problems: string[]): string[] {
  const example = 'An example: SESSION_SECRET=$(openssl rand -base64 33)';
  if (value === null) {
    if (required) {
      problems.push(
        `SESSION_SECRET is missing: sessions are sealed with it. At least ${MIN_SECRET_LENGTH} characters. ${example}`,
      );
    }
    return [];
  }
  const secrets = value.split(',').map((secret) => secret.trim());
  secrets.forEach((secret, index) => {
    if (secret.length < MIN_SECRET_LENGTH) {
      problems.push(
        `SESSION_SECRET: secret ${index + 1} of ${secrets.length} has ${secret.length} characters, but needs at least ${MIN_SECRET_LENGTH}. ${example}`,
      );
    }
  });
  return secrets;
}

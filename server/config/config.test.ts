import { describe, expect, it } from 'vitest';
import { ConfigError, type Environment, readConfig } from './config.ts';

const REAL = {
  COGNITO_ISSUER: 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEfGhI',
  COGNITO_CLIENT_ID: 'client',
  EVENTS_ENDPOINT: 'https://abc.appsync-api.eu-west-1.amazonaws.com/event',
  SESSION_SECRET: 'a secret of at least thirty-two characters',
};

const OUTPUTS = {
  version: '1.4',
  auth: {
    aws_region: 'eu-central-1',
    user_pool_id: 'eu-central-1_XyZ',
    user_pool_client_id: 'from-file',
    oauth: { scopes: ['email', 'profile'], domain: 'x.auth.eu-central-1.amazoncognito.com' },
  },
  custom: {
    events: {
      url: 'https://def.appsync-api.eu-central-1.amazonaws.com/event',
      aws_region: 'eu-central-1',
      default_authorization_type: 'AMAZON_COGNITO_USER_POOLS',
    },
  },
};

function read(env: Environment, outputs: unknown = null) {
  const text = outputs === null || typeof outputs === 'string' ? outputs : JSON.stringify(outputs);
  return readConfig(env, {
    cwd: '/app',
    readFile: (path) => (path === '/app/amplify_outputs.json' ? text : null),
  });
}

function problems(env: Environment, outputs: unknown = null): readonly string[] {
  try {
    read(env, outputs);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}

describe('with nothing configured', () => {
  it('uses the stand-ins, on this machine only', () => {
    expect(read({})).toEqual({
      port: 3000,
      host: 'localhost',
      origin: 'http://localhost:3000',
      endpoints: { kind: 'local', port: 3001, tokenSeconds: 300, stateDir: '/app/.data' },
      store: { kind: 'sqlite', file: '/app/.data/sessions.db' },
      secrets: [],
      idleMs: 7 * 24 * 3_600_000,
      maxMs: 30 * 24 * 3_600_000,
      trustProxy: [],
    });
  });

  it('takes empty variables for none', () => {
    expect(read({ COGNITO_ISSUER: '', EVENTS_ENDPOINT: ' ', PORT: '' }).endpoints.kind).toBe('local');
  });

  it('refuses in production', () => {
    const [problem] = problems({ NODE_ENV: 'production' });
    expect(problem).toContain('COGNITO_ISSUER');
    expect(problem).toContain('amplify_outputs.json');
    expect(problems({ NODE_ENV: 'production', ...REAL })).toEqual([]);
  });
});

describe('with real endpoints', () => {
  it('takes them from the environment', () => {
    const config = read({
      ...REAL,
      COGNITO_CLIENT_SECRET: 's3cret',
      PORT: '8080',
      ORIGIN: 'https://sw.example/',
    });
    expect(config.host).toBe('0.0.0.0');
    expect(config.origin).toBe('https://sw.example');
    expect(config.endpoints).toEqual({
      kind: 'real',
      cognito: {
        issuer: REAL.COGNITO_ISSUER,
        clientId: 'client',
        clientSecret: 's3cret',
        scopes: 'openid email',
      },
      events: {
        endpoint: REAL.EVENTS_ENDPOINT,
        realtime: 'wss://abc.appsync-realtime-api.eu-west-1.amazonaws.com/event/realtime',
        host: 'abc.appsync-api.eu-west-1.amazonaws.com',
        region: 'eu-west-1',
        history: null,
        lifetimeMs: 86_400_000,
      },
    });
  });

  it('takes the address of a history beside them, whatever they come from', () => {
    const historyOf = (env: Environment, outputs?: unknown) => {
      const { endpoints } = read({ ...env, EVENTS_HISTORY: 'https://h.example/past/' }, outputs);
      return endpoints.kind === 'real' ? endpoints.events.history : undefined;
    };
    expect(historyOf(REAL)).toBe('https://h.example/past');
    expect(historyOf({ SESSION_SECRET: REAL.SESSION_SECRET }, OUTPUTS)).toBe('https://h.example/past');
  });

  it('takes them from amplify_outputs.json, with the secret from the environment', () => {
    const { endpoints } = read(
      { SESSION_SECRET: REAL.SESSION_SECRET, COGNITO_CLIENT_SECRET: 's3cret' },
      OUTPUTS,
    );
    expect(endpoints).toMatchObject({
      kind: 'real',
      cognito: {
        issuer: 'https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_XyZ',
        clientId: 'from-file',
        clientSecret: 's3cret',
        scopes: 'openid email profile',
      },
      events: {
        realtime: 'wss://def.appsync-realtime-api.eu-central-1.amazonaws.com/event/realtime',
        region: 'eu-central-1',
      },
    });
  });

  it.each([
    'redis://localhost',
    'redis://:p%2Fw@10.0.0.7:6380/2',
    'rediss://user:password@cache.example.com:6379',
  ])('keeps sessions in %s', (url) => {
    expect(read({ ...REAL, SESSION_STORE: url }).store).toEqual({ kind: 'redis', url });
  });

  it('believes the proxies that are named', () => {
    const trusted = '10.0.0.0/8, 192.168.1.7,fd00::/8';
    expect(read({ ...REAL, TRUST_PROXY: trusted }).trustProxy).toEqual([
      '10.0.0.0/8',
      '192.168.1.7',
      'fd00::/8',
    ]);
  });

  it('prefers the environment to the file', () => {
    expect(read(REAL, OUTPUTS).endpoints).toMatchObject({ cognito: { clientId: 'client' } });
  });

  it('knows custom domains and loopback servers', () => {
    const realtime = (EVENTS_ENDPOINT: string) => {
      const { endpoints } = read({ ...REAL, EVENTS_ENDPOINT });
      return endpoints.kind === 'real' ? endpoints.events.realtime : null;
    };
    expect(realtime('https://events.example.com/event')).toBe('wss://events.example.com/event/realtime');
    expect(realtime('http://localhost:9000/event')).toBe('ws://localhost:9000/event/realtime');
    expect(realtime('http://127.0.0.1:9000/event/')).toBe('ws://127.0.0.1:9000/event/realtime');
  });

  it('takes several secrets, newest first', () => {
    const SESSION_SECRET = `${'n'.repeat(32)}, ${'o'.repeat(32)}`;
    expect(read({ ...REAL, SESSION_SECRET }).secrets).toEqual(['n'.repeat(32), 'o'.repeat(32)]);
  });
});

describe('what is wrong', () => {
  it.each<[string, Environment, unknown, string]>([
    ['a port that is no number', { PORT: 'http' }, null, 'PORT must be a whole number'],
    ['a port out of range', { PORT: '70000' }, null, 'PORT must be a whole number'],
    ['both ports the same', { PORT: '3001' }, null, 'LOCAL_PORT is 3001'],
    ['a token life of nothing', { LOCAL_TOKEN_SECONDS: '0' }, null, 'LOCAL_TOKEN_SECONDS'],
    ['an idle time of words', { SESSION_IDLE_MINUTES: 'long' }, null, 'SESSION_IDLE_MINUTES'],
    ['a session time below zero', { SESSION_MAX_HOURS: '-1' }, null, 'SESSION_MAX_HOURS'],
    [
      'an origin with a path',
      { ORIGIN: 'https://sw.example/app' },
      null,
      'ORIGIN must be scheme, host and port',
    ],
    ['an origin without https', { ORIGIN: 'http://sw.example' }, null, 'ORIGIN must start with https:'],
    ['an origin that is no address', { ORIGIN: 'sw.example' }, null, 'ORIGIN must be a whole address'],
    [
      'an issuer without https',
      { ...REAL, COGNITO_ISSUER: 'http://idp.example/p' },
      null,
      'COGNITO_ISSUER must start',
    ],
    ['an issuer alone', { COGNITO_ISSUER: REAL.COGNITO_ISSUER }, null, 'EVENTS_ENDPOINT is missing'],
    ['no client id', { ...REAL, COGNITO_CLIENT_ID: undefined }, null, 'COGNITO_CLIENT_ID is missing'],
    ['a client secret alone', { COGNITO_CLIENT_SECRET: 'x' }, null, 'COGNITO_CLIENT_SECRET is set'],
    ['a history alone', { EVENTS_HISTORY: 'https://h.example' }, null, 'EVENTS_HISTORY is set'],
    [
      'a history without https',
      { ...REAL, EVENTS_HISTORY: 'http://h.example' },
      null,
      'EVENTS_HISTORY must start with https:',
    ],
    [
      'a history with a query',
      { ...REAL, EVENTS_HISTORY: 'https://h.example?key=1' },
      null,
      'EVENTS_HISTORY must not carry a query',
    ],
    [
      'no path',
      { ...REAL, EVENTS_ENDPOINT: 'https://e.example' },
      null,
      'EVENTS_ENDPOINT must include the path',
    ],
    [
      'the realtime address',
      { ...REAL, EVENTS_ENDPOINT: 'https://a.appsync-realtime-api.eu-west-1.amazonaws.com/event' },
      null,
      'EVENTS_ENDPOINT must be the HTTP endpoint',
    ],
    [
      'a password in an address',
      { ...REAL, EVENTS_ENDPOINT: 'https://a:b@e.example/event' },
      null,
      'user name',
    ],
    ['no secret', { ...REAL, SESSION_SECRET: undefined }, null, 'SESSION_SECRET is missing'],
    [
      'a short secret',
      { ...REAL, SESSION_SECRET: 'short' },
      null,
      'SESSION_SECRET: secret 1 of 1 has 5 characters',
    ],
    [
      'a short second secret',
      { SESSION_SECRET: `${'n'.repeat(32)},old` },
      null,
      'secret 2 of 2 has 3 characters',
    ],
    [
      'a Redis address that names no server',
      { SESSION_STORE: 'redis://' },
      null,
      'SESSION_STORE names no Redis server',
    ],
    [
      'a Redis database without a number',
      { SESSION_STORE: 'redis://localhost/sessions' },
      null,
      'SESSION_STORE must name the database by its number',
    ],
    [
      'a Redis address with a query',
      { SESSION_STORE: 'redis://localhost?ssl=true' },
      null,
      'SESSION_STORE must not carry a query',
    ],
    [
      'a Redis address that is none',
      { SESSION_STORE: 'redis://user:pa/ss@localhost:x' },
      null,
      'SESSION_STORE is not a whole address',
    ],
    ['port 0', { SESSION_STORE: 'redis://localhost:0' }, null, 'SESSION_STORE names port 0'],
    [
      'Valkey by its own name',
      { SESSION_STORE: 'valkey://localhost' },
      null,
      'SESSION_STORE must start with redis:// or rediss://',
    ],
    [
      'a store of another kind',
      { SESSION_STORE: 'postgres://x' },
      null,
      'SESSION_STORE must be sqlite:<file>',
    ],
    [
      'a file that is no JSON',
      { SESSION_SECRET: REAL.SESSION_SECRET },
      '{',
      'amplify_outputs.json is there but',
    ],
    [
      'a file without an Event API',
      { SESSION_SECRET: REAL.SESSION_SECRET },
      { auth: OUTPUTS.auth },
      'custom',
    ],
  ])('%s', (_name, env, outputs, expected) => {
    expect(problems(env, outputs).join('\n')).toContain(expected);
  });

  it.each(['true', '1', 'proxy.internal', '0.0.0.0/0', '10.0.0.0/33', '::/0', '10.0.0.0/8,'])(
    'a proxy named “%s”',
    (value) => {
      expect(problems({ TRUST_PROXY: value }).join('\n')).toContain('TRUST_PROXY must list addresses');
    },
  );

  it('is said all at once, each with an example', () => {
    const found = problems({ PORT: 'x', SESSION_STORE: 'y', COGNITO_ISSUER: 'z' });
    expect(found.length).toBeGreaterThanOrEqual(5);
    for (const name of ['PORT', 'SESSION_STORE', 'COGNITO_ISSUER']) {
      expect(found.find((problem) => problem.startsWith(name))).toMatch(/example/i);
    }
  });

  it('never repeats a secret', () => {
    const env = { ...REAL, SESSION_SECRET: 'hunter2', COGNITO_CLIENT_SECRET: 'also secret', PORT: 'x' };
    expect(problems(env).join('\n')).not.toMatch(/hunter2|also secret/);
    for (const address of ['redis://:hunter2@host/x', 'redis://:hunter2@host:x', 'redi://:hunter2@host']) {
      const found = problems({ SESSION_STORE: address }).join('\n');
      expect(found).toContain('SESSION_STORE');
      expect(found).not.toContain('hunter2');
    }
  });
});

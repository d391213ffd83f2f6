/** A clock that tests drive, and an OpenID provider on loopback that misbehaves on demand. */
import { createHash, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Clock } from '../../src/shared/clock.ts';

export interface ManualClock extends Clock {
  /** Moves both clocks on and runs the timers that come due, in order. */
  advance(ms: number): void;
}

export function createManualClock(start = Date.now()): ManualClock {
  let now = 0;
  const timers = new Set<{ at: number; fn: () => void }>();
  return {
    monotonic: () => now,
    wall: () => Math.floor(start + now),
    after(ms, fn) {
      const timer = { at: now + ms, fn };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    advance(ms) {
      const end = now + ms;
      for (;;) {
        const due = [...timers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
        if (due === undefined) break;
        timers.delete(due);
        now = Math.max(now, due.at);
        due.fn();
      }
      now = end;
    },
  };
}

/**
 * How the provider's token endpoint behaves. `hold`: it does its work, but answers only when let go. `hang`: it does
 * nothing and never answers.
 */
export type ProviderMode = 'ok' | 'unavailable' | 'refuse' | 'hold' | 'hang' | 'nonsense' | 'invalid_grant';

export interface FakeProvider {
  issuer: string;
  clientId: string;
  clientSecret: string;
  mode: ProviderMode;
  /** Whether the discovery document is served. */
  discoverable: boolean;
  /** Whether revocations are taken; else 503. */
  revocable: boolean;
  /** Seconds for `Retry-After` of `unavailable`; null: none. */
  retryAfter: number | null;
  tokenSeconds: number;
  /** With rotation an old refresh token is worth nothing after {@link FakeProvider.graceMs}. */
  rotation: boolean;
  /** How long a rotated refresh token is still taken, milliseconds of the clock; 0: not at all. */
  graceMs: number;
  /** Who signs in next. */
  sub: string;
  /** The name of whoever gets tokens next. */
  username: string;
  /** How long the answer to a user's refresh takes, milliseconds of the machine; 0 for users not in it. */
  delays: Map<string, number>;
  /** Every request to the token endpoint, by grant. */
  grants: string[];
  /** @param sub of this user only. */
  refreshes(sub?: string): number;
  /** Refresh tokens that were revoked. */
  revoked: string[];
  /** Every token ever given out. */
  issued: string[];
  /** Resolves when the next request of this kind has arrived (a grant, or `revoke`). */
  arrival(kind: string): Promise<void>;
  /** Answers what was held, and is `ok` again. */
  letGo(): void;
  close(): Promise<void>;
}

interface PendingCode {
  sub: string;
  nonce: string | null;
  challenge: string | null;
}

const SUB = '3c5f1d1e-7a55-4b1e-9d0e-0a8f4f5f2b11';

export async function startFakeProvider(clock: Clock): Promise<FakeProvider> {
  const codes = new Map<string, PendingCode>();
  const live = new Set<string>();
  /** Rotated refresh tokens, and until when they are still taken. */
  const graced = new Map<string, number>();
  const subs = new Map<string, string>();
  const refreshed: string[] = [];
  const arrivals = new Map<string, (() => void)[]>();
  let held: (() => void)[] = [];
  const server = createServer((request, response) => void handle(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const fake: FakeProvider = {
    issuer,
    clientId: 'client',
    clientSecret: 'a secret of the client',
    mode: 'ok',
    discoverable: true,
    revocable: true,
    retryAfter: null,
    tokenSeconds: 300,
    rotation: true,
    graceMs: 0,
    sub: SUB,
    username: 'ada',
    delays: new Map(),
    grants: [],
    revoked: [],
    issued: [],
    refreshes: (sub) => refreshed.filter((one) => sub === undefined || one === sub).length,
    arrival: (kind) => new Promise((resolve) => arrivals.set(kind, [...(arrivals.get(kind) ?? []), resolve])),
    letGo() {
      fake.mode = 'ok';
      for (const answer of held) answer();
      held = [];
    },
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
  return fake;

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', issuer);
    const body = new URLSearchParams(await text(request));
    switch (url.pathname) {
      case '/.well-known/openid-configuration':
        return fake.discoverable ? json(response, 200, metadata()) : json(response, 503, {});
      case '/oauth2/authorize':
        return authorize(url.searchParams, response);
      case '/oauth2/token':
        return token(body, response);
      case '/oauth2/revoke':
        arrived('revoke');
        if (!fake.revocable) return json(response, 503, {});
        fake.revoked.push(body.get('token') ?? '');
        live.delete(body.get('token') ?? '');
        return json(response, 200, {});
      default:
        return json(response, 404, {});
    }
  }

  function metadata(): Record<string, unknown> {
    return {
      issuer,
      authorization_endpoint: `${issuer}/oauth2/authorize`,
      token_endpoint: `${issuer}/oauth2/token`,
      revocation_endpoint: `${issuer}/oauth2/revoke`,
      end_session_endpoint: `${issuer}/logout`,
      jwks_uri: `${issuer}/jwks`,
      response_types_supported: ['code'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256'],
    };
  }

  function authorize(query: URLSearchParams, response: ServerResponse): void {
    const code = randomUUID();
    codes.set(code, {
      ...{ sub: fake.sub, nonce: query.get('nonce'), challenge: query.get('code_challenge') },
    });
    const back = new URL(query.get('redirect_uri') ?? '');
    back.searchParams.set('code', code);
    back.searchParams.set('state', query.get('state') ?? '');
    response.writeHead(302, { location: back.href }).end();
  }

  function token(body: URLSearchParams, response: ServerResponse): void {
    const grant = body.get('grant_type') ?? '';
    const sub = subs.get(body.get('refresh_token') ?? '') ?? '';
    fake.grants.push(grant);
    if (grant === 'refresh_token') refreshed.push(sub);
    switch (fake.mode) {
      case 'unavailable':
        if (fake.retryAfter !== null) response.setHeader('retry-after', String(fake.retryAfter));
        json(response, 503, { message: 'out' });
        break;
      case 'refuse':
        response.destroy();
        break;
      case 'nonsense':
        response
          .writeHead(200, { 'content-type': 'text/html' })
          .end('<h1>Welcome to the captive portal</h1>');
        break;
      case 'invalid_grant':
        json(response, 400, { error: 'invalid_grant' });
        break;
      case 'hang':
        break;
      case 'hold': {
        const [status, answer] = grantTokens(grant, body);
        held.push(() => json(response, status, answer));
        break;
      }
      case 'ok': {
        const [status, answer] = grantTokens(grant, body);
        const delay = grant === 'refresh_token' ? (fake.delays.get(sub) ?? 0) : 0;
        if (delay === 0) json(response, status, answer);
        else setTimeout(() => json(response, status, answer), delay);
      }
    }
    arrived(grant);
  }

  function grantTokens(grant: string, body: URLSearchParams): [status: number, body: unknown] {
    const refused: [number, unknown] = [400, { error: 'invalid_grant' }];
    if (grant === 'authorization_code') {
      const code = body.get('code') ?? '';
      const pending = codes.get(code);
      codes.delete(code);
      const challenge = createHash('sha256')
        .update(body.get('code_verifier') ?? '')
        .digest('base64url');
      if (pending === undefined || pending.challenge !== challenge) return refused;
      return [200, tokens(pending.sub, pending.nonce, newRefreshToken(pending.sub))];
    }
    const old = body.get('refresh_token') ?? '';
    const sub = subs.get(old);
    const taken = live.has(old) || (graced.get(old) ?? 0) > clock.wall();
    if (sub === undefined || !taken) return refused;
    if (!fake.rotation) return [200, tokens(sub, null, null)];
    if (live.delete(old) && fake.graceMs > 0) graced.set(old, clock.wall() + fake.graceMs);
    return [200, tokens(sub, null, newRefreshToken(sub))];
  }

  function newRefreshToken(sub: string): string {
    const made = `refresh-${randomUUID()}`;
    live.add(made);
    subs.set(made, sub);
    return made;
  }

  function tokens(sub: string, nonce: string | null, refreshToken: string | null): Record<string, unknown> {
    const iat = Math.floor(clock.wall() / 1_000);
    // The library checks the ID token against the real clock.
    const realIat = Math.floor(Date.now() / 1_000);
    const access = jwt({
      ...{ sub, iss: issuer, client_id: 'client', username: fake.username, token_use: 'access' },
      ...{ iat, exp: iat + fake.tokenSeconds, jti: randomUUID() },
    });
    const id = jwt({
      ...{ sub, iss: issuer, aud: 'client', email: 'ada@example.com', 'cognito:username': fake.username },
      ...{ iat: realIat, exp: realIat + 3_600 },
      ...(nonce === null ? {} : { nonce }),
    });
    fake.issued.push(access, id, ...(refreshToken === null ? [] : [refreshToken]));
    return {
      ...{ access_token: access, id_token: id, token_type: 'Bearer', expires_in: fake.tokenSeconds },
      ...(refreshToken === null ? {} : { refresh_token: refreshToken }),
    };
  }

  function arrived(kind: string): void {
    for (const resolve of arrivals.get(kind) ?? []) resolve();
    arrivals.delete(kind);
  }
}

/** Signed by nobody: on the way from the token endpoint the connection vouches for it, not the signature. */
function jwt(claims: Record<string, unknown>): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'RS256', kid: 'fake' })}.${part(claims)}.${Buffer.from('signature').toString('base64url')}`;
}

async function text(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of request) body += String(chunk);
  return body;
}

function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

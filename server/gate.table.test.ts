/**
 * The gate, shape by shape: one row is one request to the whole app, with its verdict. The browser that sends it is
 * signed in unless its cookie column says otherwise.
 *
 * `fetch` is Sec-Fetch-Site/Mode/Dest, `-` is a header that does not come, `own` is the right value of this server.
 * Every answer must also be uncacheable, unreadable for other origins, and a refused one must have done nothing.
 */
import type { InjectOptions, LightMyRequestResponse } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { REQUEST_HEADER } from '../src/shared/token.ts';
import { type Browser, startTestServer, type TestServer } from './test-doubles.ts';

const ORIGIN = 'https://sw.example';

const TABLE = `
# request              | fetch                          | origin               | mark | cookie    | type | host          | verdict
# The token route: our own script, and nobody else.
GET  /api/cognito-token | same-origin/cors/empty         | -                    | -    | own       | -    | own           | 200
GET  /api/cognito-token | same-origin/same-origin/empty  | -                    | -    | own       | -    | own           | 200
GET  /api/cognito-token | same-origin/cors/empty         | own                  | -    | own       | -    | own           | 200
GET  /api/cognito-token | same-origin/cors/empty         | -                    | 1    | own       | -    | own           | 200
GET  /api/cognito-token | same-origin/cors/-             | -                    | -    | own       | -    | own           | 200
GET  /api/cognito-token | same-origin/-/-                | -                    | -    | own       | -    | own           | 200
GET  /api/cognito-token | -/-/-                          | -                    | 1    | own       | -    | own           | 200
GET  /api/cognito-token | -/-/-                          | own                  | 1    | own       | -    | own           | 200
GET  /api/cognito-token | -/-/-                          | -                    | -    | own       | -    | own           | 403
GET  /api/cognito-token | -/-/-                          | own                  | -    | own       | -    | own           | 403
GET  /api/cognito-token | -/-/-                          | https://evil.example | 1    | own       | -    | own           | 403
GET  /api/cognito-token | -/-/-                          | null                 | 1    | own       | -    | own           | 403
GET  /api/cognito-token | -/cors/empty                   | -                    | 1    | own       | -    | own           | 403
GET  /api/cognito-token | -/cors/-                       | -                    | 1    | own       | -    | own           | 403
GET  /api/cognito-token | -/-/empty                      | -                    | 1    | own       | -    | own           | 403
GET  /api/cognito-token | same-site/cors/empty           | -                    | 1    | own       | -    | own           | 403
GET  /api/cognito-token | same-site/cors/empty           | https://a.sw.example | 1    | own       | -    | own           | 403
GET  /api/cognito-token | same-site/no-cors/image        | -                    | -    | own       | -    | own           | 403
GET  /api/cognito-token | cross-site/cors/empty          | https://evil.example | 1    | own       | -    | own           | 403
GET  /api/cognito-token | cross-site/cors/empty          | -                    | 1    | own       | -    | own           | 403
GET  /api/cognito-token | cross-site/no-cors/empty       | -                    | -    | own       | -    | own           | 403
GET  /api/cognito-token | cross-site/no-cors/image       | -                    | -    | own       | -    | own           | 403
GET  /api/cognito-token | cross-site/no-cors/script      | -                    | -    | own       | -    | own           | 403
GET  /api/cognito-token | cross-site/no-cors/style       | -                    | -    | own       | -    | own           | 403
GET  /api/cognito-token | cross-site/no-cors/object      | -                    | -    | own       | -    | own           | 403
GET  /api/cognito-token | cross-site/no-cors/video       | -                    | -    | own       | -    | own           | 403
GET  /api/cognito-token | cross-site/navigate/document   | -                    | -    | own       | -    | own           | 403
GET  /api/cognito-token | cross-site/navigate/iframe     | -                    | -    | own       | -    | own           | 403
GET  /api/cognito-token | cross-site/websocket/empty     | https://evil.example | -    | own       | -    | own           | 403
GET  /api/cognito-token | none/navigate/document         | -                    | -    | own       | -    | own           | 403
GET  /api/cognito-token | none/cors/empty                | -                    | 1    | own       | -    | own           | 403
GET  /api/cognito-token | none/-/-                       | -                    | 1    | own       | -    | own           | 403
GET  /api/cognito-token | same-origin/navigate/document  | -                    | -    | own       | -    | own           | 403
GET  /api/cognito-token | same-origin/navigate/iframe    | -                    | -    | own       | -    | own           | 403
GET  /api/cognito-token | same-origin/no-cors/script     | -                    | -    | own       | -    | own           | 403
GET  /api/cognito-token | same-origin/no-cors/image      | -                    | -    | own       | -    | own           | 403
GET  /api/cognito-token | same-origin/no-cors/empty      | -                    | 1    | own       | -    | own           | 403
GET  /api/cognito-token | same-origin/cors/script        | -                    | -    | own       | -    | own           | 403
GET  /api/cognito-token | same-origin/cors/worker        | -                    | -    | own       | -    | own           | 403
GET  /api/cognito-token | same-origin/cors/serviceworker | -                    | -    | own       | -    | own           | 403
GET  /api/cognito-token | same-origin/same-origin/worker | -                    | -    | own       | -    | own           | 403
GET  /api/cognito-token | same-origin/websocket/empty    | -                    | -    | own       | -    | own           | 403
GET  /api/cognito-token | Same-Origin/cors/empty         | -                    | -    | own       | -    | own           | 403
GET  /api/cognito-token | same-origin, none/cors/empty   | -                    | -    | own       | -    | own           | 403
GET  /api/cognito-token | nonsense/cors/empty            | -                    | -    | own       | -    | own           | 403
GET  /api/cognito-token | same-origin/cors/empty         | null                 | -    | own       | -    | own           | 403
GET  /api/cognito-token | same-origin/cors/empty         | http://sw.example    | -    | own       | -    | own           | 403
GET  /api/cognito-token | same-origin/cors/empty         | https://sw.example:8 | -    | own       | -    | own           | 403
GET  /api/cognito-token | same-origin/cors/empty         | https://sw.example/  | -    | own       | -    | own           | 403
GET  /api/cognito-token | same-origin/cors/empty         | https://SW.example   | -    | own       | -    | own           | 403
GET  /api/cognito-token | same-origin/cors/empty         | https://sw.example.evil.example | - | own  | -    | own           | 403
GET  /api/cognito-token | same-origin/cors/empty         | https://xsw.example  | -    | own       | -    | own           | 403
# … with other cookies: the gate opens, the session decides.
GET  /api/cognito-token | same-origin/cors/empty         | -                    | -    | -         | -    | own           | 401
GET  /api/cognito-token | same-origin/cors/empty         | -                    | -    | malformed | -    | own           | 401
GET  /api/cognito-token | same-origin/cors/empty         | -                    | -    | unknown   | -    | own           | 401
GET  /api/cognito-token | same-origin/cors/empty         | -                    | -    | wrong-key | -    | own           | 401
GET  /api/cognito-token | same-origin/cors/empty         | -                    | -    | unprefixed| -    | own           | 401
GET  /api/cognito-token | -/-/-                          | -                    | 1    | -         | -    | own           | 401
GET  /api/cognito-token | cross-site/no-cors/image       | -                    | -    | -         | -    | own           | 403
# … with other hosts: ORIGIN decides, so the Host header changes nothing.
GET  /api/cognito-token | same-origin/cors/empty         | -                    | -    | own       | -    | evil.example  | 200
GET  /api/cognito-token | same-origin/cors/empty         | https://evil.example | -    | own       | -    | evil.example  | 403
GET  /api/cognito-token | cross-site/cors/empty          | https://evil.example | 1    | own       | -    | evil.example  | 403
GET  /api/cognito-token | -/-/-                          | https://evil.example | 1    | own       | -    | evil.example  | 403
GET  /api/cognito-token | same-origin/cors/empty         | -                    | -    | own       | -    | localhost     | 200
# … with other methods: only GET, and no preflight is ever granted.
HEAD /api/cognito-token | same-origin/cors/empty         | -                    | -    | own       | -    | own           | 405
POST /api/cognito-token | same-origin/cors/empty         | own                  | 1    | own       | -    | own           | 405
POST /api/cognito-token | cross-site/no-cors/empty       | https://evil.example | -    | own       | text | own           | 405
PUT  /api/cognito-token | same-origin/cors/empty         | own                  | 1    | own       | -    | own           | 405
PATCH /api/cognito-token | same-origin/cors/empty        | own                  | 1    | own       | -    | own           | 405
DELETE /api/cognito-token | same-origin/cors/empty       | own                  | 1    | own       | -    | own           | 405
OPTIONS /api/cognito-token | cross-site/cors/empty       | https://evil.example | -    | -         | -    | own           | 405
OPTIONS /api/cognito-token | same-site/cors/empty        | https://a.sw.example | -    | -         | -    | own           | 405
OPTIONS /api/cognito-token | same-origin/cors/empty      | own                  | -    | own       | -    | own           | 405
OPTIONS /auth/sign-out  | cross-site/cors/empty          | https://evil.example | -    | -         | -    | own           | 405
OPTIONS /auth/sessions  | cross-site/cors/empty          | https://evil.example | -    | -         | -    | own           | 405
OPTIONS /api/nowhere    | cross-site/cors/empty          | https://evil.example | -    | -         | -    | own           | 404
# Sign-out: our script or our form, with the exact Origin.
POST /auth/sign-out     | same-origin/cors/empty         | own                  | -    | own       | -    | own           | 303
POST /auth/sign-out     | same-origin/same-origin/empty  | own                  | -    | own       | -    | own           | 303
POST /auth/sign-out     | same-origin/cors/empty         | own                  | -    | own       | json | own           | 303
POST /auth/sign-out     | same-origin/navigate/document  | own                  | -    | own       | form | own           | 303
POST /auth/sign-out     | same-origin/navigate/document  | own                  | -    | -         | form | own           | 303
POST /auth/sign-out     | -/-/-                          | own                  | 1    | own       | -    | own           | 303
POST /auth/sign-out     | same-origin/cors/empty         | own                  | -    | own       | -    | evil.example  | 303
POST /auth/sign-out     | -/-/-                          | own                  | -    | own       | form | own           | 403
POST /auth/sign-out     | -/-/-                          | -                    | 1    | own       | -    | own           | 403
POST /auth/sign-out     | -/-/-                          | https://evil.example | 1    | own       | -    | own           | 403
POST /auth/sign-out     | same-origin/cors/empty         | -                    | -    | own       | -    | own           | 403
POST /auth/sign-out     | same-origin/cors/empty         | null                 | -    | own       | -    | own           | 403
POST /auth/sign-out     | same-origin/navigate/document  | null                 | -    | own       | form | own           | 403
POST /auth/sign-out     | same-origin/cors/empty         | http://sw.example    | -    | own       | -    | own           | 403
POST /auth/sign-out     | same-origin/cors/empty         | https://evil.example | -    | own       | -    | evil.example  | 403
POST /auth/sign-out     | same-site/navigate/document    | https://a.sw.example | -    | own       | form | own           | 403
POST /auth/sign-out     | same-site/cors/empty           | https://a.sw.example | 1    | own       | -    | own           | 403
POST /auth/sign-out     | cross-site/navigate/document   | https://evil.example | -    | own       | form | own           | 403
POST /auth/sign-out     | cross-site/navigate/document   | own                  | -    | own       | form | own           | 403
POST /auth/sign-out     | cross-site/navigate/iframe     | https://evil.example | -    | own       | form | own           | 403
POST /auth/sign-out     | cross-site/no-cors/empty       | https://evil.example | -    | own       | text | own           | 403
POST /auth/sign-out     | cross-site/cors/empty          | https://evil.example | 1    | own       | json | own           | 403
POST /auth/sign-out     | none/navigate/document         | own                  | -    | own       | form | own           | 403
POST /auth/sign-out     | none/navigate/document         | -                    | -    | own       | form | own           | 403
POST /auth/sign-out     | same-origin/navigate/iframe    | own                  | -    | own       | form | own           | 403
POST /auth/sign-out     | same-origin/no-cors/empty      | own                  | -    | own       | -    | own           | 403
POST /auth/sign-out     | same-origin/cors/empty         | own                  | -    | own       | xml  | own           | 415
POST /auth/sign-out     | same-origin/cors/empty         | own                  | -    | own       | multi | own          | 415
GET  /auth/sign-out     | same-origin/navigate/document  | -                    | -    | own       | -    | own           | 405
GET  /auth/sign-out     | cross-site/no-cors/image       | -                    | -    | own       | -    | own           | 405
# Ending sessions: as sign-out.
POST /auth/sessions     | same-origin/navigate/document  | own                  | -    | own       | form | own           | 303
POST /auth/sessions     | same-origin/cors/empty         | own                  | -    | own       | form | own           | 303
POST /auth/sessions     | same-origin/cors/empty         | own                  | -    | own       | json | own           | 400
POST /auth/sessions     | same-origin/cors/empty         | own                  | -    | own       | -    | own           | 400
POST /auth/sessions     | same-origin/navigate/document  | null                 | -    | own       | form | own           | 403
POST /auth/sessions     | same-origin/navigate/document  | -                    | -    | own       | form | own           | 403
POST /auth/sessions     | same-site/navigate/document    | https://a.sw.example | -    | own       | form | own           | 403
POST /auth/sessions     | cross-site/navigate/document   | https://evil.example | -    | own       | form | own           | 403
POST /auth/sessions     | cross-site/no-cors/empty       | https://evil.example | -    | own       | form | own           | 403
POST /auth/sessions     | -/-/-                          | own                  | -    | own       | form | own           | 403
POST /auth/sessions     | -/-/-                          | own                  | 1    | own       | form | own           | 303
DELETE /auth/sessions   | same-origin/cors/empty         | own                  | -    | own       | -    | own           | 405
GET  /auth/sessions     | cross-site/navigate/document   | -                    | -    | own       | -    | own           | 200
GET  /api/sessions      | same-origin/cors/empty         | -                    | -    | own       | -    | own           | 200
GET  /api/sessions      | cross-site/no-cors/script      | -                    | -    | own       | -    | own           | 403
GET  /api/sessions      | none/navigate/document         | -                    | -    | own       | -    | own           | 403
# The start of a sign-in: a link may stand anywhere, but nobody starts one behind the person's back.
GET  /auth/sign-in      | none/navigate/document         | -                    | -    | -         | -    | own           | 302
GET  /auth/sign-in      | same-origin/navigate/document  | -                    | -    | -         | -    | own           | 302
GET  /auth/sign-in      | cross-site/navigate/document   | -                    | -    | -         | -    | evil.example  | 302
GET  /auth/sign-in      | -/-/-                          | -                    | -    | -         | -    | own           | 302
GET  /auth/sign-in      | cross-site/navigate/iframe     | -                    | -    | -         | -    | own           | 403
GET  /auth/sign-in      | cross-site/no-cors/image       | -                    | -    | -         | -    | own           | 403
GET  /auth/sign-in      | same-site/cors/empty           | https://a.sw.example | -    | -         | -    | own           | 403
POST /auth/sign-in      | cross-site/navigate/document   | https://evil.example | -    | -         | form | own           | 405
# Metrics: for machines, and a person who opens the address.
GET  /metrics           | -/-/-                          | -                    | -    | -         | -    | own           | 200
GET  /metrics           | none/navigate/document         | -                    | -    | -         | -    | own           | 200
GET  /metrics           | cross-site/cors/empty          | https://evil.example | -    | -         | -    | own           | 403
GET  /metrics           | cross-site/no-cors/script      | -                    | -    | -         | -    | own           | 403
GET  /metrics           | same-site/no-cors/image        | -                    | -    | -         | -    | own           | 403
`;

interface Row {
  name: string;
  method: NonNullable<InjectOptions['method']>;
  url: string;
  fetch: string[];
  origin: string;
  mark: string;
  cookie: string;
  type: string;
  host: string;
  verdict: number;
}

const ROWS: Row[] = TABLE.split('\n')
  .filter((line) => line.trim() !== '' && !line.startsWith('#'))
  .map((line) => {
    const [
      request = '',
      fetch = '',
      origin = '',
      mark = '',
      cookie = '',
      type = '',
      host = '',
      verdict = '',
    ] = line.split('|').map((cell) => cell.trim());
    const [method = '', url = ''] = request.split(/\s+/);
    return {
      ...{ name: line.replace(/\s+/g, ' '), method: method as Row['method'], url },
      ...{ fetch: fetch.split('/'), origin, mark, cookie, type, host, verdict: Number(verdict) },
    };
  });

const BODIES: Record<string, [type: string, body: string]> = {
  form: ['application/x-www-form-urlencoded', 'end=others'],
  json: ['application/json', '{"end":"others"}'],
  text: ['text/plain', 'end=others'],
  xml: ['application/xml', '<end/>'],
  multi: ['multipart/form-data; boundary=x', '--x--'],
};

let server: TestServer;
beforeAll(async () => {
  const unlimited = 1_000_000;
  server = await startTestServer({
    origin: ORIGIN,
    rates: { signIn: unlimited, tokensOfSession: unlimited, tokensOfAddress: unlimited },
  });
});
afterAll(() => server.close());

const SESSION = '__Host-switchboard';

function cookieHeader(kind: string, browser: Browser): string | null {
  const ticket = browser.cookies.get(SESSION) ?? '';
  switch (kind) {
    case 'own':
      return `${SESSION}=${ticket}`;
    case 'malformed':
      return `${SESSION}=x.y`;
    case 'unknown':
      return `${SESSION}=${'A'.repeat(22)}.${'B'.repeat(43)}`;
    case 'wrong-key':
      return `${SESSION}=${ticket.split('.')[0]}.${'B'.repeat(43)}`;
    case 'unprefixed':
      return `switchboard=${ticket}`;
    default:
      return null;
  }
}

function send(row: Row, browser: Browser): Promise<LightMyRequestResponse> {
  const [site = '-', mode = '-', dest = '-'] = row.fetch;
  const [type, payload] = BODIES[row.type] ?? [null, null];
  const all = {
    host: row.host === 'own' ? new URL(ORIGIN).host : row.host,
    'sec-fetch-site': site,
    'sec-fetch-mode': mode,
    'sec-fetch-dest': dest,
    origin: row.origin === 'own' ? ORIGIN : row.origin,
    [REQUEST_HEADER]: row.mark,
    cookie: cookieHeader(row.cookie, browser),
    'content-type': type,
  };
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(all)) if (value !== null && value !== '-') headers[name] = value;
  return server.app.inject({
    method: row.method,
    url: row.url,
    headers,
    ...(payload === null ? {} : { payload }),
  });
}

it('has at least a hundred shapes, all different', () => {
  expect(ROWS.length).toBeGreaterThanOrEqual(100);
  expect(new Set(ROWS.map(({ name }) => name)).size).toBe(ROWS.length);
  for (const { name, verdict, fetch } of ROWS)
    expect([name, verdict > 0, fetch.length]).toEqual([name, true, 3]);
});

describe('the gate', () => {
  it.each(ROWS)('$name', async (row) => {
    const browser = server.browser();
    await browser.signIn();
    const answer = await send(row, browser);
    expect(answer.statusCode).toBe(row.verdict);

    const { headers } = answer;
    expect(headers['cache-control']).toBe('no-store');
    expect(headers.vary).toContain('Cookie');
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(headers['cross-origin-resource-policy']).toBe('same-origin');
    expect(Object.keys(headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
    // Redirects lead to ourselves or to the provider, whatever the request called us.
    expect(String(headers.location ?? '')).not.toContain('evil');
    for (const { domain } of answer.cookies) expect(domain).toBeUndefined();

    if (answer.statusCode >= 400) {
      if (row.method !== 'HEAD') expect(answer.headers['content-type']).toContain('application/problem+json');
      expect(answer.cookies).toEqual([]);
      expect(answer.body).not.toMatch(/accessToken|eyJ/);
      expect((await browser.token()).statusCode).toBe(200);
    }
  });
});

/**
 * `GET /api/cognito-token` for a Next.js app whose sign-in is Amplify's own (`@aws-amplify/adapter-nextjs`, tokens in
 * HTTP-only cookies): the same answers as this repository's server gives, so the broker and the connection take them.
 * docs/use-in-your-app.md says how it is mounted, and what it cannot do that a session server can.
 */
import { refusal, SCRIPT_READ } from '../../server/gate.ts';
import type { Problem, TokenAnswer } from '../../src/shared/token.ts';

/** The part of Amplify's session that is used. */
interface AmplifySession {
  tokens?: { accessToken: { payload: Record<string, unknown>; toString(): string } } | undefined;
}

export interface TokenRouteDeps {
  /** How browsers reach the app: scheme, host and port. */
  origin: string;
  /** `fetchAuthSession` in the context of the request. */
  session(options: { forceRefresh: boolean }): Promise<AmplifySession>;
  /** Wall-clock milliseconds. */
  now(): number;
}

/** What a page waits after a failure that passes, seconds. */
const RETRY_AFTER_S = 5;

/** The route handler. Never rejects: what Amplify throws is a failure that passes. */
export function createTokenRoute({ origin, session, now }: TokenRouteDeps) {
  return async (request: Request): Promise<Response> => {
    const refused = refusal(Object.fromEntries(request.headers), SCRIPT_READ, origin);
    if (refused !== null) return problem(403, 'request-refused', 'Request refused', refused);
    const forceRefresh = request.headers.get('cache-control')?.includes('no-cache') ?? false;
    const tokens = await session({ forceRefresh }).then(
      (found) => found.tokens ?? null,
      () => 'out' as const,
    );
    if (tokens === 'out') {
      return problem(
        503,
        'token-unavailable',
        'No usable token now',
        'The provider gave no token. Try again later.',
      );
    }
    if (tokens === null) {
      return problem(401, 'signed-out', 'Signed out', 'There is no session any more. Sign in to go on.');
    }
    const { exp, sub, auth_time: signedInAt } = tokens.accessToken.payload;
    const answer: TokenAnswer = {
      accessToken: tokens.accessToken.toString(),
      expiresIn: Math.floor(Number(exp) - now() / 1_000),
      sub: String(sub),
      // Grows with every sign-in of the browser, and stays through every refresh: what the epoch has to do.
      epoch: Number(signedInAt) * 1_000,
    };
    return Response.json(answer, { headers: PRIVATE });
  };
}

const PRIVATE = { 'cache-control': 'no-store', vary: 'Cookie' };

function problem(status: number, code: string, title: string, detail: string): Response {
  const body: Problem = { type: 'about:blank', title, status, detail, code };
  const headers = new Headers({ ...PRIVATE, 'content-type': 'application/problem+json' });
  if (status === 503) headers.set('retry-after', String(RETRY_AFTER_S));
  return new Response(JSON.stringify(body), { status, headers });
}

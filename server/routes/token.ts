/**
 * `GET /api/cognito-token`: the access token for this app's own pages and workers. It goes through Amplify's
 * `fetchAuthSession` with a context of this request, as any other Amplify call on the server would.
 */
import { createAmplifyContext } from 'aws-amplify';
import { fetchAuthSession } from 'aws-amplify/auth/server';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { isAppError } from '../../src/shared/errors.ts';
import type { EventsConfig } from '../../src/shared/page-data.ts';
import { EPOCH_HEADER, TOKEN_PATH, type TokenAnswer } from '../../src/shared/token.ts';
import { refusal, SCRIPT_READ } from '../gate.ts';
import type { Limits } from '../limits.ts';
import type { Metrics } from '../metrics.ts';
import { sendProblem } from '../problem.ts';
import type { AccessTokens } from '../session/access-tokens.ts';
import { createClaimsReader, createSessionTokenProvider } from '../session/amplify-token-provider.ts';
import type { Cookies } from '../session/cookies.ts';
import { parseEpoch } from '../session/epoch.ts';
import { refusedRequest, signedOut, tokenUnavailable } from './problems.ts';

export interface TokenRouteDeps {
  tokens: AccessTokens;
  cookies: Cookies;
  events: EventsConfig;
  limits: Pick<Limits, 'token'>;
  metrics: Pick<Metrics, 'tokenAnswer'>;
  origin: string;
  /** Wall-clock milliseconds. */
  now(): number;
}

export function registerToken(app: FastifyInstance, deps: TokenRouteDeps): void {
  const { tokens, cookies, events, limits, metrics, origin, now } = deps;
  const resources = {
    API: {
      Events: { endpoint: events.endpoint, region: events.region, defaultAuthMode: 'userPool' as const },
    },
  };

  const claimsOf = createClaimsReader();

  async function onResponse(_request: FastifyRequest, reply: FastifyReply): Promise<void> {
    metrics.tokenAnswer(reply.statusCode);
  }

  app.get(TOKEN_PATH, { onResponse }, async (request, reply) => {
    const refused = refusal(request.headers, SCRIPT_READ, origin);
    if (refused !== null) return sendProblem(reply, refusedRequest(refused));
    // After the gate: another site must not be able to use up what this person may ask for.
    const ticket = cookies.ticket(request);
    const limited = limits.token(request, reply, ticket?.idHash ?? null);
    if (limited !== null) return limited;

    const provider = createSessionTokenProvider(tokens, ticket, claimsOf);
    const context = createAmplifyContext(resources, { Auth: { tokenProvider: provider } });
    try {
      const session = await fetchAuthSession(context, { forceRefresh: isForced(request.headers) });
      const record = provider.record();
      if (session.tokens === undefined || record === null) {
        return sendProblem(reply, signedOut(provider.endedEpoch() ?? (cookies.epoch(request) || null)));
      }
      // A page that has signed out while it could not reach us must not get the old session's token back.
      const newest = parseEpoch(headerText(request.headers[EPOCH_HEADER]), now());
      if (newest > record.epoch) return sendProblem(reply, signedOut(newest));
      const answer: TokenAnswer = {
        accessToken: session.tokens.accessToken.toString(),
        expiresIn: Math.floor((record.accessEndsAt - now()) / 1_000),
        sub: record.sub,
        epoch: record.epoch,
      };
      return reply.send(answer);
    } catch (error) {
      if (!isAppError(error, 'token-unavailable')) throw error;
      return sendProblem(reply, tokenUnavailable(error.retryAfterMs ?? 0));
    }
  });
}

/** `fetch(…, { cache: 'reload' })` says so: the page's token was refused by the service. */
function isForced(headers: Record<string, string | string[] | undefined>): boolean {
  return headerText(headers['cache-control'])?.includes('no-cache') ?? false;
}

function headerText(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}

/** `GET /auth/sign-in?return=/path`: sends the browser to the provider. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { foreignStart } from '../gate.ts';
import type { Limits } from '../limits.ts';
import { sendMessagePage } from '../message-page.ts';
import { sendProblem } from '../problem.ts';
import { refusedRequest } from '../routes/problems.ts';
import type { Cookies } from '../session/cookies.ts';
import { providerTroublePage } from './pages.ts';
import { isProviderError, type Provider } from './provider.ts';
import { safeReturnPath } from './return-path.ts';
import { TRANSACTION_LIFE_MS, type Transactions } from './transactions.ts';

export interface SignInDeps {
  provider: Provider;
  transactions: Transactions;
  cookies: Cookies;
  limits: Pick<Limits, 'signIn'>;
}

export function registerSignIn(app: FastifyInstance, deps: SignInDeps): void {
  const { provider, transactions, cookies, limits } = deps;

  app.get<{ Querystring: { return?: string | string[] } }>('/auth/sign-in', async (request, reply) => {
    // A guess of the browser is no wish of the person. 425 (RFC 8470): ask again when it is meant.
    if (isPrefetch(request)) return reply.code(425).send();
    const foreign = foreignStart(request.headers);
    if (foreign !== null) return sendProblem(reply, refusedRequest(foreign));
    const limited = limits.signIn(request, reply);
    if (limited !== null) return limited;
    const returnTo = safeReturnPath(request.query.return);
    const { transaction, cookie } = transactions.start(cookies.transactions(request), returnTo);
    try {
      const address = await provider.authorizationUrl(transaction);
      cookies.setTransactions(reply, cookie, TRANSACTION_LIFE_MS / 1_000);
      return reply.redirect(address, 302);
    } catch (error) {
      if (!isProviderError(error)) throw error;
      request.log.warn({ err: error }, 'Sign-in could not start');
      return sendMessagePage(reply, providerTroublePage(error, returnTo));
    }
  });
}

function isPrefetch({ headers }: FastifyRequest): boolean {
  const purposes = [headers['sec-purpose'], headers.purpose, headers['x-moz']];
  return purposes.some((purpose) => /\b(prefetch|prerender)\b/i.test(String(purpose ?? '')));
}

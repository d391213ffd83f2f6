/** `GET /auth/callback`: the way back from the provider. Ends in a new session, always with a new id. */
import type { FastifyInstance } from 'fastify';
import type { Audit } from '../audit.ts';
import { sendMessagePage } from '../message-page.ts';
import type { Cookies } from '../session/cookies.ts';
import type { CurrentSession } from '../session/current.ts';
import { nextEpoch } from '../session/epoch.ts';
import type { Sessions } from '../session/sessions.ts';
import { browserName } from '../session/user-agent.ts';
import { knownCode, providerTroublePage, refusedSignIn, UNKNOWN_SIGN_IN } from './pages.ts';
import { CALLBACK_PATH, isProviderError, type Provider, type TokenSet } from './provider.ts';
import { TRANSACTION_LIFE_MS, type Transactions } from './transactions.ts';

export interface CallbackDeps {
  provider: Provider;
  transactions: Transactions;
  sessions: Sessions;
  current: CurrentSession;
  cookies: Cookies;
  audit: Audit;
  /** The session's absolute life, milliseconds: so long the browser keeps the cookie. */
  maxMs: number;
  /** Wall-clock milliseconds. */
  now(): number;
}

interface CallbackQuery {
  state?: string | string[];
  error?: string | string[];
}

export function registerCallback(app: FastifyInstance, deps: CallbackDeps): void {
  const { provider, transactions, sessions, current, cookies, audit, maxMs, now } = deps;

  app.get<{ Querystring: CallbackQuery }>(CALLBACK_PATH, async (request, reply) => {
    const { state, error } = request.query;
    const { transaction, cookie } =
      typeof state === 'string'
        ? transactions.take(cookies.transactions(request), state)
        : { transaction: null, cookie: null };
    const refused = (reason: string) => audit({ event: 'sign-in-refused', reason, request });
    if (transaction === null) {
      refused('unknown-sign-in');
      return sendMessagePage(reply, UNKNOWN_SIGN_IN);
    }
    // Used up, however it ends: a callback counts once.
    cookies.setTransactions(reply, cookie, TRANSACTION_LIFE_MS / 1_000);
    const { returnTo } = transaction;
    if (error !== undefined) {
      refused(knownCode(String(error)) ?? 'provider-error');
      return sendMessagePage(reply, refusedSignIn(String(error), returnTo));
    }

    let tokens: TokenSet;
    try {
      tokens = await provider.exchange(request.url, transaction);
    } catch (failure) {
      if (!isProviderError(failure)) throw failure;
      request.log.warn({ err: failure }, 'Sign-in failed');
      refused(`provider-${failure.kind}`);
      return sendMessagePage(reply, providerTroublePage(failure, returnTo));
    }

    // The session that this browser had before ends: nobody could reach it any more.
    const known = [cookies.epoch(request)];
    const before = await current.peek(request);
    if (before.kind === 'live') {
      const { ticket, record } = before;
      known.push(await sessions.end(ticket, record.epoch));
      const by = 'new-sign-in';
      audit({ event: 'session-ended', idHash: ticket.idHash, sub: record.sub, by, request });
    }
    if (before.kind === 'ended') known.push(before.epoch);

    const epoch = nextEpoch(now(), known);
    const { sub, username, email, accessToken, accessEndsAt, accessLifeMs, refreshToken } = tokens;
    const ticket = await sessions.create(
      {
        ...{ sub, username, email, epoch, accessToken, accessEndsAt, accessLifeMs, refreshToken },
        failures: 0,
        retryAt: 0,
        forcedAt: 0,
      },
      browserName(request.headers['user-agent']),
    );
    audit({ event: 'sign-in', idHash: ticket.idHash, sub, request });
    cookies.setTicket(reply, ticket, Math.floor(maxMs / 1_000));
    cookies.setEpoch(reply, epoch);
    return reply.redirect(returnTo, 302);
  });
}

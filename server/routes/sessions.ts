/**
 * "Where am I signed in": `GET /auth/sessions` lists the user's sessions and needs no script, `POST` ends one, all
 * others or all, `GET /api/sessions` is the same list for a program. A session is over at the token route of every
 * server as soon as the answer is sent: each of them reads the store for each answer.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type Audit, sessionReference } from '../audit.ts';
import type { Provider } from '../auth/provider.ts';
import { refusal, SCRIPT_READ, STATE_CHANGE } from '../gate.ts';
import { sendMessagePage } from '../message-page.ts';
import { sendProblem } from '../problem.ts';
import type { Cookies } from '../session/cookies.ts';
import type { CurrentSession } from '../session/current.ts';
import type { OpenSession, Sessions } from '../session/sessions.ts';
import type { ListedSession } from '../session/store.ts';
import { refusedRequest, signedOut } from './problems.ts';
import { type EndedNotice, renderSessionsPage, type SessionView } from './sessions-page.ts';

export interface SessionsRouteDeps {
  sessions: Sessions;
  current: CurrentSession;
  cookies: Cookies;
  provider: Pick<Provider, 'signOutUrl'>;
  audit: Audit;
  origin: string;
  /** Wall-clock milliseconds. */
  now(): number;
}

const PATH = '/auth/sessions';

export function registerSessions(app: FastifyInstance, deps: SessionsRouteDeps): void {
  const { sessions, current, cookies, provider, audit, origin, now } = deps;

  app.get(PATH, async (request, reply) => {
    const opened = await current.visit(request, reply);
    if (opened.kind !== 'live') return sendMessagePage(reply, NOT_SIGNED_IN);
    const notice = parseNotice(cookies.notice(request));
    if (notice !== null) cookies.setNotice(reply, null);
    const theme = cookies.theme(request);
    return reply.type('text/html; charset=utf-8').send(
      renderSessionsPage({
        username: opened.record.username,
        sessions: await views(opened),
        notice,
        now: now(),
        nonce: reply.nonce,
        ...(theme === 'system' ? {} : { theme }),
      }),
    );
  });

  app.get('/api/sessions', async (request, reply) => {
    const refused = refusal(request.headers, SCRIPT_READ, origin);
    if (refused !== null) return sendProblem(reply, refusedRequest(refused));
    const opened = await current.peek(request);
    if (opened.kind !== 'live') {
      return sendProblem(reply, signedOut(opened.kind === 'ended' ? opened.epoch : null));
    }
    return reply.send({ sessions: await views(opened) });
  });

  app.post(PATH, async (request, reply) => {
    const refused = refusal(request.headers, STATE_CHANGE, origin);
    if (refused !== null) return sendProblem(reply, refusedRequest(refused));
    const wish = parseWish(request.body);
    if (wish === null) return sendProblem(reply, UNKNOWN_WISH);
    const opened = await current.peek(request);
    if (opened.kind !== 'live') return reply.redirect(PATH, 303);

    const isOwn = ({ idHash }: ListedSession) => idHash === opened.ticket.idHash;
    const isMeant = (session: ListedSession) => {
      if (wish.end === 'one') return sessionReference(session.idHash) === wish.session;
      return wish.end === 'all' || !isOwn(session);
    };
    const chosen = (await sessions.list(opened)).filter(isMeant);
    // The own session last: if the store fails on the way, the person is still signed in and can try again.
    const ended: ListedSession[] = [];
    for (const session of chosen.filter((candidate) => !isOwn(candidate))) {
      if (await endOther(session, opened, request)) ended.push(session);
    }
    if (chosen.some(isOwn)) return endOwn(opened, request, reply);
    const until = Math.max(0, ...ended.map(({ accessEndsAt }) => accessEndsAt));
    cookies.setNotice(reply, `${ended.length}.${until}`);
    return reply.redirect(PATH, 303);
  });

  async function views(opened: OpenSession): Promise<SessionView[]> {
    return (await sessions.list(opened)).map(({ idHash, browser, createdAt, lastSeenAt, accessEndsAt }) => ({
      session: sessionReference(idHash),
      current: idHash === opened.ticket.idHash,
      browser: browser || 'Unknown browser',
      ...{ createdAt, lastSeenAt, accessEndsAt },
    }));
  }

  async function endOther(
    session: ListedSession,
    { ticket, record }: OpenSession,
    request: FastifyRequest,
  ): Promise<boolean> {
    const ended = await sessions.endListed(session);
    if (ended) {
      const by = { by: 'other-session', byIdHash: ticket.idHash } as const;
      audit({ event: 'session-ended', idHash: session.idHash, sub: record.sub, ...by, request });
    }
    return ended;
  }

  /** As a sign-out: at the provider too, or the next click on "Sign in" would need no password. */
  async function endOwn({ ticket, record }: OpenSession, request: FastifyRequest, reply: FastifyReply) {
    const epoch = await sessions.end(ticket, cookies.epoch(request));
    audit({ event: 'sign-out', idHash: ticket.idHash, sub: record.sub, by: 'user', request });
    cookies.clearTicket(reply);
    cookies.setTransactions(reply, null, 0);
    cookies.setEpoch(reply, epoch);
    return reply.redirect(provider.signOutUrl() ?? `${origin}/`, 303);
  }
}

type Wish = { end: 'all' | 'others' } | { end: 'one'; session: string };

function parseWish(body: unknown): Wish | null {
  if (!(body instanceof URLSearchParams)) return null;
  const end = body.get('end');
  if (end === 'all' || end === 'others') return { end };
  const session = body.get('session');
  return end === 'one' && session !== null && session !== '' ? { end, session } : null;
}

/** How many were ended, and until when the last token of theirs works. */
function parseNotice(value: string | undefined): EndedNotice | null {
  const match = /^(\d{1,6})\.(\d{1,15})$/.exec(value ?? '');
  return match === null ? null : { count: Number(match[1]), until: Number(match[2]) };
}

const UNKNOWN_WISH = {
  status: 400,
  code: 'bad-request',
  title: 'Bad request',
  detail:
    'The form must carry end=others, end=all, or end=one with session=<reference>. Use the buttons of the page.',
} as const;

const NOT_SIGNED_IN = {
  status: 401,
  title: 'You are not signed in',
  text: 'Sign in to see where else you are.',
  links: [
    { href: '/auth/sign-in?return=%2F', label: 'Sign in' },
    { href: '/', label: 'Open Switchboard' },
  ],
};

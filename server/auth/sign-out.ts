/**
 * `POST /auth/sign-out`: ends the session here first, for good, and answers; the provider is told in the background.
 * Signing out succeeds whatever the state of the provider, and without a session too.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { EPOCH_HEADER } from '../../src/shared/token.ts';
import type { Audit } from '../audit.ts';
import { refusal, STATE_CHANGE } from '../gate.ts';
import { sendProblem } from '../problem.ts';
import { refusedRequest } from '../routes/problems.ts';
import type { Cookies } from '../session/cookies.ts';
import { endEpoch, parseEpoch } from '../session/epoch.ts';
import type { Sessions } from '../session/sessions.ts';
import type { Provider } from './provider.ts';

export interface SignOutDeps {
  provider: Provider;
  sessions: Sessions;
  cookies: Cookies;
  audit: Audit;
  origin: string;
  /** Wall-clock milliseconds. */
  now(): number;
}

/** Body of the JSON answer. */
interface SignOutAnswer {
  /** The epoch of the sign-out: answers of lower ones must be dropped. */
  epoch: number;
  /** Where to go to end the session at the provider too. */
  next: string;
}

export function registerSignOut(app: FastifyInstance, deps: SignOutDeps): void {
  const { provider, sessions, cookies, audit, origin, now } = deps;

  app.post('/auth/sign-out', async (request, reply) => {
    const refused = refusal(request.headers, STATE_CHANGE, origin);
    if (refused !== null) return sendProblem(reply, refusedRequest(refused));

    const newest = parseEpoch(String(request.headers[EPOCH_HEADER] ?? ''), now());
    const known = Math.max(cookies.epoch(request), newest);
    const ticket = cookies.ticket(request);
    const opened = ticket === null ? null : await sessions.open(ticket);
    if (opened?.kind === 'live' && newest > 0 && opened.record.epoch >= newest) {
      // A sign-out that was held up (offline, a frozen tab) and names a sign-in of before: that one is over, as
      // every sign-in ends the session before it. The session of now is not what the person left.
      return answer(request, reply, { epoch: newest, next: `${origin}/` });
    }
    const epoch = ticket === null ? endEpoch(now(), [known]) : await sessions.end(ticket, known);
    if (opened?.kind === 'live') {
      audit({ event: 'sign-out', idHash: opened.ticket.idHash, sub: opened.record.sub, by: 'user', request });
    }
    cookies.clearTicket(reply);
    cookies.setTransactions(reply, null, 0);
    cookies.setEpoch(reply, epoch);

    return answer(request, reply, { epoch, next: provider.signOutUrl() ?? `${origin}/` });
  });
}

function answer(request: FastifyRequest, reply: FastifyReply, body: SignOutAnswer): FastifyReply {
  const byScript = request.headers.accept?.includes('application/json');
  return byScript ? reply.send(body) : reply.redirect(body.next, 303);
}

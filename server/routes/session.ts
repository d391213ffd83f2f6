/** `GET /api/session`: who is signed in. Never the token. Counts as no activity. */
import type { FastifyInstance } from 'fastify';
import type { SessionAnswer } from '../../src/shared/page-data.ts';
import type { Cookies } from '../session/cookies.ts';
import { type CurrentSession, sessionInfo } from '../session/current.ts';

export function registerSession(
  app: FastifyInstance,
  { cookies, current }: { cookies: Cookies; current: CurrentSession },
): void {
  app.get('/api/session', async (request, reply) => {
    const opened = await current.peek(request);
    const answer: SessionAnswer =
      opened.kind === 'live'
        ? { signedIn: true, session: sessionInfo(opened.record) }
        : {
            signedIn: false,
            epoch: Math.max(cookies.epoch(request), opened.kind === 'ended' ? opened.epoch : 0),
          };
    return reply.send(answer);
  });
}

/** The session of a request, as routes use it. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { SessionInfo } from '../../src/shared/page-data.ts';
import type { Cookies } from './cookies.ts';
import type { SessionRecord } from './record.ts';
import type { Opened, Sessions } from './sessions.ts';

export interface CurrentSession {
  /** Looks, without counting as activity. Rejects when the store is out. */
  peek(request: FastifyRequest): Promise<Opened>;
  /**
   * A page load by a person: counts as activity, and removes a cookie that opens nothing. (No other answer removes
   * it: a late one would take the cookie of a sign-in that came after its request.)
   */
  visit(request: FastifyRequest, reply: FastifyReply): Promise<Opened>;
}

export function createCurrentSession(sessions: Sessions, cookies: Cookies): CurrentSession {
  async function peek(request: FastifyRequest): Promise<Opened> {
    const ticket = cookies.ticket(request);
    return ticket === null ? { kind: 'unknown' } : sessions.open(ticket);
  }
  return {
    peek,
    async visit(request, reply) {
      const opened = await peek(request);
      if (opened.kind === 'live') await sessions.touch(opened);
      else if (cookies.hasTicket(request)) cookies.clearTicket(reply);
      return opened;
    },
  };
}

/** What a page may know of the session. */
export function sessionInfo({ sub, username, email, epoch }: SessionRecord): SessionInfo {
  return { sub, username, email, epoch };
}

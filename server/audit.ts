/**
 * The audit log: a line for each sign-in, refused sign-in, failed renewal, sign-out and end of a session, in the
 * same stream as the other logs, marked `audit: true`. Sessions and users are named by short hashes, so that lines
 * of one session or user can be found together while nobody is named and nothing can be signed in with.
 */
import type { FastifyBaseLogger, FastifyRequest } from 'fastify';
import type { Owners } from './session/owner.ts';
import { browserName } from './session/user-agent.ts';

export interface AuditEvent {
  event: 'sign-in' | 'sign-in-refused' | 'renewal-failed' | 'sign-out' | 'session-ended';
  /** The session's name in the store. */
  idHash?: string;
  sub?: string;
  /** Who did it: the same session, another one of the user, a newer sign-in of the browser, a timeout, the provider. */
  by?: 'user' | 'other-session' | 'new-sign-in' | 'timeout' | 'provider';
  /** With `other-session`: which one. */
  byIdHash?: string;
  /** A word of ours that says why; never the words of a request. */
  reason?: string;
  /** Whose request it was; a renewal and a timeout have none, as they serve many. */
  request?: FastifyRequest;
}

export type Audit = (event: AuditEvent) => void;

const REFERENCE_LENGTH = 16;

/** How logs and forms name a session: the beginning of its name in the store, of no use as a ticket. */
export function sessionReference(idHash: string): string {
  return idHash.slice(0, REFERENCE_LENGTH);
}

export function createAudit(log: FastifyBaseLogger, owners: Owners): Audit {
  const lines = log.child({ audit: true });
  return ({ event, idHash, sub, by, byIdHash, reason, request }) => {
    lines.info(
      {
        event,
        ...(idHash !== undefined && { session: sessionReference(idHash) }),
        ...(sub !== undefined && { user: owners.of(sub).slice(0, REFERENCE_LENGTH) }),
        ...(by !== undefined && { by }),
        ...(byIdHash !== undefined && { bySession: sessionReference(byIdHash) }),
        ...(reason !== undefined && { reason }),
        ...(request !== undefined && {
          address: request.ip,
          browser: browserName(request.headers['user-agent']),
        }),
      },
      `Audit: ${event}`,
    );
  };
}

/**
 * Whose a session is, in a form that a stolen store cannot read: HMAC-SHA-256 of the user under SESSION_SECRET. A
 * plain hash would not do: whoever knows a user's `sub` could find that user's sessions.
 */
import { createHmac } from 'node:crypto';

export interface Owners {
  /** The user's hash under the newest secret: what is written. */
  of(sub: string): string;
  /** The user's hash under every secret in use: what is looked up, while sessions of before a rotation stand. */
  all(sub: string): string[];
}

/** @param secrets SESSION_SECRET, newest first; at least one. */
export function createOwners(secrets: readonly string[]): Owners {
  const [newest] = secrets;
  if (newest === undefined) throw new Error('Owners need at least one secret.');
  return {
    of: (sub) => hash(newest, sub),
    all: (sub) => [...new Set(secrets)].map((secret) => hash(secret, sub)),
  };
}

function hash(secret: string, sub: string): string {
  return createHmac('sha256', secret).update(`switchboard session owner v1:${sub}`).digest('hex');
}

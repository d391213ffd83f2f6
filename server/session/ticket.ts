/**
 * The session cookie: a ticket `<id>.<key>`. The id finds the record (the store knows only its hash), the key
 * opens it (the store never sees it). Neither says anything about the user.
 */
import { createHash, randomBytes } from 'node:crypto';

export interface Ticket {
  /** SHA-256 of the id, hex: the record's name in the store. */
  idHash: string;
  /** 32 random bytes, half of what opens the record; the other half is SESSION_SECRET. */
  key: Buffer;
  /** The cookie's value. */
  value: string;
}

const ID_BYTES = 16;
const KEY_BYTES = 32;
/** 16 and 32 bytes in base64url, unpadded. */
const SHAPE = /^([A-Za-z0-9_-]{22})\.([A-Za-z0-9_-]{43})$/;

export function createTicket(): Ticket {
  return ticketOf(randomBytes(ID_BYTES).toString('base64url'), randomBytes(KEY_BYTES).toString('base64url'));
}

/** The ticket in a cookie's value, or null when it cannot be one of ours. */
export function parseTicket(value: string | undefined): Ticket | null {
  const match = value === undefined ? null : SHAPE.exec(value);
  return match?.[1] && match[2] ? ticketOf(match[1], match[2]) : null;
}

function ticketOf(id: string, key: string): Ticket {
  return {
    idHash: createHash('sha256').update(id).digest('hex'),
    key: Buffer.from(key, 'base64url'),
    value: `${id}.${key}`,
  };
}

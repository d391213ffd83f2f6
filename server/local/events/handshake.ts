/** The subprotocol list of a connecting client: the protocol's name, and the credentials beside it. */
import type { IncomingMessage } from 'node:http';
import type { Credentials } from './authorizer.ts';

export const SUBPROTOCOL = 'aws-appsync-event-ws';
const HEADER_PREFIX = 'header-';

export interface Handshake {
  /** Whether the client offers the one subprotocol that the service speaks. */
  offersProtocol: boolean;
  /** Null when a `header-` entry is there but cannot be read. */
  credentials: Credentials | null;
}

/** Credentials come as a `header-` subprotocol or, from clients that can set them, as upgrade headers. */
export function readHandshake(req: IncomingMessage): Handshake {
  const offered = (req.headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());
  const header = offered.find((name) => name.startsWith(HEADER_PREFIX));
  return {
    offersProtocol: offered.includes(SUBPROTOCOL),
    credentials: header === undefined ? req.headers : decodeHeader(header.slice(HEADER_PREFIX.length)),
  };
}

function decodeHeader(encoded: string): Credentials | null {
  if (!/^[A-Za-z0-9_-]+$/.test(encoded)) return null;
  try {
    const value: unknown = JSON.parse(Buffer.from(encoded, 'base64url').toString('utf8'));
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Credentials)
      : null;
  } catch {
    return null;
  }
}

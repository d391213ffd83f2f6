/** What a sealed session record holds, and its way to bytes and back. */

export interface SessionRecord {
  sub: string;
  username: string;
  email: string | null;
  /** The epoch of the sign-in. */
  epoch: number;
  accessToken: string;
  /** When the access token ends, wall-clock milliseconds of the server that got it. */
  accessEndsAt: number;
  /** The access token's whole life, milliseconds. */
  accessLifeMs: number;
  /** Null where the provider gave none: the session then ends with its access token. */
  refreshToken: string | null;
  /** Renewals that failed in a row. */
  failures: number;
  /** Before this (wall-clock milliseconds) nobody asks the provider again. In the record, so all servers heed it. */
  retryAt: number;
  /** When a page last made us renew a token that still had life, wall-clock milliseconds; 0: never. */
  forcedAt: number;
}

export function encodeRecord(record: SessionRecord): Buffer {
  return Buffer.from(JSON.stringify(record));
}

/** Only ever called on bytes that passed the seal's authentication, so their shape is ours. */
export function decodeRecord(bytes: Uint8Array): SessionRecord {
  return JSON.parse(Buffer.from(bytes).toString('utf8')) as SessionRecord;
}

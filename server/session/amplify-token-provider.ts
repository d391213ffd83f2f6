/**
 * Amplify's `TokenProvider` on top of the session. It throws on everything transient and answers null only on a
 * definite sign-out: Amplify reads null as “a guest” and would go on without the user.
 */
import type { TokenProvider } from 'aws-amplify/auth';
import { AppError } from '../../src/shared/errors.ts';
import { decodeClaims } from '../../src/shared/token.ts';
import type { AccessTokens } from './access-tokens.ts';
import type { SessionRecord } from './record.ts';
import type { Ticket } from './ticket.ts';

type Claims = NonNullable<Awaited<ReturnType<TokenProvider['getTokens']>>>['accessToken']['payload'];

export interface SessionTokenProvider extends TokenProvider {
  /** The record that the last answer came from; null when there was none. */
  record(): SessionRecord | null;
  /** The epoch of the session's end, where it has one. */
  endedEpoch(): number | null;
}

/** Reads the claims of a record's access token; once a record, as each is asked for many times. */
export function createClaimsReader(): (record: SessionRecord) => Claims {
  const read = new WeakMap<SessionRecord, Claims>();
  return (record) => {
    const claims = read.get(record) ?? (decodeClaims(record.accessToken) as Claims);
    read.set(record, claims);
    return claims;
  };
}

/** For one request. @param ticket null: nobody is signed in. */
export function createSessionTokenProvider(
  tokens: AccessTokens,
  ticket: Ticket | null,
  claimsOf: (record: SessionRecord) => Claims,
): SessionTokenProvider {
  let record: SessionRecord | null = null;
  let endedEpoch: number | null = null;
  return {
    record: () => record,
    endedEpoch: () => endedEpoch,
    async getTokens({ forceRefresh = false } = {}) {
      if (ticket === null) return null;
      const answer = await tokens.get(ticket, { force: forceRefresh }).catch((cause: unknown) => {
        throw new AppError('token-unavailable', 'The session store does not answer.', {
          retryable: true,
          cause,
        });
      });
      switch (answer.kind) {
        case 'token': {
          record = answer.record;
          const { accessToken } = answer.record;
          const payload = claimsOf(record);
          return { accessToken: { payload, toString: () => accessToken } };
        }
        case 'signed-out':
          endedEpoch = answer.epoch;
          return null;
        case 'unavailable':
          throw new AppError('token-unavailable', 'The token could not be renewed.', {
            retryable: true,
            retryAfterMs: answer.retryAfterMs,
          });
      }
    },
  };
}

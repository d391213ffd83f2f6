/** The problems that several routes answer. */
import type { ProblemInit } from '../problem.ts';

export function refusedRequest(why: string): ProblemInit {
  return { status: 403, code: 'request-refused', title: 'Request refused', detail: why };
}

export function signedOut(epoch: number | null): ProblemInit {
  return {
    status: 401,
    code: 'signed-out',
    title: 'Signed out',
    detail: 'There is no session any more. Sign in to go on.',
    ...(epoch === null ? {} : { epoch }),
  };
}

export function tokenUnavailable(retryAfterMs: number): ProblemInit {
  return {
    status: 503,
    code: 'token-unavailable',
    title: 'No usable token now',
    detail:
      'The session stands, but its token could not be renewed. Try again after the time in Retry-After.',
    retryAfterMs,
  };
}

/**
 * What really happened in a run, as nobody inside it knows: which sessions there were, why they ended, and whose
 * token is whose. Breaches of promises are collected, for most checks run where an exception would be swallowed.
 */
import type { SessionInfo } from '../../src/shared/page-data.ts';
import type { HeldToken } from '../../src/shared/token-machine.ts';
import type { SimPage } from './browser.ts';
import { ORIGIN } from './fleet.ts';
import { SESSION_COOKIE, type Served } from './network.ts';
import type { WireAnswer } from './wire.ts';

const EPOCH_COOKIE = 'switchboard-epoch';

interface LedgerSession {
  sub: string;
  epoch: number;
  ticket: string;
  /** Why it may end. Without an entry nobody may be signed out of it. */
  reasons: Set<string>;
  /** When a person of this browser pressed "Sign out" in a page of it. Virtual milliseconds. */
  pressedAt: number;
  /** Whether that was a page of this very session: then the server must come to know. */
  left: boolean;
  /** When a server answered that it has ended. */
  answeredAt: number;
}

/** A message between pages, and the reads under way in the store, may take this long. */
const SLACK_MS = 100;

export interface Ledger {
  /** Promises that were broken, with the moment. */
  readonly broken: string[];
  readonly sessions: readonly LedgerSession[];
  /** Token requests that reached a server. */
  tokenRequests(): number;
  /** "Sign out" was pressed in a page of `user`. */
  pressed(user: SessionInfo): void;
  /** Everybody who is signed in now may be signed out for this. */
  mayEnd(reason: string): void;
  /** A request has reached a server. */
  arrived(path: string, ticket: string | undefined): void;
  /** A server has answered. */
  served(served: Served): void;
  /** A page was handed a token. */
  handed(page: SimPage, token: HeldToken): void;
  /** A page of `user` was told that nobody is signed in. */
  signedOut(user: SessionInfo): void;
  must(holds: boolean, promise: string): void;
}

export function createLedger(now: () => number): Ledger {
  const broken: string[] = [];
  const sessions: LedgerSession[] = [];
  let tokenRequests = 0;
  const must = (holds: boolean, promise: string): void => {
    if (!holds) broken.push(`${now()} ms: ${promise}`);
  };
  const find = (sub: string, epoch: number) =>
    sessions.find((session) => session.sub === sub && session.epoch === epoch);
  const ofTicket = (ticket: string | undefined) => sessions.find((session) => session.ticket === ticket);

  function signedIn({ path, answer, ticket: before }: Served): void {
    const cookies = new Map(answer.cookies);
    const ticket = cookies.get(SESSION_COOKIE);
    if (!ticket) return;
    const epoch = Number(cookies.get(EPOCH_COOKIE));
    const sub = new URL(path, ORIGIN).searchParams.get('code') ?? '';
    must(ofTicket(ticket) === undefined, 'a sign-in makes a new session id');
    const replaced = ofTicket(before);
    if (replaced !== undefined) {
      must(replaced.epoch < epoch, 'a sign-in has a higher epoch than the session before it');
    }
    const never = Number.POSITIVE_INFINITY;
    sessions.push({
      sub,
      epoch,
      ticket,
      reasons: new Set(),
      pressedAt: never,
      left: false,
      answeredAt: never,
    });
  }

  function gaveToken(session: LedgerSession | undefined, body: string): void {
    const given = session !== undefined && now() <= session.answeredAt + SLACK_MS;
    must(given, 'a server gives no token of a session after it answered the sign-out');
    const { sub } = JSON.parse(body) as { sub: string };
    must(sub === session?.sub, "a server's token is of the cookie's user");
  }

  return {
    broken,
    sessions,
    must,
    tokenRequests: () => tokenRequests,
    pressed(user) {
      for (const session of sessions) {
        // The page may have heard of a newer sign-in of the same person already; then that one ends too.
        if (session.sub === user.sub || session.epoch <= user.epoch) session.reasons.add('signed out');
        if (session.epoch > user.epoch) continue;
        session.left ||= session.epoch === user.epoch;
        session.pressedAt = Math.min(session.pressedAt, now());
      }
    },
    mayEnd(reason) {
      for (const session of sessions) session.reasons.add(reason);
    },
    arrived(path, ticket) {
      if (path.startsWith('/auth/callback')) ofTicket(ticket)?.reasons.add('another sign-in');
    },
    served(served) {
      const { path, answer, ticket } = served;
      const session = ofTicket(ticket);
      if (path.startsWith('/auth/callback')) signedIn(served);
      if (path === '/api/cognito-token') {
        tokenRequests += 1;
        if (answer.status === 200) gaveToken(session, answer.body);
      }
      // A sign-out of an older session than the cookie's is answered too, and ends nothing.
      if (path === '/auth/sign-out' && session && endedBy(answer) > session.epoch) {
        session.answeredAt = Math.min(session.answeredAt, now());
      }
    },
    handed(page, token) {
      must(
        page.sub === null || token.sub === page.sub,
        `a page of ${page.sub} gets no token of ${token.sub}`,
      );
      const session = find(token.sub, token.epoch);
      must(session !== undefined, 'a token belongs to a session');
      const since = Math.max(session?.pressedAt ?? now(), page.runningSince);
      must(
        session?.pressedAt === Number.POSITIVE_INFINITY || now() <= since + SLACK_MS,
        'a page hands out no token of a session that was signed out here',
      );
    },
    signedOut({ sub, epoch }) {
      const session = find(sub, epoch);
      must(
        session !== undefined && session.reasons.size > 0,
        `${sub} is signed out of ${epoch} for a definite reason only`,
      );
    },
  };
}

/** The epoch of the sign-out that this answers; a plain form is answered with a redirect and ends whatever there is. */
function endedBy({ status, body }: WireAnswer): number {
  if (status !== 200) return Number.POSITIVE_INFINITY;
  return (JSON.parse(body) as { epoch: number }).epoch;
}

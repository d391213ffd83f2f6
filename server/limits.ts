/** The rate limits of this server, and what is answered beyond them. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Clock } from '../src/shared/clock.ts';
import { isLoopbackHost } from './loopback.ts';
import { sendMessagePage } from './message-page.ts';
import type { Metrics } from './metrics.ts';
import { sendProblem } from './problem.ts';
import { addressKey, createRateLimit } from './rate-limit.ts';

export interface LimitRates {
  /** Sign-ins begun, an address. */
  signIn: number;
  /** Token requests, a session. */
  tokensOfSession: number;
  /** Token requests, an address: many people may share one. */
  tokensOfAddress: number;
}

/** A minute. */
export const LIMIT_RATES: LimitRates = { signIn: 30, tokensOfSession: 600, tokensOfAddress: 6_000 };
/** So much more may a person do to the server on their own machine. */
const OWN_MACHINE_FACTOR = 1_000;

export interface Limits {
  /** The answer when this request is one too many, else null. */
  signIn(request: FastifyRequest, reply: FastifyReply): FastifyReply | null;
  /** @param idHash the session's name; null without a cookie. */
  token(request: FastifyRequest, reply: FastifyReply, idHash: string | null): FastifyReply | null;
}

export interface LimitsDeps {
  rates: LimitRates;
  clock: Clock;
  metrics: Pick<Metrics, 'rateLimited'>;
  /** ORIGIN. */
  origin: string;
}

export function createLimits({ rates, clock, metrics, origin }: LimitsDeps): Limits {
  const ownMachine = isLoopbackHost(new URL(origin).hostname);
  const rate = (perMinute: number) =>
    createRateLimit({ clock, perMinute: ownMachine ? perMinute * OWN_MACHINE_FACTOR : perMinute });
  const signIns = rate(rates.signIn);
  const sessions = rate(rates.tokensOfSession);
  const addresses = rate(rates.tokensOfAddress);

  return {
    signIn(request, reply) {
      const waitMs = signIns.take(addressKey(request.ip));
      if (waitMs === 0) return null;
      metrics.rateLimited('sign-in');
      return request.headers.accept?.includes('text/html')
        ? sendMessagePage(reply, tooManyPage(waitMs))
        : tooMany(reply, 'Too many sign-ins were begun from this address.', waitMs);
    },
    token(request, reply, idHash) {
      const waitMs = Math.max(
        addresses.take(addressKey(request.ip)),
        idHash === null ? 0 : sessions.take(idHash),
      );
      if (waitMs === 0) return null;
      metrics.rateLimited('token');
      return tooMany(reply, 'Too many token requests. A token is good for minutes: keep it.', waitMs);
    },
  };
}

function tooMany(reply: FastifyReply, why: string, retryAfterMs: number): FastifyReply {
  const detail = `${why} Try again after the time in Retry-After.`;
  return sendProblem(reply, {
    ...{ status: 429, code: 'rate-limited', title: 'Too many requests', detail, retryAfterMs },
  });
}

function tooManyPage(waitMs: number) {
  return {
    status: 429,
    title: 'Too many sign-ins from your network',
    text: 'Please wait a few seconds, then try again.',
    links: [{ href: '/', label: 'Open Switchboard' }],
    retryAfterSeconds: Math.max(1, Math.ceil(waitMs / 1_000)),
  };
}

/** The connection's times, milliseconds, each with its reason. */
import { type BackoffPolicy, fullJitterMs } from '../../shared/backoff.ts';

/** From opening a socket to the service's acknowledgement. A healthy handshake takes a few round trips. */
export const CONNECT_TIMEOUT_MS = 5_000;
/** From asking for a channel to its confirmation. */
export const SUBSCRIBE_TIMEOUT_MS = 10_000;
/** Silence after which the path is probed: with PROBE_TIMEOUT_MS it finds a dead socket within 12 s. */
const SILENCE_VISIBLE_MS = 8_000;
/** The same when nobody looks: the service's own keep-alive comes every 60 s. */
const SILENCE_HIDDEN_MS = 60_000;
/** How long a socket may say nothing before it is asked to. */
export function silenceMs(visible: boolean): number {
  return visible ? SILENCE_VISIBLE_MS : SILENCE_HIDDEN_MS;
}

/** A probe is one round trip; later than this the path counts as dead and a second socket is raced. */
export const PROBE_TIMEOUT_MS = 2_000;
/** After the last tab left: a reload is back sooner than this and finds the socket open. */
export const ALONE_GRACE_MS = 2_000;

/** An attempt older than this that meets a change of the network is given up for a new one. */
export const STALE_ATTEMPT_MS = 300;

/**
 * Subscriptions that one connection takes: service quota, which AWS raises on request. A lower one is noticed by the
 * refusal. https://docs.aws.amazon.com/general/latest/gr/appsync.html
 */
export const MAX_SUBSCRIPTIONS = 200;

/** Both sockets listen for at least this long: longer than a confirmation may lag and a twin is waited for. */
export const SETTLE_MS = 3_000;
/** For the answer that proves that nothing more is under way on the old socket. */
export const DRAIN_TIMEOUT_MS = 2_000;
/** The new socket must have been heard this recently when the old one goes, or it is asked to prove itself. */
export const PROOF_AGE_MS = 1_000;
/** A service that still delivers to the old socket alone by then does not deliver to the new one at all. */
export const MISMATCH_LIMIT_MS = 30_000;
/** After such a change, and at most after any that failed. */
export const MISMATCH_REST_MS = 60_000;

/** A socket is replaced at this share of its life at the service, less some jitter … */
const LIFE_SHARE = 0.96;
const LIFE_JITTER = 0.01;
/** … and at least this long before its end: a connect, the overlap and a second try. */
const LIFE_LEAD_MS = 8_000;

/** How long after its opening a socket is to be replaced, milliseconds. */
export function usefulLifeMs(lifetimeMs: number, random: number): number {
  const due = Math.min(lifetimeMs * (LIFE_SHARE - LIFE_JITTER * random), lifetimeMs - LIFE_LEAD_MS);
  return Math.max(due, lifetimeMs / 2);
}

const CHANGE_RETRY_BASE_MS = 500;

/** How long after a planned change failed it is tried again, milliseconds. `failures`: in a row, before this one. */
export function changeRetryMs(failures: number, random: number): number {
  const bound = Math.min(MISMATCH_REST_MS, CHANGE_RETRY_BASE_MS * 2 ** failures);
  return Math.round(bound / 2 + (random * bound) / 2);
}

const FIRST_RETRY: BackoffPolicy = { baseMs: 200, capMs: 200 };
/** While the other side is simply away: short at first, then in proportion to the outage. See docs/adr/0002. */
const AWAY_MIN_MS = 900;
const AWAY_SHARE = 50;
const CAP_VISIBLE_MS = 10_000;
const CAP_HIDDEN_MS = 60_000;
const REFUSED_BASE_MS = 500;

export interface RetryInput {
  /** Retries made since the loss. */
  attempts: number;
  /** How long the connection has been away, milliseconds. */
  outageMs: number;
  /** Whether the service answered and refused: then it is left in peace longer. */
  refused: boolean;
  visible: boolean;
  random: number;
}

/** How long to wait before the next attempt to connect, milliseconds. */
export function retryDelayMs({ attempts, outageMs, refused, visible, random }: RetryInput): number {
  const capMs = visible ? CAP_VISIBLE_MS : CAP_HIDDEN_MS;
  if (attempts === 0) return fullJitterMs(FIRST_RETRY, 0, () => random);
  if (refused) return fullJitterMs({ baseMs: REFUSED_BASE_MS, capMs }, attempts, () => random);
  const bound = Math.min(capMs, Math.max(AWAY_MIN_MS, outageMs / AWAY_SHARE));
  return Math.round(bound / 2 + (random * bound) / 2);
}

/** So many retries open a socket without asking first: a short outage is over sooner. */
const BOLD_RETRIES = 3;
/** Every so many, none asks: where the question itself is blocked, the socket still gets through. */
const BOLD_EVERY = 8;

/**
 * Whether an attempt asks over HTTP whether somebody is there before it opens a socket: browsers hold up new sockets by
 * seconds when many have failed. See docs/adr/0002. `attempts`: retries made since the loss.
 */
export function asksFirst(attempts: number): boolean {
  return attempts > BOLD_RETRIES && attempts % BOLD_EVERY !== 0;
}

const CHANNEL_RETRY: BackoffPolicy = { baseMs: 1_000, capMs: 60_000 };

/** How long a channel that failed rests before it is asked for again, milliseconds. */
export function channelRetryMs(attempts: number, random: number): number {
  return 500 + fullJitterMs(CHANNEL_RETRY, attempts, () => random);
}

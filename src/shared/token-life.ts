/**
 * How long a token may be held: the deadlines that a {@link HeldToken} gets from an answer, on the monotonic clock,
 * and what a sleep does to them (docs/token.md, "Time rules").
 */
import type { TokenAnswer } from './token.ts';

/** A token in memory, with its deadlines on the monotonic clock of the context that holds it. */
export interface HeldToken {
  accessToken: string;
  sub: string;
  epoch: number;
  /** From here on a newer one is fetched; the token is still good. Monotonic milliseconds. */
  renewAt: number;
  /** From here on it must not be handed out. Monotonic milliseconds. */
  endsAt: number;
}

/** One moment on both clocks, milliseconds. */
export interface Moment {
  now: number;
  wall: number;
}

/** Renewal is due when this much remains, at most; milliseconds. */
const RENEW_BEFORE_MS = 60_000;
/** … and at most this share of the whole life. */
const RENEW_SHARE = 0.2;
/** A token is not handed out in its last moments: the request that carries it must still arrive. */
const END_MARGIN_MS = 5_000;
/** … of short lives at most this share (so that 5 s apply from 50 s on). */
const END_SHARE = 0.1;
/** Smaller differences of the two clocks are rounding and clock discipline, not sleep. */
export const SLEEP_STEP_MS = 2_000;

/** How much longer the wall clock says it was from `from` to `to`, milliseconds: what a sleep hid, or a clock that was set. */
export function missedMs(from: Moment, to: Moment): number {
  return to.wall - from.wall - (to.now - from.now);
}

/** The token of an answer to a request sent at `sentAt`. `wholeSeconds`: its own `exp - iat`, or null. */
export function holdToken(
  answer: TokenAnswer,
  wholeSeconds: number | null,
  sentAt: Moment,
  at: Moment,
): HeldToken {
  const leftMs = answer.expiresIn * 1000;
  const wholeMs = Math.max(leftMs, (wholeSeconds ?? 0) * 1000);
  // Counted from the sending: an answer may have lain unread in a frozen tab, or through a sleep.
  const missed = missedMs(sentAt, at);
  const endMs = sentAt.now + leftMs - (missed >= SLEEP_STEP_MS ? missed : 0);
  const endsAt = endMs - Math.min(END_MARGIN_MS, wholeMs * END_SHARE);
  const renewAt = endMs - Math.min(RENEW_BEFORE_MS, wholeMs * RENEW_SHARE);
  return { accessToken: answer.accessToken, sub: answer.sub, epoch: answer.epoch, renewAt, endsAt };
}

/** The same token with its deadlines `ms` earlier. */
export function earlier(token: HeldToken, ms: number): HeldToken {
  return { ...token, renewAt: token.renewAt - ms, endsAt: token.endsAt - ms };
}

/**
 * When the token really ends, monotonic milliseconds: {@link HeldToken.endsAt} without its margin. The distance of
 * the two deadlines tells the margin: of short lives (see {@link END_SHARE}) both are a tenth, else it is 5 s.
 */
export function tokenEnd(token: HeldToken): number {
  return token.endsAt + Math.min(END_MARGIN_MS, token.endsAt - token.renewAt);
}

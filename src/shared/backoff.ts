/** Full-jitter backoff: spreads retries over the whole interval so that many clients never return at once. */

export interface BackoffPolicy {
  /** Upper bound of the first delay, milliseconds. */
  baseMs: number;
  /** Upper bound of every later delay, milliseconds. */
  capMs: number;
}

/**
 * The delay before try number `attempt` (0 = first retry), uniform in [0, min(cap, base · 2^attempt)].
 * @param random a number in [0, 1), injected for tests.
 */
export function fullJitterMs(policy: BackoffPolicy, attempt: number, random: () => number): number {
  const bound = Math.min(policy.capMs, policy.baseMs * 2 ** Math.min(attempt, 30));
  return Math.round(random() * bound);
}

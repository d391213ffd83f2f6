/** When an access token is renewed and when it is over. All times are wall-clock milliseconds of the server. */
import type { SessionRecord } from './record.ts';

type Life = Pick<SessionRecord, 'accessEndsAt' | 'accessLifeMs'>;

/** A token is renewed when this much of it is left, but never earlier than at 30 % of its life. */
const RENEW_AHEAD_MS = 90_000;
const RENEW_AHEAD_SHARE = 0.3;

/** A token with less than this left is not handed out: it would end on its way. Shorter for short-lived ones. */
const MARGIN_MS = 5_000;
const MARGIN_SHARE = 0.1;

/** Whether a newer token should be asked for. */
export function wantsRenewal({ accessEndsAt, accessLifeMs }: Life, now: number): boolean {
  return accessEndsAt - now <= Math.min(RENEW_AHEAD_MS, accessLifeMs * RENEW_AHEAD_SHARE);
}

/** A page can force a renewal this often: some force one with every timer, and the provider's quota is shared. */
const FORCE_EVERY_MS = 60_000;

/** Whether a page that says the service refused the token is believed, and a newer one asked for at once. */
export function mayForce(record: Pick<SessionRecord, 'forcedAt'>, now: number): boolean {
  return now - record.forcedAt >= FORCE_EVERY_MS;
}

/** Whether the token may still be handed out. */
export function isUsable({ accessEndsAt, accessLifeMs }: Life, now: number): boolean {
  return accessEndsAt - now >= Math.min(MARGIN_MS, accessLifeMs * MARGIN_SHARE);
}

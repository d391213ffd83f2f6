/** Channels that the service refused: set aside, so that no other is touched, and tried again in their own time. */
import { isAuthorizationFault, isExpiryFault, type WireFault } from '../../shared/events-wire.ts';
import type { LeaderState, Moment } from './state.ts';
import { subscribedTo } from './subs.ts';
import { channelRetryMs } from './timing.ts';

/** A first authorization fault may only mean an old token: it is tried once more. */
export function parkRefused(s: LeaderState, channel: string, fault: WireFault, at: Moment): void {
  // Refused as expired again, with a token that was to be new: the token route could not renew it yet.
  const expired = isExpiryFault(fault) && s.parked[channel] !== undefined;
  const denied = isAuthorizationFault(fault) && !expired;
  park(s, channel, denied ? 'denied' : 'failed', fault.message, at);
}

export function park(
  s: LeaderState,
  channel: string,
  phase: 'denied' | 'failed',
  reason: string,
  at: Moment,
): void {
  const attempts = (s.parked[channel]?.attempts ?? 0) + 1;
  const rest = channelRetryMs(attempts, at.random);
  const retryAt = phase === 'failed' ? at.now + rest : attempts === 1 ? at.now : null;
  s.parked = { ...s.parked, [channel]: { phase, reason, attempts, retryAt } };
}

/** Denied with a token that is certainly new: only another one brings it back. */
export function parkDenied(s: LeaderState, channel: string, reason: string): void {
  s.parked = { ...s.parked, [channel]: { phase: 'denied', reason, attempts: 2, retryAt: null } };
}

/** With another token, what was denied may be allowed. What is being asked for with it already keeps its count. */
export function unpark(s: LeaderState): void {
  const asked = new Set(s.lines.flatMap((line) => [...subscribedTo(line.current)]));
  s.parked = Object.fromEntries(
    Object.entries(s.parked).filter(([channel, { phase }]) => phase !== 'denied' || asked.has(channel)),
  );
}

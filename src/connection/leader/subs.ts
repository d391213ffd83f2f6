/** Reading and ending what a socket is subscribed to. */
import type { GapCause } from '../../shared/log.ts';
import type { LeaderEffect, LeaderState, Socket, Subscription } from './state.ts';
import { SUBSCRIBE_TIMEOUT_MS } from './timing.ts';

/** Ends the interval of coverage that a subscription carries, if any. `to`: wall clock. */
export function endCoverage(
  sub: Pick<Subscription, 'channel' | 'coveredFrom'>,
  to: number,
  endedBy: GapCause,
  effects: LeaderEffect[],
): void {
  const { channel, coveredFrom: from } = sub;
  if (from !== null) effects.push({ t: 'cover', channel, from, to: Math.max(to, from), endedBy });
}

/** Whether the service has not confirmed it in time. `now`: monotonic. */
export function isOverdue(sub: Subscription, now: number): boolean {
  return sub.live === null && now - sub.askedAt >= SUBSCRIBE_TIMEOUT_MS;
}

export function liveChannels(socket: Socket | null): Set<string> {
  const subs = Object.values(socket?.subs ?? {});
  return new Set(subs.filter(({ live }) => live !== null).map(({ channel }) => channel));
}

export function subscribedTo(socket: Socket | null): Set<string> {
  return new Set(Object.values(socket?.subs ?? {}).map(({ channel }) => channel));
}

export function without<T>(record: Readonly<Record<string, T>>, key: string): Readonly<Record<string, T>> {
  if (!(key in record)) return record;
  const { [key]: _gone, ...rest } = record;
  return rest;
}

export function anyVisible(s: LeaderState): boolean {
  return Object.values(s.tabs).some((tab) => tab.visible);
}

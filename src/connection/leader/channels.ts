/**
 * The part of the connection's state machine that is about channels: what is wanted, asked for, confirmed, refused.
 * Like the reducer, it works on the copy of the state that it is given.
 */
import { isAuthorizationFault, isExpiryFault, type WireFault } from '../../shared/events-wire.ts';
import type { GapCause } from '../../shared/log.ts';
import type { LeaderEffect, LeaderState, Moment, Socket } from './state.ts';
import * as timing from './timing.ts';

export function endCoverage(
  sub: { channel: string; liveFrom: number | null },
  to: number,
  endedBy: GapCause,
  effects: LeaderEffect[],
): void {
  if (sub.liveFrom === null) return;
  effects.push({
    t: 'cover',
    channel: sub.channel,
    from: sub.liveFrom,
    to: Math.max(to, sub.liveFrom),
    endedBy,
  });
}

/** Asks for what is wanted and not yet asked for; lets go of what nobody wants; tries again what is overdue. */
export function subscribeWanted(s: LeaderState, current: Socket, at: Moment, effects: LeaderEffect[]): void {
  const wanted = wantedChannels(s);
  const subs: Record<string, Socket['subs'][string]> = {};
  const asked = new Set<string>();
  for (const [id, sub] of Object.entries(current.subs)) {
    const overdue = sub.liveFrom === null && at.now - sub.askedAt >= timing.SUBSCRIBE_TIMEOUT_MS;
    if (wanted.has(sub.channel) && !overdue) {
      subs[id] = sub;
      asked.add(sub.channel);
      continue;
    }
    effects.push({ t: 'unsubscribe', socket: current.id, sub: id });
    endCoverage(sub, current.heardWall, s.aloneSince === null ? 'not-watched' : 'not-running', effects);
    if (overdue) park(s, sub.channel, 'failed', 'The service did not confirm the channel in time.', at);
  }
  for (const channel of wanted) {
    const parked = s.parked[channel];
    const resting = parked !== undefined && (parked.retryAt === null || at.now < parked.retryAt);
    if (asked.has(channel) || resting) continue;
    s.serial += 1;
    const id = `s${s.serial}`;
    subs[id] = { channel, askedAt: at.now, liveFrom: null };
    // A channel that was refused once is asked for with a token that is certainly new.
    effects.push({
      t: 'subscribe',
      socket: current.id,
      sub: id,
      channel,
      forceToken: parked !== undefined && (parked.attempts === 1 || parked.phase === 'failed'),
    });
  }
  s.current = { ...current, subs };
  const unwanted = Object.keys(s.parked).filter((channel) => !wanted.has(channel));
  for (const channel of unwanted) s.parked = without(s.parked, channel);
}

/** Sets a refused channel aside. A first authorization fault may only mean an old token: it is tried once more. */
export function refuse(s: LeaderState, socket: number, subId: string, fault: WireFault, at: Moment): void {
  const sub = s.current?.id === socket ? s.current.subs[subId] : undefined;
  if (sub === undefined || s.current === null) return;
  s.current = { ...s.current, subs: without(s.current.subs, subId) };
  // Refused as expired again, with a token that was to be new: the token route could not renew it yet.
  const expired = isExpiryFault(fault) && s.parked[sub.channel] !== undefined;
  const denied = isAuthorizationFault(fault) && !expired;
  park(s, sub.channel, denied ? 'denied' : 'failed', fault.message, at);
}

function park(s: LeaderState, channel: string, phase: 'denied' | 'failed', reason: string, at: Moment): void {
  const attempts = (s.parked[channel]?.attempts ?? 0) + 1;
  const rest = timing.channelRetryMs(attempts, at.random);
  const retryAt = phase === 'failed' ? at.now + rest : attempts === 1 ? at.now : null;
  s.parked = { ...s.parked, [channel]: { phase, reason, attempts, retryAt } };
}

/** With another token, what was denied may be allowed. What is being asked for with it already keeps its count. */
export function unpark(s: LeaderState): void {
  const asked = new Set(Object.values(s.current?.subs ?? {}).map((sub) => sub.channel));
  s.parked = Object.fromEntries(
    Object.entries(s.parked).filter(([channel, { phase }]) => phase !== 'denied' || asked.has(channel)),
  );
}

export function updateSub(
  s: LeaderState,
  socket: number,
  id: string,
  change: (sub: Socket['subs'][string]) => Socket['subs'][string],
): void {
  const sub = s.current?.id === socket ? s.current.subs[id] : undefined;
  if (sub === undefined || s.current === null) return;
  s.current = { ...s.current, subs: { ...s.current.subs, [id]: change(sub) } };
  s.parked = without(s.parked, sub.channel);
}

export function wantedChannels(s: LeaderState): Set<string> {
  return new Set(Object.values(s.tabs).flatMap((tab) => tab.wants));
}

export function without<T>(record: Readonly<Record<string, T>>, key: string): Readonly<Record<string, T>> {
  if (!(key in record)) return record;
  const { [key]: _gone, ...rest } = record;
  return rest;
}

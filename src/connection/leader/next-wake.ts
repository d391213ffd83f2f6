/** When a deadline of the connection's state is due. */
import type { LeaderState } from './state.ts';
import * as timing from './timing.ts';

/** When the leader must be called again although nothing happened; null when no deadline is open. Monotonic. */
export function nextWake(s: LeaderState): number | null {
  if (s.ended !== null) return null;
  const due: number[] = [];
  if (s.aloneSince !== null && (s.current !== null || s.candidate !== null || s.retry !== null)) {
    due.push(s.aloneSince + timing.ALONE_GRACE_MS);
  }
  if (s.candidate !== null) due.push(s.candidate.startedAt + timing.CONNECT_TIMEOUT_MS);
  else if (s.current === null && s.retry !== null) due.push(s.retry.at);
  if (s.current !== null) {
    if (s.probe === null) due.push(s.current.heardAt + silenceMs(s));
    else if (s.candidate === null) due.push(s.probe.dueAt);
    for (const sub of Object.values(s.current.subs)) {
      if (sub.liveFrom === null) due.push(sub.askedAt + timing.SUBSCRIBE_TIMEOUT_MS);
    }
    const asked = new Set(Object.values(s.current.subs).map((sub) => sub.channel));
    for (const [channel, { retryAt }] of Object.entries(s.parked)) {
      if (retryAt !== null && !asked.has(channel)) due.push(retryAt);
    }
  }
  return due.length === 0 ? null : Math.min(...due);
}

export function anyVisible(s: LeaderState): boolean {
  return Object.values(s.tabs).some((tab) => tab.visible);
}

export function silenceMs(s: LeaderState): number {
  return anyVisible(s) ? timing.SILENCE_VISIBLE_MS : timing.SILENCE_HIDDEN_MS;
}

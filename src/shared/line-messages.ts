/**
 * Everything that tabs and the leader say to each other, on one BroadcastChannel per user (docs/protocol.md).
 * The same in every host, so a leader in a SharedWorker and one in a tab are the same to all. No message carries
 * a token. Durations are relative ("…Ms"), because monotonic clocks differ between contexts.
 */
import type { EventRecord } from './log.ts';

/** Where the one leader can live. */
export type HostKind =
  /** A SharedWorker: closing any tab changes nothing. */
  | 'shared-worker'
  /** One of the tabs, chosen by a Web Lock. */
  | 'elected-tab'
  /** No way to share in this browser: this tab has a connection of its own. */
  | 'own-tab';

export type ConnectionPhase = 'connecting' | 'live' | 'reconnecting' | 'offline' | 'signed-out';

export type ChannelPhase =
  /** Asked for, not yet confirmed by the service. */
  | 'subscribing'
  /** Confirmed: events arrive. */
  | 'live'
  /** The connection is away; it is asked for again as soon as it is back. */
  | 'waiting'
  /** The service refused this channel; tried again with a new token. */
  | 'denied'
  /** The service failed on this channel for another reason; tried again with backoff. */
  | 'failed';

export interface ChannelStatus {
  phase: ChannelPhase;
  /** The service's words, for `denied` and `failed`. */
  reason: string | null;
}

/** The leader's state, as it tells it to the tabs. */
export interface LeaderStatus {
  leaderId: string;
  /** The build that leads: a worker of another one takes over when it starts. */
  build: string;
  host: HostKind;
  phase: ConnectionPhase;
  reason: string | null;
  /** A socket is being replaced as planned: both are open for a moment, nothing is missed. */
  switching: boolean;
  retryInMs: number | null;
  sockets: number;
  tabs: number;
  reconnects: number;
  heardAgoMs: number | null;
  token: { endsInMs: number; used: number } | null;
  channels: Record<string, ChannelStatus>;
  /** Whether received events reach the log. */
  history: 'kept' | 'unavailable' | 'full';
  /** Why they do not, as a sentence; null where they do, or where nothing is kept by design. Older builds leave it out. */
  historyReason?: string | null;
}

/** Why a tab wakes the leader. */
export type NudgeCause =
  | 'online'
  | 'offline'
  | 'visible'
  | 'pageshow'
  | 'resume'
  | 'focus'
  | 'clock-jump'
  /** A publish has no answer: the path may be dead. */
  | 'publish'
  | 'retry';

export type TabMessage =
  /**
   * A tab and all that it wants now: sent at its start, at every change, and when it hears a new leader or none.
   * `known`: the epoch of the newest leader that it has heard; 0 before. Absent in tabs of older builds.
   */
  | {
      v: 1;
      t: 'tab';
      tab: string;
      locked: boolean;
      visible: boolean;
      online: boolean;
      wants: string[];
      known?: number;
    }
  /** The tab goes (closed, navigated, frozen, into the back/forward cache). */
  | { v: 1; t: 'bye'; tab: string }
  /** Something happened that may have changed the network, or the person pressed "Retry now". */
  | { v: 1; t: 'nudge'; tab: string; cause: NudgeCause; online: boolean }
  /**
   * No leader was heard for a while: whoever leads answers with its status at once. Sent from a second channel
   * object, so that the tab hears its own: one that does not is deaf, and must not judge the leader.
   */
  | { v: 1; t: 'challenge'; tab: string };

/** What one that prepares to lead says to the leader; `by` is its own name, new or the tab's. */
export type SuccessionRequest =
  /** "I prepare to take over": asks for the estate. */
  | { v: 1; t: 'succeed'; by: string }
  /** Every channel of the estate is confirmed here (or refused, as before). */
  | { v: 1; t: 'ready'; by: string };

/** The tabs that a leader knows, and what each wants: all that a successor must be told. */
export interface Estate {
  tabs: Record<string, { wants: string[]; visible: boolean; locked: boolean }>;
}

export type LeaderMessage =
  /**
   * The leader's state; also its heartbeat. `n` is the number of the last event in the log for this epoch: a tab
   * whose cursor is behind reads the log.
   */
  | { v: 1; t: 'status'; epoch: number; n: number; status: LeaderStatus }
  /** Events that are in the log now; their `n` are contiguous, beginning with `from`. */
  | { v: 1; t: 'events'; epoch: number; from: number; records: EventRecord[] }
  /** The coverage of these channels changed: readers read it again. */
  | { v: 1; t: 'coverage'; epoch: number; channels: string[] }
  /** To the one that asked to succeed, or, unasked, an offer to a tab: `to` may prepare now, and nobody else. */
  | ({ v: 1; t: 'estate'; epoch: number; to: string } & Estate)
  /** The leader ended on purpose. Without `to` another may begin; with it, `to` takes over and nobody else needs to. */
  | { v: 1; t: 'ended'; epoch: number; to?: string };

/** Sent by any tab after it changed the outbox: the others read it again. */
export type OutboxHint = { v: 1; t: 'outbox' };

export type LineMessage = TabMessage | SuccessionRequest | LeaderMessage | OutboxHint;

const KNOWN: ReadonlySet<unknown> = new Set([
  'tab',
  'bye',
  'nudge',
  'challenge',
  'succeed',
  'ready',
  'status',
  'events',
  'coverage',
  'estate',
  'ended',
  'outbox',
]);

/**
 * The message in `data`, or null when it is of another protocol version or unknown. Only our own origin can post
 * here, so the envelope decides and the fields are trusted.
 */
export function parseLineMessage(data: unknown): LineMessage | null {
  if (typeof data !== 'object' || data === null) return null;
  const { v, t } = data as Record<string, unknown>;
  return v === 1 && KNOWN.has(t) ? (data as LineMessage) : null;
}

/** Names that tabs, workers and locks of one user share. */
export function lineNames(sub: string): {
  line: string;
  leaderLock: string;
  outboxLock: string;
  database: string;
} {
  return {
    line: `switchboard-line:${sub}`,
    leaderLock: `switchboard-leader:${sub}`,
    outboxLock: `switchboard-outbox:${sub}`,
    database: `switchboard:${sub}`,
  };
}

/** The Web Lock that a tab holds for as long as it lives. */
export function tabLockName(tab: string): string {
  return `switchboard-tab:${tab}`;
}

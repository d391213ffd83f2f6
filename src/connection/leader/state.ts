/**
 * What the leader knows, what happens to it, and what it asks to be done: the words of the reducer beside this
 * file. docs/connection.md draws the states.
 */
import type { WireFault } from '../../shared/events-wire.ts';
import type { NudgeCause } from '../../shared/line-messages.ts';
import type { GapCause } from '../../shared/log.ts';

/** The moment of an event and the luck of the draw, given from outside so that the reducer stays pure. */
export interface Moment {
  /** Monotonic, milliseconds. */
  now: number;
  /** Wall clock, milliseconds since 1970. */
  wall: number;
  /** In [0, 1): for jitter. */
  random: number;
}

export interface Subscription {
  channel: string;
  /** Monotonic: when it was asked for. */
  askedAt: number;
  /** Wall clock from which we provably listen; null until the service confirmed. */
  liveFrom: number | null;
}

export interface Socket {
  id: number;
  /** Monotonic. */
  startedAt: number;
  heardAt: number;
  heardWall: number;
  /** By subscription id. */
  subs: Readonly<Record<string, Subscription>>;
}

/** A channel that the service refused, set aside so that the others are not touched. */
export interface Parked {
  phase: 'denied' | 'failed';
  reason: string;
  attempts: number;
  /** Monotonic; null: only a new token brings it back. */
  retryAt: number | null;
}

/** No acknowledged socket and none opening: when and why the next attempt starts. */
export interface Retry {
  /** Monotonic: when the connection was lost. */
  since: number;
  /** Attempts made since. */
  attempts: number;
  at: number;
  reason: string;
}

export interface Probe {
  socket: number;
  /** Monotonic: an answer later than this is no answer. */
  dueAt: number;
}

export interface LeaderState {
  ended: 'signed-out' | 'stopped' | null;
  tabs: Readonly<Record<string, { wants: readonly string[]; visible: boolean }>>;
  online: boolean;
  /** The acknowledged socket. */
  current: Socket | null;
  /** The socket that is being opened: first connect, reconnect, or a race against a silent `current`. */
  candidate: Socket | null;
  probe: Probe | null;
  retry: Retry | null;
  parked: Readonly<Record<string, Parked>>;
  /** The next connect must not use the held token: the service refused it. */
  forceToken: boolean;
  everLive: boolean;
  reconnects: number;
  /** Last used number, for sockets and subscription ids. */
  serial: number;
  /** Monotonic: since when no tab is there; null while one is. */
  aloneSince: number | null;
}

export type LeaderEvent =
  | { t: 'tick' }
  | { t: 'tab'; tab: string; wants: readonly string[]; visible: boolean; online: boolean }
  | { t: 'tab-gone'; tab: string }
  | { t: 'nudge'; cause: NudgeCause; online: boolean }
  /** The token for a connect could not be had. */
  | { t: 'token-failed'; socket: number; reason: string }
  /** The session is definitely over. */
  | { t: 'signed-out' }
  /** The leader uses another token than before: what was denied may be allowed now. */
  | { t: 'token-changed' }
  | { t: 'acked'; socket: number }
  | { t: 'heard'; socket: number }
  | { t: 'subscribed'; socket: number; sub: string }
  | { t: 'refused'; socket: number; sub: string; fault: WireFault }
  | { t: 'data'; socket: number; sub: string; event: string }
  /** The socket ended, or never opened. `spoke`: the service said why. */
  | { t: 'closed'; socket: number; reason: string; spoke: 'nothing' | 'unauthorized' | 'refused' }
  | { t: 'stop' };

export type LeaderEffect =
  | { t: 'open'; socket: number; forceToken: boolean }
  | { t: 'close'; socket: number }
  | { t: 'subscribe'; socket: number; sub: string; channel: string; forceToken: boolean }
  | { t: 'unsubscribe'; socket: number; sub: string }
  /** One cheap round trip: any frame in answer proves the path. */
  | { t: 'probe'; socket: number }
  | { t: 'record'; channel: string; event: string }
  /** An interval of listening began, or ended (then `endedBy`). Wall clock. */
  | { t: 'cover'; channel: string; from: number; to: number; endedBy: GapCause | null };

export function initialLeaderState(online: boolean): LeaderState {
  return {
    ended: null,
    tabs: {},
    online,
    current: null,
    candidate: null,
    probe: null,
    retry: null,
    parked: {},
    forceToken: false,
    everLive: false,
    reconnects: 0,
    serial: 0,
    aloneSince: null,
  };
}

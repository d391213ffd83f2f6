/**
 * What the leader knows, what happens to it, and what it asks to be done: the words of the reducer beside this
 * file. docs/connection.md draws the states.
 */
import type { WireFault } from '../../shared/events-wire.ts';
import type { NudgeCause } from '../../shared/line-messages.ts';
import type { GapCause } from '../../shared/log.ts';
import type { Overlap } from './overlap.ts';
import { MAX_SUBSCRIPTIONS } from './timing.ts';

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
  /** When the service confirmed it on this socket, on both clocks; null until then. */
  live: { at: number; wall: number } | null;
  /**
   * Wall clock: the beginning of the interval of coverage that this subscription carries on; earlier than its own
   * confirmation where it took over without a hole. Null on a socket that is not `current`.
   */
  coveredFrom: number | null;
}

export interface Socket {
  id: number;
  /** Monotonic. */
  startedAt: number;
  /** Monotonic; null until the service acknowledged it. */
  ackedAt: number | null;
  heardAt: number;
  /** Wall clock: it certainly listened until then (`proof.ts`). */
  provenWall: number;
  /** Monotonic: all that the service sent before was heard, for it answered what was asked then. */
  provenAt: number;
  /** Monotonic: when a round trip last proved that what is heard is fresh; null while that is in doubt. */
  freshAt: number | null;
  /** The last probe on it as `current`, until it is answered. */
  asked: { probe: string; at: number; wall: number } | null;
  /** Monotonic: from here on a newer token than that which opened it is to be had; null until a token was. */
  renewAt: number | null;
  /** The sign-in whose token opened it ({@link LeaderState.generation}). */
  generation: number;
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
  /** Monotonic: an answer later than this is no answer. */
  dueAt: number;
}

/** A planned change under way: the candidate replaces a healthy `current`. */
export interface Change {
  /** Monotonic: when a mismatch last made the overlap begin anew. */
  restartedAt: number;
  /** Monotonic: a late twin is waited for until then. */
  recheckAt: number;
  /** Monotonic: the first mismatch. */
  mismatchAt: number | null;
  /** `current` was asked to prove itself when the candidate had everything. */
  checked: boolean;
  /** The candidate was silent and is asked to prove itself before the other goes. */
  proof: Probe | null;
  /** Channels that the service refuses with the new token, and its reason. */
  denied: Readonly<Record<string, string>>;
}

/** `current` was told to deliver nothing more; the probe's answer proves that nothing is under way. */
export interface Drain {
  probe: string;
  /** Monotonic: no longer waited for. */
  dueAt: number;
  /** Wall clock: it listened until here. */
  wall: number;
  done: boolean;
}

/** One connection and its channels. */
export interface Line {
  id: number;
  /** What this line is to listen to. A channel stays on its line. */
  channels: readonly string[];
  /** How many channels it may take. */
  capacity: number;
  /** The acknowledged socket. */
  current: Socket | null;
  /** The socket beside it: first connect, reconnect, a race against a silent `current`, or a planned change. */
  candidate: Socket | null;
  change: Change | null;
  drain: Drain | null;
  overlap: Overlap | null;
  probe: Probe | null;
  retry: Retry | null;
  /** Monotonic: when the life of `current` at the service is nearly over. */
  lifeDueAt: number;
  /** Monotonic: no planned change before; and how many failed in a row. */
  changeAfter: number;
  changeFailures: number;
  /** The next connect must not use the held token: the service refused it. */
  forceToken: boolean;
  everLive: boolean;
}

export interface Tab {
  wants: readonly string[];
  visible: boolean;
  /** Whether it holds its tab lock. */
  locked: boolean;
}

export interface LeaderState {
  ended: 'signed-out' | 'stopped' | 'moved' | null;
  /** A successor takes over: `settling` until it certainly hears everything, then nothing more is listened to here. */
  leaving: 'settling' | 'draining' | null;
  tabs: Readonly<Record<string, Tab>>;
  online: boolean;
  lines: readonly Line[];
  parked: Readonly<Record<string, Parked>>;
  /** Counts the sign-ins of the same user whose tokens this leader was given. */
  generation: number;
  /** Longest life of a socket at the service, milliseconds. */
  lifetimeMs: number;
  reconnects: number;
  /** Last used number, for lines, sockets, probes and subscription ids. */
  serial: number;
  /** Monotonic: since when no tab is there; null while one is. */
  aloneSince: number | null;
}

export type LeaderEvent =
  | { t: 'tick' }
  | { t: 'tab'; tab: string; wants: readonly string[]; visible: boolean; locked: boolean; online: boolean }
  | { t: 'tab-gone'; tab: string }
  | { t: 'nudge'; cause: NudgeCause; online: boolean }
  /** The socket is opened with a token that is to be renewed from then on. Monotonic. */
  | { t: 'token'; socket: number; renewAt: number }
  /** The token for a connect could not be had. */
  | { t: 'token-failed'; socket: number; reason: string }
  /** The session is definitely over. */
  | { t: 'signed-out' }
  /** The leader uses another token than before: what was denied may be allowed now. */
  | { t: 'token-changed' }
  /** The same user signed in anew: sockets that an older sign-in opened are to be replaced. */
  | { t: 'renew' }
  | { t: 'acked'; socket: number }
  | { t: 'heard'; socket: number }
  /** A probe was answered. */
  | { t: 'answered'; socket: number; probe: string }
  | { t: 'subscribed'; socket: number; sub: string }
  | { t: 'refused'; socket: number; sub: string; fault: WireFault }
  | { t: 'data'; socket: number; sub: string; event: string }
  /** The socket ended, or never opened. `spoke`: the service said why. */
  | { t: 'closed'; socket: number; reason: string; spoke: 'nothing' | 'unauthorized' | 'refused' }
  /** A successor is ready: no more planned changes here. */
  | { t: 'leave' }
  /** The successor has had its time to settle: nothing more is to be delivered here. */
  | { t: 'drain' }
  /** The successor has it now. */
  | { t: 'moved' }
  | { t: 'stop' };

export type LeaderEffect =
  /**
   * `newerThan`: a socket whose token must not be used again; where there is no other, `token-failed`.
   * `ask`: only where an answer over HTTP shows that somebody is there.
   */
  | { t: 'open'; socket: number; forceToken: boolean; newerThan: number | null; ask: boolean }
  | { t: 'close'; socket: number }
  | { t: 'subscribe'; socket: number; sub: string; channel: string; forceToken: boolean }
  | { t: 'unsubscribe'; socket: number; sub: string }
  /** One cheap round trip: any frame in answer proves the path. */
  | { t: 'probe'; socket: number; id: string }
  | { t: 'record'; channel: string; event: string }
  /** An interval of listening began, or ended (then `endedBy`). Wall clock. */
  | { t: 'cover'; channel: string; from: number; to: number; endedBy: GapCause | null };

export function initialLeaderState(online: boolean, lifetimeMs: number): LeaderState {
  return {
    ended: null,
    leaving: null,
    tabs: {},
    online,
    lines: [newLine(1)],
    parked: {},
    generation: 0,
    lifetimeMs,
    reconnects: 0,
    serial: 1,
    aloneSince: null,
  };
}

export function newLine(id: number): Line {
  return {
    id,
    channels: [],
    capacity: MAX_SUBSCRIPTIONS,
    current: null,
    candidate: null,
    change: null,
    drain: null,
    overlap: null,
    probe: null,
    retry: null,
    lifeDueAt: Number.POSITIVE_INFINITY,
    changeAfter: 0,
    changeFailures: 0,
    forceToken: false,
    everLive: false,
  };
}

/**
 * The public face of the shared connection: types only. `createConnection` in `index.ts` makes one; the app and
 * other products build against this file.
 */
import type { Outbox } from '../outbox/api.ts';
import type { TokenClient } from '../session/api.ts';
import type { AppError } from '../shared/errors.ts';
import type { ChannelStatus, ConnectionPhase, HostKind } from '../shared/line-messages.ts';
import type { CoveredInterval, EventRecord, Gap, Position } from '../shared/log.ts';
import type { EventsConfig } from '../shared/page-data.ts';
import type { Store } from '../shared/store.ts';

/** What a page may know of the token: never the token. */
export interface TokenStatus {
  /** When the token ends, on this page's monotonic clock (`performance.now()`), milliseconds. */
  endsAt: number;
  /** How many different tokens the leader has used so far. */
  used: number;
}

/** A thing that this browser lacks, and that costs more requests or sockets, or history. */
export type Limitation =
  | 'no-service-worker'
  | 'no-shared-worker'
  | 'no-web-locks'
  | 'no-history'
  | 'storage-full';

export interface ConnectionStatus {
  phase: ConnectionPhase;
  /** Why it is not live, as a sentence; null when live. */
  reason: string | null;
  /** A socket is being replaced as planned; nothing is missed meanwhile. */
  switching: boolean;
  /** When the next attempt starts, on this page's monotonic clock, milliseconds; null when none is planned. */
  retryAt: number | null;
  host: HostKind;
  /** Whether the leader lives in this very tab. */
  leading: boolean;
  /** Short id of the leader, the same in all tabs; null until one was heard. */
  leaderId: string | null;
  /** Grows with every leader. 0 until one was heard. */
  epoch: number;
  /** Sockets the leader holds now. */
  sockets: number;
  /** Tabs the leader serves. */
  tabs: number;
  /** Sockets opened again after a loss, since this leader began. */
  reconnects: number;
  /** When the leader last heard from the service, on this page's monotonic clock, milliseconds. */
  lastHeardAt: number | null;
  token: TokenStatus | null;
  channels: Readonly<Record<string, ChannelStatus>>;
  limitations: readonly Limitation[];
  /** Why events are not kept on this device, as a sentence; null while they are. */
  historyReason: string | null;
}

/** When a channel was listened to on this device, and when not. */
export interface Coverage {
  /** Whether the first read from the device is still under way. */
  loading: boolean;
  /** Whether it is listened to now, as far as this tab knows: then the last interval is still growing. */
  live: boolean;
  /** Oldest first; none touches the next. Before the first one nothing is claimed. */
  intervals: readonly CoveredInterval[];
  /** What lies between the intervals, and after the last one while it is not listened to: `to` is null then. */
  gaps: readonly Gap[];
}

/** A row of a feed, oldest first. The same object for as long as it says the same. */
export type FeedRow =
  | { kind: 'event'; key: string; record: EventRecord }
  | { kind: 'gap'; key: string; gap: Gap };

export interface FeedState {
  rows: readonly FeedRow[];
  /** Whether the first read of the log is still under way. */
  loading: boolean;
  /** Whether the log holds older rows than the first one here. */
  hasOlder: boolean;
  /** Events received since the feed was opened (not those read from the log). */
  received: number;
}

/** One channel as a person looks at it: what the log has, and what arrives. */
export interface Feed extends Store<FeedState> {
  readonly channel: string;
  /** Reads the next older page of the log into the rows. */
  loadOlder(): Promise<void>;
  /**
   * A page of the log, oldest first: the last `limit` events before a position (null: the newest), or the first ones
   * after it (null: the oldest). For readers that hold a range of their own.
   */
  page(
    where: { before: Position | null } | { after: Position | null },
    limit: number,
  ): Promise<readonly EventRecord[]>;
  /** Everything the log holds of the channel, oldest first, in pages (for export). */
  all(): AsyncIterable<readonly EventRecord[]>;
  /** Lets go of the channel; when no tab wants it any more, its subscription ends. */
  close(): void;
}

/** The observer of Amplify's `EventsChannel.subscribe`. */
export interface SubscriptionObserver<T> {
  /** `id` is the log position as text; `event` is the parsed JSON. */
  next(data: { id: string; type: 'data'; event: T }): void;
  error(error: AppError): void;
}

/** The shape of Amplify's `EventsChannel`, so that an app moves over by changing one import. */
export interface EventsChannel {
  subscribe<T = unknown>(observer: SubscriptionObserver<T>): { unsubscribe(): void };
  /** Publishes through the outbox; resolves when the publish is durable on this device. */
  publish(event: unknown): Promise<void>;
  close(): void;
}

/** The shape of Amplify's `events`. */
export interface SharedEvents {
  /**
   * Joins a channel over the shared connection. Resolves when the service confirmed the subscription.
   * @throws AppError `bad-channel`, `denied`, `signed-out`.
   */
  connect(channel: string): Promise<EventsChannel>;
  /** Publishes one to five events through the outbox. */
  post(channel: string, events: unknown | readonly unknown[]): Promise<void>;
}

export interface ConnectionOptions {
  /** The signed-in user. */
  sub: string;
  /** The epoch of the sign-in; a newer one of the same user is told with `Connection.renew`. */
  epoch: number;
  /** Build id: a worker of another build is never joined. */
  build: string;
  events: EventsConfig;
  /** For publishes, and for a leader in this tab; one in a worker has its own. */
  tokens: TokenClient;
  /** A publish was queued: the app may ask the browser for a background sync, so that it goes out with no page open. */
  onQueued?(): void;
  /** Address of the built `worker/leader-worker.ts`, as this page's Trusted Types want it. */
  workerUrl: string | URL;
  /** Whether a service worker answers this page's token requests by now; a first one may come late. */
  serviceWorker(): boolean;
}

export interface Connection {
  readonly events: SharedEvents;
  readonly status: Store<ConnectionStatus>;
  readonly outbox: Outbox;
  /** Opens the feed of a channel. @throws AppError `bad-channel`. */
  feed(channel: string): Feed;
  /**
   * When a channel was listened to, of all that this device remembers. It is read when the first listener
   * subscribes and kept up to date while there is one. Asking does not make the channel wanted.
   * @throws AppError `bad-channel`.
   */
  coverage(channel: string): Store<Coverage>;
  /** Tries to connect now instead of waiting. */
  retryNow(): void;
  /** Moves the leader into this tab, with nothing missed. Does nothing where the leader does not live in a tab. */
  becomeLeader(): void;
  /** The same user signed in anew: the connection goes on, with the tokens of the new sign-in. */
  renew(epoch: number): void;
  /**
   * Lets this tab go, and with `wipe` deletes all that the device keeps of this user. What ends the connection in the
   * other tabs is the sign-out.
   */
  end(options: { wipe: boolean }): Promise<void>;
  /** Lets this tab go; others are not touched. */
  close(): void;
}

export type { Outbox, OutboxRow, OutboxState } from '../outbox/api.ts';
export type { ChannelPhase, ChannelStatus, ConnectionPhase, HostKind } from '../shared/line-messages.ts';
export type { CoveredInterval, EventRecord, Gap, GapCause, Position } from '../shared/log.ts';
export { placeOf } from '../shared/log.ts';
export type { AppError };

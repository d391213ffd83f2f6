/**
 * Keeps one feed open for every channel of the desk, counts what arrived in those nobody is looking at, and how much
 * arrives in each.
 */
import type { Connection, Feed } from '../../connection/api.ts';
import type { Clock } from '../../shared/clock.ts';
import { isAppError } from '../../shared/errors.ts';
import { createStore, type Store } from '../../shared/store.ts';

export interface DeskFeeds {
  /** Open feeds by channel. */
  readonly feeds: Store<ReadonlyMap<string, Feed>>;
  /** Events not looked at yet, by channel; channels without any are absent. */
  readonly unread: Store<Readonly<Record<string, number>>>;
  /** Events in each of the last {@link RATE_SLOTS} slots, oldest first, by channel; quiet channels are absent. */
  readonly rates: Store<Readonly<Record<string, readonly number[]>>>;
  /** The channel that is being read; null: none. */
  readonly read: Store<string | null>;
  /** Counts events that arrived before the feed was opened, and that nobody has looked at either. */
  addUnread(channel: string, events: number): void;
  /** Opens and closes feeds until exactly `channels` are open; `selected` is the one being read. */
  want(channels: readonly string[], selected: string | null): void;
  close(): void;
}

/** Length of a slot, milliseconds, and how many are kept: a minute. */
export const RATE_SLOT_MS = 2_000;
export const RATE_SLOTS = 30;

export interface DeskFeedsDeps {
  connection: Pick<Connection, 'feed'>;
  clock: Clock;
}

interface OpenFeed {
  feed: Feed;
  /** How much of `received` was looked at. */
  read: number;
  /** `received` at the end of the last slot. */
  counted: number;
  slots: readonly number[];
  stop(): void;
}

/** The feed, or null from a connection that just ended: the desk is about to go with it. */
function openFeed(connection: Pick<Connection, 'feed'>, channel: string): Feed | null {
  try {
    return connection.feed(channel);
  } catch (error) {
    if (isAppError(error, 'closed', 'signed-out')) return null;
    throw error;
  }
}

export function createDeskFeeds({ connection, clock }: DeskFeedsDeps): DeskFeeds {
  const open = new Map<string, OpenFeed>();
  const feeds = createStore<ReadonlyMap<string, Feed>>(new Map());
  const unread = createStore<Readonly<Record<string, number>>>({});
  const rates = createStore<Readonly<Record<string, readonly number[]>>>({});
  const read = createStore<string | null>(null);

  const count = (channel: string) => {
    const entry = open.get(channel);
    if (entry === undefined) return;
    const { received } = entry.feed.get();
    if (channel === read.get()) entry.read = received;
    const waiting = received - entry.read;
    const { [channel]: before = 0, ...others } = unread.get();
    if (waiting !== before) unread.set(waiting === 0 ? others : { ...others, [channel]: waiting });
  };

  const shut = (channel: string, entry: OpenFeed) => {
    entry.stop();
    entry.feed.close();
    open.delete(channel);
    const { [channel]: _, ...others } = unread.get();
    unread.set(others);
  };

  const slot = () => {
    let changed = false;
    const now: Record<string, readonly number[]> = {};
    for (const [channel, entry] of open) {
      const { received } = entry.feed.get();
      const arrived = Math.max(0, received - entry.counted);
      entry.counted = received;
      if (arrived > 0 || entry.slots.some((count) => count > 0)) {
        entry.slots = [...entry.slots.slice(1), arrived];
        changed = true;
      }
      if (entry.slots.some((count) => count > 0)) now[channel] = entry.slots;
    }
    if (changed) rates.set(now);
    cancelSlot = clock.after(RATE_SLOT_MS, slot);
  };
  let cancelSlot = clock.after(RATE_SLOT_MS, slot);

  const publish = () => feeds.set(new Map([...open].map(([channel, entry]) => [channel, entry.feed])));

  return {
    feeds,
    unread,
    rates,
    read,
    addUnread(channel, events) {
      const entry = open.get(channel);
      if (entry === undefined) return;
      entry.read -= events;
      count(channel);
    },
    want(channels, selected) {
      read.set(selected);
      let changed = false;
      for (const [channel, entry] of open) {
        if (channels.includes(channel)) continue;
        shut(channel, entry);
        changed = true;
      }
      for (const channel of channels) {
        if (open.has(channel)) continue;
        const feed = openFeed(connection, channel);
        if (feed === null) continue;
        open.set(channel, {
          feed,
          read: 0,
          counted: 0,
          slots: new Array<number>(RATE_SLOTS).fill(0),
          stop: feed.subscribe(() => count(channel)),
        });
        changed = true;
      }
      if (changed) publish();
      if (selected !== null) count(selected);
    },
    close() {
      cancelSlot();
      for (const [channel, entry] of open) shut(channel, entry);
      publish();
    },
  };
}

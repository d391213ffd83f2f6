/** Keeps one feed open for every channel of the desk, and counts what arrived in those nobody is looking at. */
import type { Connection, Feed } from '../../connection/api.ts';
import { isAppError } from '../../shared/errors.ts';
import { createStore, type Store } from '../../shared/store.ts';

export interface DeskFeeds {
  /** Open feeds by channel. */
  readonly feeds: Store<ReadonlyMap<string, Feed>>;
  /** Events not looked at yet, by channel; channels without any are absent. */
  readonly unread: Store<Readonly<Record<string, number>>>;
  /** Opens and closes feeds until exactly `channels` are open; `selected` is the one being read. */
  want(channels: readonly string[], selected: string | null): void;
  close(): void;
}

interface OpenFeed {
  feed: Feed;
  /** How much of `received` was looked at. */
  read: number;
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

export function createDeskFeeds(connection: Pick<Connection, 'feed'>): DeskFeeds {
  const open = new Map<string, OpenFeed>();
  const feeds = createStore<ReadonlyMap<string, Feed>>(new Map());
  const unread = createStore<Readonly<Record<string, number>>>({});
  let selected: string | null = null;

  const count = (channel: string) => {
    const entry = open.get(channel);
    if (entry === undefined) return;
    const { received } = entry.feed.get();
    if (channel === selected) entry.read = received;
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

  const publish = () => feeds.set(new Map([...open].map(([channel, entry]) => [channel, entry.feed])));

  return {
    feeds,
    unread,
    want(channels, nowSelected) {
      selected = nowSelected;
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
        open.set(channel, { feed, read: 0, stop: feed.subscribe(() => count(channel)) });
        changed = true;
      }
      if (changed) publish();
      if (selected !== null) count(selected);
    },
    close() {
      for (const [channel, entry] of open) shut(channel, entry);
      publish();
    },
  };
}

/** The feed of an open channel; null until there is a connection. */
import type { Feed } from '../../connection/api.ts';
import { createStore, type Store } from '../../shared/store.ts';
import { useDesk } from '../desk/desk-context.ts';
import { useStore } from '../services.ts';

type Feeds = ReadonlyMap<string, Feed>;

const NO_FEEDS: Feeds = new Map();
const NO_FEEDS_STORE: Store<Feeds> = createStore(NO_FEEDS);

export function useFeed(channel: string): Feed | null {
  const { feeds } = useDesk();
  return useStore(feeds?.feeds ?? NO_FEEDS_STORE, NO_FEEDS).get(channel) ?? null;
}

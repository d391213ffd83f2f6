/** What the parts of a signed-in desk share, and how each follows just what it shows. */
import { createContext, useContext, useMemo, useSyncExternalStore } from 'react';
import type { SessionInfo } from '../../shared/page-data.ts';
import type { Store } from '../../shared/store.ts';
import type { ActionRegistry } from '../actions/registry.ts';
import { useServices, useStore } from '../services.ts';
import type { DeskFeeds } from './desk-feeds.ts';
import { NO_PREFERENCES, type Preferences } from './preferences.ts';
import type { PreferencesStore } from './preferences-store.ts';
import type { Route } from './route.ts';
import { EMPTY_WINDOW, type OpenChannel, type WindowState, withOpen } from './window-state.ts';
import type { WindowStore } from './window-store.ts';

export interface DeskScope {
  user: SessionInfo;
  preferences: PreferencesStore;
  window: WindowStore;
  route: Route;
  actions: ActionRegistry;
  /** Null until the connection is there. */
  feeds: DeskFeeds | null;
  /** Says something to screen readers, politely and without a place on the screen. */
  announce(message: string): void;
  /** Writes what waits to be written; with `wipe`, removes all that the device keeps of this desk. */
  leave(options: { wipe: boolean }): void;
}

export const DeskContext = createContext<DeskScope | null>(null);

export function useDesk(): DeskScope {
  const scope = useContext(DeskContext);
  if (scope === null) throw new Error('A part of the desk was rendered outside DeskContext.');
  return scope;
}

/** A part of a store; the part must be the same object for as long as it says the same. */
function useSelected<T, U>(store: Store<T>, select: (value: T) => U, server: T): U {
  return useSyncExternalStore(
    store.subscribe,
    () => select(store.get()),
    () => select(server),
  );
}

/** A part of what this window shows. */
export function useWindow<T>(select: (state: WindowState) => T): T {
  return useSelected(useDesk().window, select, EMPTY_WINDOW);
}

/** A part of the person's preferences. */
export function usePreferences<T>(select: (preferences: Preferences) => T): T {
  return useSelected(useDesk().preferences, select, NO_PREFERENCES);
}

/** The selected channel, canonical; null on the start page. */
export function useChannel(): string | null {
  const { page } = useServices();
  const { route } = useDesk();
  const server = useMemo(() => ({ channel: page.channel, error: page.channelError }), [page]);
  return useStore(route, server).channel;
}

/** The open channels; one that the address names is among them before the window has noted it. */
export function useChannels(): readonly OpenChannel[] {
  const channels = useWindow((state) => state.channels);
  const channel = useChannel();
  return useMemo(
    () => (channel === null ? channels : withOpen({ ...EMPTY_WINDOW, channels }, channel).channels),
    [channels, channel],
  );
}

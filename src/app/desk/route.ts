/** The address is the state: which channel is selected is what `/c/<channel>` says, so Back and links work. */
import { parseChannel } from '../../shared/channel.ts';
import { isAppError } from '../../shared/errors.ts';
import { createStore, type Store } from '../../shared/store.ts';

const CHANNEL_PREFIX = '/c/';

export interface RouteState {
  /** Canonical; null on the start page. */
  channel: string | null;
  /** Why the address names no channel, as a sentence. */
  error: string | null;
}

export interface Route extends Store<RouteState> {
  /** Selects a channel (null: none), and tells so. A replaced address leaves no step behind for Back. */
  go(channel: string | null, options?: { replace?: boolean }): void;
}

/** The address of a channel. Names hold only letters, digits, dashes, slashes and `*`: nothing to escape. */
export function channelPath(channel: string | null): string {
  return channel === null ? '/' : `${CHANNEL_PREFIX}${channel}`;
}

export function readPath(pathname: string): RouteState {
  if (!pathname.startsWith(CHANNEL_PREFIX)) return { channel: null, error: null };
  try {
    const name = decodeURIComponent(pathname.slice(CHANNEL_PREFIX.length));
    return { channel: parseChannel(name, 'subscribe'), error: null };
  } catch (error) {
    if (isAppError(error)) return { channel: null, error: error.message };
    return { channel: null, error: `The address “${pathname.slice(0, 80)}” cannot be read.` };
  }
}

/** The part of `window` that the route uses. */
export interface RouteWindow {
  location: { readonly pathname: string };
  history: Pick<History, 'pushState' | 'replaceState'>;
  addEventListener(type: 'popstate', listener: () => void): void;
  removeEventListener(type: 'popstate', listener: () => void): void;
}

/** Listens to the page only while somebody listens to it. */
export function createRoute(page: RouteWindow): Route {
  const store = createStore(readPath(page.location.pathname));
  let listeners = 0;
  const onPop = () => {
    const next = readPath(page.location.pathname);
    const now = store.get();
    if (next.channel !== now.channel || next.error !== now.error) store.set(next);
  };
  return {
    get: store.get,
    subscribe(listener) {
      if (listeners === 0) page.addEventListener('popstate', onPop);
      listeners += 1;
      const stop = store.subscribe(listener);
      return () => {
        stop();
        listeners -= 1;
        if (listeners === 0) page.removeEventListener('popstate', onPop);
      };
    },
    go(channel, options = {}) {
      const now = store.get();
      if (now.channel !== channel || now.error !== null) {
        const path = channelPath(channel);
        if (options.replace) page.history.replaceState(null, '', path);
        else page.history.pushState(null, '', path);
      }
      // Told also where the address stays: who covered the channel with something else hears that it is wanted.
      store.set({ channel, error: null });
    },
  };
}

/** The route of a page that is rendered on the server: it stays where it is. */
export function createFixedRoute(state: RouteState): Route {
  const store = createStore(state);
  return { get: store.get, subscribe: store.subscribe, go: () => {} };
}

/**
 * What the React tree is given from outside: one object, made once by the client entry (real rooms) or by the
 * server entry (inert ones). Components reach it through these hooks and never import another room's factory.
 */
import { createContext, useCallback, useContext, useSyncExternalStore } from 'react';
import type { Connection, ConnectionStatus } from '../connection/api.ts';
import type { Pwa, PwaState } from '../pwa/api.ts';
import type { Session, SessionState } from '../session/api.ts';
import type { PageData } from '../shared/page-data.ts';
import { createStore, type Store } from '../shared/store.ts';
import type { LanguageService } from './text/language.ts';

export interface Services {
  session: Session;
  pwa: Pwa;
  language: LanguageService;
  /** Null until somebody is signed in and the connection room has started. */
  connection: Store<Connection | null>;
  page: PageData;
}

export const ServicesContext = createContext<Services | null>(null);

export function useServices(): Services {
  const services = useContext(ServicesContext);
  if (services === null) throw new Error('A component of the app was rendered outside ServicesContext.');
  return services;
}

/**
 * The value of a store, followed.
 * @param serverValue what the server rendered, when it differs from what the store holds in the browser: React
 *   hydrates with it and only then shows the store's own value, so the first paint never mismatches.
 */
export function useStore<T>(store: Store<T>, serverValue?: T): T {
  const subscribe = useCallback((listener: () => void) => store.subscribe(listener), [store]);
  const get = () => store.get();
  return useSyncExternalStore(subscribe, get, serverValue === undefined ? get : () => serverValue);
}

const sessionOfPage = new WeakMap<PageData, SessionState>();

/** The session as the page's data tells it; the same object for the same page, as React asks of a snapshot. */
export function sessionStateOf(page: PageData): SessionState {
  let state = sessionOfPage.get(page);
  if (state === undefined) {
    if (page.session === 'unknown') state = { kind: 'unknown' };
    else if (page.session === null) state = { kind: 'signed-out', reason: 'never' };
    else state = { kind: 'signed-in', user: page.session, offline: false };
    sessionOfPage.set(page, state);
  }
  return state;
}

export function useSessionState(): SessionState {
  const { session, page } = useServices();
  return useStore(session.state, sessionStateOf(page));
}

export const INITIAL_PWA_STATE: PwaState = {
  serviceWorker: 'none',
  updateReady: false,
  canInstall: false,
  standalone: false,
};

export function usePwaState(): PwaState {
  return useStore(useServices().pwa.state, INITIAL_PWA_STATE);
}

export function useConnection(): Connection | null {
  return useStore(useServices().connection, null);
}

const NO_STATUS: Store<ConnectionStatus | null> = createStore<ConnectionStatus | null>(null);

/** The connection's status; null while there is no connection yet. */
export function useConnectionStatus(): ConnectionStatus | null {
  const connection = useConnection();
  return useStore<ConnectionStatus | null>(connection?.status ?? NO_STATUS, null);
}

/**
 * Services that do nothing and tell only what the page's data says: what the server renders with. They hold no
 * timer, no storage and no network.
 */
import { AppError } from '../shared/errors.ts';
import type { PageData } from '../shared/page-data.ts';
import { createStore } from '../shared/store.ts';
import type { TokenState } from '../shared/token-machine.ts';
import { INITIAL_PWA_STATE, type Services, sessionStateOf } from './services.ts';
import type { Catalogue } from './text/catalogue.ts';
import { createLanguage } from './text/language.ts';

/** @param text the catalogue that the page is rendered in. */
export function createInertServices(page: PageData, text: Catalogue): Services {
  const nothing = () => {};
  return {
    page,
    language: createLanguage(text),
    connection: createStore(null),
    session: {
      state: createStore(sessionStateOf(page)),
      tokens: {
        state: createStore<TokenState>({ kind: 'empty' }),
        get: () =>
          Promise.reject(
            new AppError(
              'token-unavailable',
              'This page has no session services yet. Reload it to try again.',
              {
                retryable: true,
              },
            ),
          ),
        raiseEpoch: nothing,
        close: nothing,
      },
      signInUrl: (returnTo) => `/auth/sign-in?return=${encodeURIComponent(returnTo)}`,
      signOut: () => Promise.resolve(null),
      verify: () => Promise.resolve(),
      close: nothing,
    },
    pwa: {
      state: createStore(INITIAL_PWA_STATE),
      settled: () => Promise.resolve(),
      applyUpdate: nothing,
      install: () => Promise.resolve(false),
      onLaunch: () => () => {},
      notifications: {
        state: () => 'unsupported',
        ask: () => Promise.resolve('unsupported'),
        show: () => Promise.resolve(),
      },
      showBadge: () => {},
      keepStorage: () => Promise.resolve(false),
      requestOutboxSync: nothing,
      close: nothing,
    },
  };
}

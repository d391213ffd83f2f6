/**
 * Which requests the service worker answers. Everything about sign-in, every API but the token, and whatever is
 * not plainly ours goes to the network untouched: a service worker between the browser and an OAuth callback
 * breaks cookies and codes.
 */
import { TOKEN_PATH } from '../src/shared/token.ts';
import { SHARE_PATH } from './share-target.ts';

export type Route =
  /** Not ours: no `respondWith`. */
  | 'network'
  /** The broker answers. */
  | 'token'
  /** A page: network first, then the shell. */
  | 'navigation'
  /** Another app shares something: on to the composer. */
  | 'share'
  /** A file: from the precache where it is in there, else the network. */
  | 'asset';

export interface RequestFacts {
  url: string;
  method: string;
  mode: string;
}

const NETWORK_PREFIXES = ['/auth/', '/api/'];
const NETWORK_PATHS = ['/healthz', '/readyz', '/metrics', '/sw.js', '/sw-outbox.js'];

export function routeOf(request: RequestFacts, origin: string): Route {
  const url = new URL(request.url);
  const navigates = request.mode === 'navigate';
  if (request.method === 'POST' && navigates && url.origin === origin && url.pathname === SHARE_PATH) {
    return 'share';
  }
  if (request.method !== 'GET' || url.origin !== origin) return 'network';
  if (url.pathname === TOKEN_PATH && url.search === '') {
    // As a page, a frame or a script the token route is for the server to refuse.
    return request.mode === 'cors' || request.mode === 'same-origin' ? 'token' : 'network';
  }
  if (NETWORK_PREFIXES.some((prefix) => url.pathname.startsWith(prefix))) return 'network';
  if (NETWORK_PATHS.includes(url.pathname)) return 'network';
  // The answer of an identity provider, wherever it lands.
  if (url.searchParams.has('code') || url.searchParams.has('state')) return 'network';
  return navigates ? 'navigation' : 'asset';
}

/** https://w3c.github.io/ServiceWorker/#dictdef-routerrule, as far as it is used. */
interface StaticRoute {
  condition: {
    urlPattern?: string | { pathname: string; search: string };
    requestMethod?: string;
    requestMode?: string;
  };
  source: 'network' | 'fetch-event';
}

/** The `install` event of a browser with static routing. */
export interface StaticRoutingEvent {
  addRoutes?(rules: StaticRoute[]): Promise<void>;
}

const toNetwork = (condition: StaticRoute['condition']): StaticRoute => ({ condition, source: 'network' });

/**
 * The same for browsers with static routing, which then do not even start the service worker. First match wins.
 * The patterns for `code` and `state` take in a little more than {@link routeOf} (`?barcode=`): such a page merely
 * has no offline shell.
 */
const STATIC_ROUTES: StaticRoute[] = [
  { condition: { urlPattern: TOKEN_PATH, requestMode: 'same-origin' }, source: 'fetch-event' },
  { condition: { urlPattern: TOKEN_PATH, requestMode: 'cors' }, source: 'fetch-event' },
  ...NETWORK_PREFIXES.map((prefix) => toNetwork({ urlPattern: `${prefix}*` })),
  ...NETWORK_PATHS.map((path) => toNetwork({ urlPattern: path })),
  ...['code', 'state'].map((name) => toNetwork({ urlPattern: { pathname: '/*', search: `*${name}=*` } })),
  { condition: { urlPattern: SHARE_PATH, requestMethod: 'POST' }, source: 'fetch-event' },
  toNetwork({ requestMethod: 'POST' }),
];

/**
 * For the `install` event. Resolves with whether the browser took the routes; where it did not, {@link routeOf}
 * alone decides, at the price of starting the service worker.
 */
export async function addStaticRoutes(event: StaticRoutingEvent): Promise<boolean> {
  if (event.addRoutes === undefined) return false;
  try {
    await event.addRoutes(STATIC_ROUTES);
    return true;
  } catch {
    return false;
  }
}

/**
 * For the `activate` event. Navigation preload sends the request before the service worker says whether it wants the
 * navigation; if it does not, Chromium sends the request again (seen in version 156). An OAuth callback must never
 * be sent twice. So preload is on only where static routes keep such addresses from getting that far.
 * @param routed what {@link addStaticRoutes} said; null when the worker was started anew since: then the version
 *   before has set it, in the same browser.
 */
export async function setPreload(preload: Preload | undefined, routed: boolean | null): Promise<void> {
  if (routed === true) await preload?.enable();
  else if (routed === false) await preload?.disable();
}

/** The part of a `NavigationPreloadManager` that is used. */
export interface Preload {
  enable(): Promise<void>;
  disable(): Promise<void>;
}

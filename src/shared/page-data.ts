/** What the server tells the page in its first HTML, and the page reads back when it hydrates. */

/** The signed-in user, as far as a page may know. */
export interface SessionInfo {
  sub: string;
  username: string;
  email: string | null;
  /** The epoch of this sign-in (see `TokenAnswer.epoch`). */
  epoch: number;
}

/** Body of `GET /api/session`. */
export type SessionAnswer = { signedIn: true; session: SessionInfo } | { signedIn: false; epoch: number };

export interface EventsConfig {
  /** HTTP publish endpoint, e.g. `https://….appsync-api.eu-west-1.amazonaws.com/event`. */
  endpoint: string;
  /** WebSocket endpoint, `wss:` (or `ws:` on loopback). */
  realtime: string;
  /** Host that authorization objects name: always that of the HTTP endpoint. */
  host: string;
  region: string;
  /** Address of the application's own history of its channels (docs/catch-up.md); null: there is none. */
  history: string | null;
  /** Longest life of a connection at the service, milliseconds. */
  lifetimeMs: number;
}

export type ThemeChoice = 'system' | 'light' | 'dark';

export type Density = 'comfortable' | 'compact';

/** Languages of the app; the first is what everybody else gets. */
export const LANGUAGES = ['en', 'zh'] as const;
export type Language = (typeof LANGUAGES)[number];

/** Cookies in which the browser carries these choices, so that the first HTML already has them. */
export const LOOK_COOKIES = {
  theme: 'switchboard-theme',
  density: 'switchboard-density',
  language: 'switchboard-language',
} as const;

export interface PageData {
  /** Changes with every build; names the worker and the cache. */
  build: string;
  /** `unknown` in the user-free shell: the page asks `/api/session` or, offline, remembers. */
  session: SessionInfo | null | 'unknown';
  /** The channel of `/c/<channel>`, canonical; null elsewhere and in the shell. */
  channel: string | null;
  /** Set when the address names a channel that cannot exist: the sentence to show. */
  channelError: string | null;
  events: EventsConfig;
  theme: ThemeChoice;
  density: Density;
  language: Language;
  /** Address of the stand-ins' fault switches; null against real endpoints. */
  localControl: string | null;
}

/** Id of the `<script type="application/json">` that carries the {@link PageData}. */
export const PAGE_DATA_ID = 'page-data';

/**
 * The BroadcastChannel of the whole origin on which pages, leader and service worker tell each other of
 * sign-out and sign-in. It never carries a token.
 */
export const SESSION_CHANNEL = 'switchboard-session';

/** Messages on {@link SESSION_CHANNEL}. */
export type SessionMessage =
  /** Somebody signed out (or the server said so): drop everything of a lower epoch than `epoch`. */
  | { v: 1; t: 'signed-out'; sub: string | null; epoch: number; reason: SignOutReason; wipe: boolean }
  /** A page of a (new) session has started: pages of another user must let go. */
  | { v: 1; t: 'signed-in'; sub: string; epoch: number };

/** `user`: they pressed the button; `ended`: the server no longer knows the session. */
export type SignOutReason = 'user' | 'ended';

/** The message in `data`, or null when it is none of ours (another version, another sender). */
export function parseSessionMessage(data: unknown): SessionMessage | null {
  if (typeof data !== 'object' || data === null) return null;
  const { v, t, epoch, sub, reason, wipe } = data as Record<string, unknown>;
  if (v !== 1 || typeof epoch !== 'number') return null;
  if (t === 'signed-in' && typeof sub === 'string') return { v, t, sub, epoch };
  if (
    t === 'signed-out' &&
    (sub === null || typeof sub === 'string') &&
    (reason === 'user' || reason === 'ended') &&
    typeof wipe === 'boolean'
  ) {
    return { v, t, sub, epoch, reason, wipe };
  }
  return null;
}

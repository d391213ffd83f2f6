/** What a session is made of: the browser's parts, each as small as it is used, so that tests can stand in for them. */
import type { Clock } from '../shared/clock.ts';
import type { PageData, SessionMessage } from '../shared/page-data.ts';
import type { KeyValueStorage } from './memory.ts';
import type { Fetch } from './server-calls.ts';
import type { PageSignals } from './signals.ts';

/** The part of a BroadcastChannel that is used. */
export interface SessionChannel {
  postMessage(message: SessionMessage): void;
  addEventListener(type: 'message', listener: (event: { data: unknown }) => void): void;
  close(): void;
}

export interface SessionDeps {
  /** Who the server's HTML says is signed in. */
  page: Pick<PageData, 'session'>;
  fetch: Fetch;
  clock: Clock;
  random(): number;
  /** Null where the browser has no BroadcastChannel: other tabs then notice by asking the server. */
  channel: SessionChannel | null;
  /** Null where the browser forbids storage. */
  storage: KeyValueStorage | null;
  signals: PageSignals;
  /**
   * Another user is signed in now, or the page missed how its session ended: it must be loaded again before it shows
   * or sends anything.
   */
  onUserChanged(): void;
}

/** Background Sync, as far as it is used. https://wicg.github.io/background-sync/spec/ (Chromium). */

/** The tag under which a page asks for the outbox to be sent once there is a network, with or without a page. */
export const OUTBOX_SYNC_TAG = 'switchboard-outbox';

/** The part of a `SyncManager` that is used. */
export interface SyncManager {
  register(tag: string): Promise<void>;
}

/** The `sync` event of a service worker. */
export interface SyncEvent {
  readonly tag: string;
  waitUntil(work: Promise<unknown>): void;
}

/** What the build and the browser put into the service worker's scope beyond TypeScript's own library. */

interface PrecacheManifestEntry {
  url: string;
  revision: string | null;
}

interface ServiceWorkerGlobalScope {
  /** Written here by the build: every precached file, `/shell` and `/offline.html` among them. */
  readonly __WB_MANIFEST: PrecacheManifestEntry[];
  /** Put here by `/sw-outbox.js`. */
  sendOutbox?: import('./outbox-sync.ts').SendOutbox;
}

/** The app's own files, kept by workbox-precaching under the list that the build wrote. */
import { cleanupOutdatedCaches, PrecacheController } from 'workbox-precaching';

export interface Precache {
  /** Fetches what is new. Extends the event's life itself. */
  install(event: ExtendableEvent): void;
  /** Drops what is no longer on the list. Extends the event's life itself. */
  activate(event: ExtendableEvent): void;
  /** The file at `path`, or undefined when it is not on the list or not there. */
  match(path: string): Promise<Response | undefined>;
  /** Answers the event from the precache, or leaves it to the browser when the file is not on the list. */
  respond(event: FetchEvent): void;
}

export function createPrecache(manifest: PrecacheManifestEntry[]): Precache {
  const controller = new PrecacheController();
  controller.addToCacheList(manifest);
  cleanupOutdatedCaches();
  return {
    install: (event) => void controller.install(event),
    activate: (event) => void controller.activate(event),
    match: (path) => controller.matchPrecache(path),
    respond(event) {
      const { request } = event;
      const cacheKey = controller.getCacheKeyForURL(request.url);
      if (cacheKey === undefined) return;
      event.respondWith(controller.strategy.handle({ event, request, params: { cacheKey } }));
    },
  };
}

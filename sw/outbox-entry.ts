/** The script `/sw-outbox.js`: hands its one function to the service worker that imports it. */
import { sendOutbox } from './outbox-sync.ts';

declare const self: ServiceWorkerGlobalScope;

self.sendOutbox = sendOutbox;

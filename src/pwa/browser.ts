/** The installed-app room of a real page: {@link createPwa} with the browser's own parts. */
import { createSystemClock } from '../shared/clock.ts';
import type { Pwa } from './api.ts';
import { createPwa } from './index.ts';
import type { LaunchQueue } from './launches.ts';

/** @param trustedScriptUrl the page's Trusted Types policy: it lets `/sw.js` pass. */
export function createBrowserPwa(trustedScriptUrl: (url: string) => string): Pwa {
  return createPwa({
    container: 'serviceWorker' in navigator ? navigator.serviceWorker : undefined,
    trustedScriptUrl,
    scope: window,
    standalone: window.matchMedia('(display-mode: standalone), (display-mode: window-controls-overlay)'),
    clock: createSystemClock(),
    reload: () => location.reload(),
    launchQueue: (window as { launchQueue?: LaunchQueue }).launchQueue,
    address: () => location.href,
    tab: tabStorage(),
    navigator,
    Notification: typeof Notification === 'undefined' ? undefined : Notification,
  });
}

/** Reading the property is what a browser forbids where storage is. */
function tabStorage(): Storage | null {
  try {
    return sessionStorage;
  } catch {
    return null;
  }
}

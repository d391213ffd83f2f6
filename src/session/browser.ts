/** The session of a real page: {@link createSession} with the browser's own parts. */
import { createSystemClock } from '../shared/clock.ts';
import { type PageData, SESSION_CHANNEL } from '../shared/page-data.ts';
import type { Session } from './api.ts';
import { createSession } from './index.ts';
import type { KeyValueStorage } from './memory.ts';
import type { SessionChannel } from './session-deps.ts';
import { createPageSignals } from './signals.ts';

export function createBrowserSession(page: Pick<PageData, 'session'>): Session {
  return createSession({
    page,
    fetch: (url, init) => fetch(url, init),
    clock: createSystemClock(),
    random: Math.random,
    channel: openChannel(),
    storage: openStorage(),
    signals: createPageSignals(window, document),
    // What the page shows is another user's: a new page is the only thing that surely holds nothing of it.
    onUserChanged: () => location.reload(),
  });
}

function openChannel(): SessionChannel | null {
  return typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel(SESSION_CHANNEL);
}

function openStorage(): KeyValueStorage | null {
  try {
    return localStorage;
  } catch {
    // Blocked by the browser's settings: even reading the property throws.
    return null;
  }
}

/**
 * Sends the outbox of the signed-in user when no page does (Background Sync). It knows the user from the broker's
 * token alone, so nobody's rows are ever sent as somebody else; the claims and the lock are the pages' own.
 */
import { findEchoes } from '../src/outbox/echo.ts';
import { createHttpPublish } from '../src/outbox/http-publish.ts';
import { createSender } from '../src/outbox/sender.ts';
import type { Clock } from '../src/shared/clock.ts';
import { AppError, isAppError } from '../src/shared/errors.ts';
import { lineNames } from '../src/shared/line-messages.ts';
import { createDatabase, type Database } from '../src/store/database.ts';
import { createEventPages } from '../src/store/event-pages.ts';
import { createOutboxLog } from '../src/store/outbox-log.ts';

export interface OutboxSyncDeps {
  /** The broker's token. @throws AppError `signed-out`, `token-unavailable`, `request-refused`. */
  token(options: { force: boolean }): Promise<{ accessToken: string; sub: string }>;
  fetch(url: string, init: RequestInit): Promise<Response>;
  /** The user's line, to tell pages that rows changed. */
  openLine(name: string): { postMessage(message: unknown): void; close(): void };
  locks: LockManager | null;
  clock: Clock;
  random(): number;
  isOnline(): boolean;
  /** How many pages of the app are open. */
  countPages(): Promise<number>;
}

export type SendOutbox = typeof sendOutbox;

/** How long rows that rest are waited for in one event. Browsers end an event after a few minutes. Milliseconds. */
const PATIENCE_MS = 60_000;

/**
 * Resolves when nothing is left to send, or nobody is signed in.
 * @throws AppError when rows are left that can be sent later: the browser then tries again.
 */
export async function sendOutbox(deps: OutboxSyncDeps): Promise<void> {
  let user: string;
  try {
    user = (await deps.token({ force: false })).sub;
  } catch (error) {
    if (isAppError(error, 'signed-out')) return;
    throw error;
  }
  const names = lineNames(user);
  const database = createDatabase(names.database);
  const line = deps.openLine(names.line);
  try {
    await sendAll(deps, user, database, () => line.postMessage({ v: 1, t: 'outbox' }));
  } finally {
    line.close();
    database.close();
  }
}

async function sendAll(
  deps: OutboxSyncDeps,
  user: string,
  database: Database,
  onChange: () => void,
): Promise<void> {
  const { clock } = deps;
  const pages = await deps.countPages();
  const log = createOutboxLog(database);
  const events = createEventPages(database);
  let signedOut = false;

  async function token(force: boolean): Promise<string> {
    try {
      const { accessToken, sub } = await deps.token({ force });
      if (sub === user) return accessToken;
      throw new AppError('signed-out', 'Somebody else is signed in. It waits for you.');
    } catch (error) {
      signedOut ||= isAppError(error, 'signed-out');
      throw error;
    }
  }

  const publish = createHttpPublish({ fetch: deps.fetch, token });
  const sender = createSender({
    log,
    post: ({ channel, events: texts, endpoint, check }, signal) =>
      publish(checked(endpoint), channel, texts, signal, check),
    echoed: (channel, rows) => findEchoes(events, log, channel, rows),
    // Nobody listens on behalf of the service worker.
    mayEcho: () => false,
    // A page that is open sends, once it can hear its own: it has a moment's lead.
    echoComing: () => pages > 0,
    name: crypto.randomUUID(),
    locks: deps.locks,
    lockName: lineNames(user).outboxLock,
    clock,
    random: deps.random,
    online: deps.isOnline,
    onChange,
    onUnanswered() {},
  });
  // The browser says that there is a network.
  sender.kick();
  const until = clock.monotonic() + PATIENCE_MS;
  try {
    for (;;) {
      const wait = await sender.run();
      if (signedOut || (await log.channels()).length === 0) return;
      if (wait === null || clock.monotonic() + wait > until) {
        throw new AppError('network', 'Publishes are left to be sent.', { retryable: true });
      }
      await new Promise<void>((resolve) => clock.after(wait, resolve));
    }
  } finally {
    sender.close();
  }
}

/**
 * Only an address that the configuration would allow gets a token: `https:`, or `http:` on this machine. That it is the
 * configured one the worker's content security policy sees to.
 * @throws AppError retryable: a page, which knows the configuration, sends it.
 */
function checked(endpoint: string | null): string {
  if (endpoint !== null && URL.canParse(endpoint)) {
    const { protocol, hostname } = new URL(endpoint);
    const here = /^(localhost|127(?:\.\d{1,3}){3}|\[::1\])$/.test(hostname);
    if (protocol === 'https:' || (protocol === 'http:' && here)) return endpoint;
  }
  throw new AppError('request-refused', 'It is sent when the app is opened.', { retryable: true });
}

/**
 * A tab's outbox: keeps publishes durably before anybody is told "queued", shows all rows, and runs a sender. What
 * other tabs queue is sent from here too, as soon as it is this tab's turn. docs/connection.md has the states.
 */
import { parseChannel } from '../shared/channel.ts';
import type { Clock } from '../shared/clock.ts';
import { AppError } from '../shared/errors.ts';
import type { RefusedEvent } from '../shared/publish-answer.ts';
import { checkPublish } from '../shared/publish-rules.ts';
import { createStore } from '../shared/store.ts';
import type { StoredOutboxRow } from '../store/database.ts';
import type { EventPages } from '../store/event-pages.ts';
import type { OutboxLog } from '../store/outbox-log.ts';
import type { Outbox, OutboxRow } from './api.ts';
import { coveringSubscriptions, findEchoes } from './echo.ts';
import { createSender, type OutboxRequest } from './sender.ts';

export interface OutboxDeps {
  log: OutboxLog;
  events: Pick<EventPages, 'page'>;
  /** Sends one request. @throws AppError; `network` when it is unknown whether it arrived. */
  post(request: OutboxRequest, signal: AbortSignal): Promise<readonly RefusedEvent[]>;
  /** Whether the subscription is live now. */
  isLive(subscription: string): boolean;
  /** Whether the subscription is wanted and on its way to be live. */
  isComing(subscription: string): boolean;
  /** HTTP endpoint; rows remember it for the service worker. */
  endpoint: string;
  locks: LockManager | null;
  lockName: string;
  clock: Clock;
  random(): number;
  newId(): string;
  online(): boolean;
  /** Tells the other tabs that the outbox changed. */
  hint(): void;
  /** A row was queued: from here on somebody should send it even if this page ends. */
  onQueued(): void;
  /** A request has had no answer for 2 s. */
  onUnanswered(): void;
}

/** The outbox as the connection drives it. */
export interface DrivenOutbox extends Outbox {
  /** Another tab changed it. */
  refresh(): void;
  /** The way may be free now (live again, online, started): tries without waiting. */
  kick(): void;
  /** A subscription became live: rows that waited to be heard there go. */
  hearing(): void;
  close(): void;
}

/** How long a delivered row stays to be seen. Milliseconds. */
const DELIVERED_SHOWN_MS = 8_000;
/** After a failure of the storage it is tried again this much later. Milliseconds. */
const STORAGE_RETRY_MS = 5_000;
/** Rows are read again at least this often while they change. Milliseconds. */
const MAX_READ_REST_MS = 1_000;
/** A timer is not set shorter than this. Milliseconds. */
const MIN_WAKE_MS = 10;

export function createOutbox(deps: OutboxDeps): DrivenOutbox {
  const { log, clock } = deps;
  const store = createStore<readonly OutboxRow[]>([]);
  const openedAt = clock.monotonic();
  const sender = createSender({
    ...deps,
    name: deps.newId(),
    echoed: (channel, rows) => findEchoes(deps.events, log, channel, rows),
    mayEcho: (channel) => coveringSubscriptions(channel).some(deps.isLive),
    echoComing: (channel) => {
      const covering = coveringSubscriptions(channel);
      return covering.some(deps.isComing) && !covering.some(deps.isLive);
    },
    onChange: changed,
  });
  let running = false;
  let again = false;
  let reading = false;
  let stale = false;
  let cancelWake = (): void => {};
  let cancelLook = (): void => {};
  let cancelRead = (): void => {};
  let over = false;

  function changed(): void {
    deps.hint();
    refresh();
  }

  /** Reads all rows; with many of them not more often than costs a fifth of the time. */
  function refresh(): void {
    stale = true;
    if (reading || over) return;
    reading = true;
    void read().then((restMs) => {
      const next = (): void => {
        reading = false;
        if (stale) refresh();
      };
      if (restMs > 0) cancelRead = clock.after(restMs, next);
      else next();
    });
  }

  async function read(): Promise<number> {
    stale = false;
    const began = clock.monotonic();
    const rows = await log.list().catch(() => null);
    if (over || rows === null) return 0;
    store.set(rows.map(shown));
    cancelLook();
    // Whoever changed the last one may have ended before it could say so.
    if (rows.length > 0) cancelLook = clock.after(DELIVERED_SHOWN_MS + 1_000, refresh);
    // Whoever queued it may end before it is sent: then it is this tab's turn.
    if (rows.some(({ due }) => due !== null)) drain();
    return Math.min(MAX_READ_REST_MS, 4 * (clock.monotonic() - began));
  }

  function drain(): void {
    again = true;
    sender.look();
    if (!running) void runAll();
  }

  async function runAll(): Promise<void> {
    running = true;
    cancelWake();
    let wake: number | null = null;
    while (again && !over) {
      again = false;
      wake = await once();
    }
    running = false;
    if (wake !== null && !over) cancelWake = clock.after(Math.max(MIN_WAKE_MS, wake), drain);
  }

  /** @returns how long until there may be more to do, milliseconds. */
  async function once(): Promise<number | null> {
    try {
      const sending = await sender.run();
      const seen = await sweep();
      return seen === null ? sending : Math.min(sending ?? seen, seen);
    } catch {
      // The rows stay as they are.
      return STORAGE_RETRY_MS;
    }
  }

  /** Removes delivered rows that could be seen for long enough. @returns when there will be more, milliseconds. */
  async function sweep(): Promise<number | null> {
    // What was delivered while no page was open is to be seen in this one.
    const early = openedAt + DELIVERED_SHOWN_MS - clock.monotonic();
    if (early > 0) return early;
    const now = clock.wall();
    const { removed, oldest } = await log.sweep(now - DELIVERED_SHOWN_MS, now);
    // Only then: a change is read by every tab, and what is read with a row still to be sent sweeps again.
    if (removed > 0) changed();
    return oldest === null ? null : oldest + DELIVERED_SHOWN_MS - now;
  }

  function kick(): void {
    sender.kick();
    drain();
  }

  refresh();
  return {
    get: store.get,
    subscribe: store.subscribe,
    refresh,
    kick,
    hearing() {
      sender.recheck();
      drain();
    },
    async publish(channel, events) {
      const name = parseChannel(channel, 'publish');
      const texts = events.map(serialise);
      checkPublish(texts);
      const id = deps.newId();
      await log.add({
        id,
        channel: name,
        events: texts,
        state: 'queued',
        reason: null,
        createdAt: clock.wall(),
        sentAt: null,
        attempts: 0,
        rest: null,
        maybeTwice: false,
        claimedBy: null,
        endpoint: deps.endpoint,
      });
      deps.onQueued();
      changed();
      drain();
      return id;
    },
    async retry(id) {
      await log.change([id], clock.wall(), (row) =>
        row.state === 'refused' ? { ...row, state: 'queued', reason: null } : row,
      );
      changed();
      kick();
    },
    async discard(id) {
      await log.change([id], clock.wall(), () => null);
      changed();
    },
    close() {
      over = true;
      cancelLook();
      cancelWake();
      cancelRead();
      sender.close();
    },
  };
}

function serialise(event: unknown): string {
  const text: string | undefined = JSON.stringify(event);
  if (text === undefined) throw new AppError('bad-json', 'An event must be a value that JSON can carry.');
  return text;
}

function shown(row: StoredOutboxRow): OutboxRow {
  const { id, channel, events, state, reason, createdAt, attempts, maybeTwice } = row;
  return { id, channel, events, state, reason, createdAt, attempts, maybeTwice };
}

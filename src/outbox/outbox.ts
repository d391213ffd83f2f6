/**
 * Publishing that loses nothing: a row is durable before anybody is told "queued"; whichever tab holds the outbox
 * lock sends, one at a time per channel and in order. An answer that was lost makes the row ambiguous: its own echo
 * settles it, else it is sent again (at least once, and the page says so). docs/connection.md has the states.
 */
import { type BackoffPolicy, fullJitterMs } from '../shared/backoff.ts';
import { parseChannel } from '../shared/channel.ts';
import type { Clock } from '../shared/clock.ts';
import { AppError, errorToWire, isAppError } from '../shared/errors.ts';
import { checkPublish } from '../shared/publish-rules.ts';
import { createStore } from '../shared/store.ts';
import type { StoredOutboxRow } from '../store/database.ts';
import type { EventLog } from '../store/event-log.ts';
import type { OutboxLog } from '../store/outbox-log.ts';
import type { Outbox, OutboxRow } from './api.ts';
import { wasEchoed } from './echo.ts';

export interface OutboxDeps {
  log: OutboxLog;
  events: EventLog;
  /** Sends one publish. @throws AppError; `network` when it is unknown whether it arrived. */
  post(channel: string, events: readonly unknown[]): Promise<void>;
  locks: LockManager | null;
  lockName: string;
  clock: Clock;
  random(): number;
  newId(): string;
  online(): boolean;
  /** Tells the other tabs that the outbox changed. */
  hint(): void;
}

/** The outbox as the connection drives it. */
export interface DrivenOutbox extends Outbox {
  /** Another tab changed it. */
  refresh(): void;
  /** The way may be free now (live again, online, started): tries without waiting. */
  kick(): void;
  close(): void;
}

/** An answer later than this is treated as lost. Milliseconds. */
const POST_TIMEOUT_MS = 15_000;
/** How long an ambiguous row waits for its own echo before it is sent again. Milliseconds. */
const ECHO_WAIT_MS = 2_000;
/** How long a delivered row stays to be seen. Milliseconds. */
const DELIVERED_SHOWN_MS = 8_000;
const RETRY: BackoffPolicy = { baseMs: 500, capMs: 10_000 };

export function createOutbox(deps: OutboxDeps): DrivenOutbox {
  const { log, clock } = deps;
  const store = createStore<readonly OutboxRow[]>([]);
  /** By channel: until when it rests after a failure, and how often it failed. Monotonic milliseconds. */
  const resting = new Map<string, { until: number; failures: number }>();
  let draining: Promise<void> | null = null;
  let again = false;
  let cancelWake = (): void => {};
  let cancelLook = (): void => {};
  let over = false;

  async function refresh(): Promise<void> {
    const rows = await log.list().catch(() => []);
    if (over) return;
    store.set(rows.map(shown));
    cancelLook();
    if (rows.length > 0) cancelLook = clock.after(DELIVERED_SHOWN_MS + 1_000, () => void refresh());
  }

  async function change(id: string, how: (row: StoredOutboxRow) => StoredOutboxRow | null): Promise<void> {
    await log.change(id, how);
    await refresh();
    deps.hint();
  }

  function kick(): void {
    resting.clear();
    drain();
  }

  function drain(): void {
    again = true;
    if (over || draining !== null) return;
    draining = withLock(async () => {
      while (again && !over) {
        again = false;
        await round();
      }
    })
      // Storage trouble: the rows stay as they are, and the next kick tries again.
      .catch(() => {})
      .finally(() => {
        draining = null;
        if (again) drain();
      });
  }

  function withLock(work: () => Promise<void>): Promise<void> {
    return deps.locks === null ? work() : deps.locks.request(deps.lockName, work).then(() => {});
  }

  /** Moves the first row of every channel one step on. */
  async function round(): Promise<void> {
    const heads = new Map<string, StoredOutboxRow>();
    let wake: number | null = null;
    for (const row of await log.list()) {
      if (row.state === 'delivered') {
        const left = (row.sentAt ?? 0) + DELIVERED_SHOWN_MS - clock.wall();
        if (left <= 0) await change(row.id, () => null);
        else wake = Math.min(wake ?? left, left);
      } else if (row.state !== 'refused' && !heads.has(row.channel)) {
        heads.set(row.channel, row);
      }
    }
    const waits = await Promise.all([...heads.values()].map(step));
    for (const wait of waits) if (wait !== null) wake = Math.min(wake ?? wait, wait);
    cancelWake();
    if (wake !== null) cancelWake = clock.after(Math.max(10, wake), drain);
  }

  /** @returns how long until the row's channel is to be looked at again, null when a kick will do that. */
  async function step(row: StoredOutboxRow): Promise<number | null> {
    const rest = resting.get(row.channel);
    if (rest !== undefined && rest.until > clock.monotonic()) return rest.until - clock.monotonic();
    if (row.state === 'queued') return send(row);
    if (row.state === 'sending' && deps.locks === null) {
      // Without a lock another tab may be sending it right now; its own time-out has to pass first.
      const busy = (row.sentAt ?? 0) + POST_TIMEOUT_MS + ECHO_WAIT_MS - clock.wall();
      if (busy > 0 && busy <= POST_TIMEOUT_MS + ECHO_WAIT_MS) return busy;
    }
    // `sending` with the lock in our hand: whoever sent it is gone, and its answer with it.
    if (await wasEchoed(deps.events, row)) {
      await change(row.id, (now) => ({ ...now, state: 'delivered', reason: null }));
      again = true;
      return null;
    }
    const left = (row.sentAt ?? 0) + ECHO_WAIT_MS - clock.wall();
    if (left > 0 && left <= ECHO_WAIT_MS) {
      if (row.state === 'sending') await change(row.id, (now) => ({ ...now, state: 'ambiguous' }));
      return left;
    }
    return send(row);
  }

  async function send(row: StoredOutboxRow): Promise<number | null> {
    if (!deps.online()) {
      await change(row.id, (now) => ({ ...now, reason: 'This device has no network.' }));
      return null;
    }
    // Claimed in one transaction, and only as it was seen: nobody else can claim the same attempt.
    let claimed = false;
    await change(row.id, (now) => {
      claimed = now.state === row.state && now.attempts === row.attempts;
      if (!claimed) return now;
      return { ...now, state: 'sending', reason: null, sentAt: clock.wall(), attempts: now.attempts + 1 };
    });
    if (!claimed) return null;
    try {
      await timely(
        deps.post(
          row.channel,
          row.events.map((event): unknown => JSON.parse(event)),
        ),
      );
      resting.delete(row.channel);
      await change(row.id, (now) => ({ ...now, state: 'delivered', reason: null }));
      again = true;
      return null;
    } catch (error) {
      return failed(row, error);
    }
  }

  async function failed(row: StoredOutboxRow, error: unknown): Promise<number | null> {
    const { message: reason, retryable, retryAfterMs } = errorToWire(error);
    const lost = isAppError(error, 'network');
    const waits = lost || retryable || isAppError(error, 'signed-out');
    const state = lost ? 'ambiguous' : waits ? 'queued' : 'refused';
    let rest: number | null = null;
    if (waits) {
      const failures = (resting.get(row.channel)?.failures ?? 0) + 1;
      rest = Math.max(retryAfterMs ?? 0, 200 + fullJitterMs(RETRY, failures, deps.random));
      // Before anybody sees the new state: a kick from then on must find it and clear it.
      resting.set(row.channel, { until: clock.monotonic() + rest, failures });
    } else {
      again = true;
    }
    await change(row.id, (now) => ({ ...now, state, reason }));
    return rest;
  }

  function timely(answer: Promise<void>): Promise<void> {
    return new Promise((resolve, reject) => {
      const cancel = clock.after(POST_TIMEOUT_MS, () =>
        reject(new AppError('network', 'The service did not answer in time.', { retryable: true })),
      );
      answer.then(resolve, reject).finally(cancel);
    });
  }

  void refresh();
  return {
    get: store.get,
    subscribe: store.subscribe,
    refresh: () => void refresh(),
    kick,
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
      });
      await refresh();
      deps.hint();
      drain();
      return id;
    },
    async retry(id) {
      await change(id, (row) => (row.state === 'refused' ? { ...row, state: 'queued', reason: null } : row));
      kick();
    },
    async discard(id) {
      await change(id, () => null);
    },
    close() {
      over = true;
      cancelLook();
      cancelWake();
    },
  };
}

function serialise(event: unknown): string {
  const text: string | undefined = JSON.stringify(event);
  if (text === undefined) throw new AppError('bad-json', 'An event must be a value that JSON can carry.');
  return text;
}

function shown({ id, channel, events, state, reason, createdAt, attempts }: StoredOutboxRow): OutboxRow {
  return { id, channel, events, state, reason, createdAt, attempts };
}

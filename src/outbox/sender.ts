/**
 * Sends what the outbox holds: every channel by itself, in order, one request at a time. The same in a tab and in
 * the service worker. A claim is one transaction that counts the row's attempts up, and only the answer to the last
 * attempt counts, so whoever else sends never makes the same attempt. docs/connection.md has the states.
 */
import type { Clock } from '../shared/clock.ts';
import { AppError } from '../shared/errors.ts';
import type { RefusedEvent } from '../shared/publish-answer.ts';
import { MAX_EVENTS_PER_PUBLISH, MAX_PUBLISHES_PER_SECOND } from '../shared/publish-rules.ts';
import type { StoredOutboxRow } from '../store/database.ts';
import type { OutboxEntry, OutboxLog } from '../store/outbox-log.ts';
import { batchOf } from './batch.ts';
import { isIdentified } from './identified.ts';
import { answered, failed, MAX_REST_MS, type Outcome } from './outcome.ts';
import { createPace } from './pace.ts';
import { createSenderLives } from './sender-lives.ts';
import { createTurn } from './turn.ts';

/** One request: rows of one channel that go together. */
export interface OutboxRequest {
  channel: string;
  /** JSON text each. */
  events: readonly string[];
  /** HTTP endpoint that the rows were meant for; null in rows of earlier versions. */
  endpoint: string | null;
  /**
   * To be called in the very moment of sending.
   * @throws AppError when the time of the attempt is over, as after a sleep: another sender may be at it.
   */
  check(): void;
}

export interface SenderDeps {
  log: OutboxLog;
  /** @throws AppError; `network` when it is unknown whether it arrived. */
  post(request: OutboxRequest, signal: AbortSignal): Promise<readonly RefusedEvent[]>;
  /** Which of the rows (sent, answer lost) were heard again meanwhile. */
  echoed(channel: string, rows: readonly StoredOutboxRow[]): Promise<ReadonlySet<string>>;
  /** Whether a live subscription of ours could bring an echo from the channel. */
  mayEcho(channel: string): boolean;
  /** Whether such a subscription is on its way: what is sent before it stands is not heard by us. */
  echoComing(channel: string): boolean;
  /** This sender's name, unlike any other's. */
  name: string;
  locks: LockManager | null;
  lockName: string;
  clock: Clock;
  /** A number in [0, 1). */
  random(): number;
  online(): boolean;
  /** Rows changed. */
  onChange(): void;
  /** A request has had no answer for 2 s: its path may be dead. */
  onUnanswered(): void;
}

export interface Sender {
  /**
   * Sends what can be sent now, once it is this sender's turn.
   * @returns how long until there may be more to do, milliseconds; null when only a new row or `kick` changes anything.
   * @throws AppError `storage`: rows stay as they are.
   */
  run(): Promise<number | null>;
  /** There may be new rows: looks again where a run is under way. */
  look(): void;
  /** A subscription that rows wait for may be live: looks at every channel again. Rests go on. */
  recheck(): void;
  /** The way may be free now: rests that failures began until now are over (not those that the service asked for). */
  kick(): void;
  close(): void;
}

/** An answer later than this is treated as lost. Milliseconds. */
const POST_TIMEOUT_MS = 15_000;
/** A request without an answer for this long is told of. Milliseconds. */
const UNANSWERED_MS = 2_000;
/** How long an ambiguous row waits for its own echo before it is sent again. Milliseconds. */
const ECHO_WAIT_MS = 2_000;
/** How long, once the way may be free, a row waits for the subscription that will hear it. Milliseconds. */
const HEAR_FIRST_MS = 3_000;
/** How long a claim stands that nobody answered for. Milliseconds. */
const CLAIM_MS = POST_TIMEOUT_MS + ECHO_WAIT_MS;

export function createSender(deps: SenderDeps): Sender {
  const { log, clock } = deps;
  const pace = createPace(MAX_PUBLISHES_PER_SECOND, clock.monotonic);
  const turn = createTurn({ ...deps, isSending });
  const lives = createSenderLives(deps.locks, deps.lockName, deps.name);
  /** By channel: until when it is left alone, on the monotonic clock. */
  const waits = new Map<string, number>();
  /** Rows that this sender has sent and waits for; longer than its turn, when that was taken from it. */
  const flying = new Set<string>();
  /** Rows that are sent by themselves. */
  const alone = new Set<string>();
  let throttledUntil = Number.NEGATIVE_INFINITY;
  /** Rests of failures that began until then are over. Wall clock. */
  let kickedAt = Number.NEGATIVE_INFINITY;
  let wake = (): void => {};
  let looked = false;
  let over = false;

  function look(): void {
    looked = true;
    wake();
  }

  function recheck(): void {
    waits.clear();
    look();
  }

  /** A worker for every channel that has something to send; a slow channel holds up no other. */
  async function work(mine: () => boolean): Promise<void> {
    const busy = new Map<string, Promise<void>>();
    await lives.known;
    while (!over && mine()) {
      looked = false;
      const woken = new Promise<void>((resolve) => {
        wake = resolve;
      });
      const channels = await log.channels();
      // The person discarded what it waited for.
      for (const channel of waits.keys()) if (!channels.includes(channel)) waits.delete(channel);
      for (const channel of channels) {
        if (busy.has(channel) || (waits.get(channel) ?? 0) > clock.monotonic()) continue;
        busy.set(
          channel,
          sendChannel(channel, mine).finally(() => busy.delete(channel)),
        );
      }
      if (looked) continue;
      if (busy.size === 0) return;
      await Promise.race([woken, ...busy.values()]);
    }
    await Promise.all(busy.values());
  }

  async function sendChannel(channel: string, mine: () => boolean): Promise<void> {
    waits.delete(channel);
    while (!over && mine()) {
      const wait = await step(channel);
      if (wait === 'again') continue;
      if (wait !== 'empty') waits.set(channel, clock.monotonic() + wait);
      return;
    }
  }

  /** Moves the first rows of a channel one step on. @returns how long it is then left alone, milliseconds. */
  async function step(channel: string): Promise<'again' | 'empty' | number> {
    const rows = await log.heads(channel, MAX_EVENTS_PER_PUBLISH);
    const [head] = rows;
    if (head === undefined) return 'empty';
    const held = await heldFor(head);
    if (held > 0) return held;
    const unsettled = rows.filter(({ state }) => state !== 'queued');
    if (unsettled.length > 0) {
      const waits = await settle(channel, unsettled);
      if (waits !== null) return waits;
    }
    if (!deps.online()) {
      await explain(head, 'This device has no network.');
      return Number.POSITIVE_INFINITY;
    }
    const hearIn = deps.echoComing(channel)
      ? left(kickedAt + HEAR_FIRST_MS - clock.wall(), HEAR_FIRST_MS)
      : 0;
    if (hearIn > 0) return hearIn;
    const turnIn = Math.max(throttledUntil - clock.monotonic(), 0) || pace.take();
    if (turnIn > 0) {
      await explain(head, `At most ${MAX_PUBLISHES_PER_SECOND} publishes a second; it is sent in its turn.`);
      return turnIn;
    }
    return (await send(channel, batchOf(rows, alone))) ?? 'again';
  }

  /** How long nobody may touch the row, milliseconds. */
  async function heldFor({ id, state, sentAt, rest, claimedBy }: StoredOutboxRow): Promise<number> {
    const now = clock.wall();
    if (state === 'sending') {
      // Another sender may be at it right now, even one that the turn was taken from: its time has to pass first.
      const claim = left((sentAt ?? 0) + CLAIM_MS - now, CLAIM_MS);
      const answers = claimedBy === deps.name ? flying.has(id) : await lives.lives(claimedBy);
      return answers ? claim : 0;
    }
    if (rest === null || (!rest.throttled && rest.since <= kickedAt)) return 0;
    return left(rest.until - now, MAX_REST_MS);
  }

  /** Rows whose answer was lost. @returns null when they are to be sent again now. */
  async function settle(channel: string, rows: readonly StoredOutboxRow[]): Promise<'again' | number | null> {
    const echoed = await deps.echoed(channel, rows);
    if (echoed.size > 0) {
      await change([...echoed], rows, (row) => ({ ...row, state: 'delivered', reason: null, rest: null }));
      return 'again';
    }
    const newest = Math.max(...rows.map(({ sentAt }) => sentAt ?? 0));
    const wait = deps.mayEcho(channel) ? left(newest + ECHO_WAIT_MS - clock.wall(), ECHO_WAIT_MS) : 0;
    if (wait === 0) return null;
    const sending = rows.filter(({ state }) => state === 'sending').map(({ id }) => id);
    if (sending.length > 0) await change(sending, rows, (row) => ({ ...row, state: 'ambiguous' }));
    return wait;
  }

  async function explain(head: StoredOutboxRow, reason: string): Promise<void> {
    if (head.reason !== reason) await change([head.id], [head], (row) => ({ ...row, reason }));
  }

  /** Claims the rows and posts them. @returns how long the channel rests, milliseconds; null when it goes on. */
  async function send(channel: string, seen: readonly StoredOutboxRow[]): Promise<number | null> {
    const batch = await claim(channel, seen);
    const [head] = batch;
    if (head === undefined) return null;
    try {
      return await attempt(head, batch);
    } finally {
      for (const { id } of batch) flying.delete(id);
    }
  }

  /** @returns how long the channel rests, milliseconds; null when it goes on. */
  async function attempt(head: StoredOutboxRow, batch: readonly StoredOutboxRow[]): Promise<number | null> {
    const { channel, endpoint } = head;
    let outcome: Outcome;
    try {
      const events = batch.flatMap((row) => row.events);
      const refused = await timely({ channel, events, endpoint }, head.sentAt ?? 0);
      outcome = answered(batch, refused, clock.wall(), deps.random);
    } catch (error) {
      outcome = failed(batch, error, clock.wall(), deps.random);
    }
    for (const id of outcome.split) alone.add(id);
    for (const [id, { state }] of outcome.rows) if (state !== 'queued') alone.delete(id);
    if (outcome.throttled) throttledUntil = clock.monotonic() + outcome.restMs;
    await change(
      batch.map(({ id }) => id),
      batch,
      (row) => ({ ...row, ...outcome.rows.get(row.id) }),
    );
    return outcome.restMs > 0 ? outcome.restMs : null;
  }

  /** Takes the rows for one attempt, if they are still as they were seen, and still the first of their channel. */
  async function claim(
    channel: string,
    seen: readonly StoredOutboxRow[],
  ): Promise<readonly StoredOutboxRow[]> {
    let claimed: StoredOutboxRow[] = [];
    await log.changeHeads(channel, seen.length, (rows) => {
      const same = rows.length === seen.length && rows.every((row, index) => isAsSeen(row, seen[index]));
      if (!same) return [];
      claimed = rows.map((row) => ({
        ...row,
        state: 'sending',
        reason: null,
        rest: null,
        sentAt: clock.wall(),
        attempts: row.attempts + 1,
        claimedBy: deps.name,
        maybeTwice: row.maybeTwice || (row.state !== 'queued' && !row.events.every(isIdentified)),
      }));
      for (const { id } of claimed) flying.add(id);
      return claimed;
    });
    deps.onChange();
    return claimed;
  }

  /** Changes rows that are still as they were seen; whoever claimed one since has the say. */
  async function change(
    ids: readonly string[],
    seen: readonly StoredOutboxRow[],
    how: (row: StoredOutboxRow) => OutboxEntry,
  ): Promise<void> {
    const before = new Map(seen.map((row) => [row.id, row]));
    await log.change(ids, clock.wall(), (row) => (isAsSeen(row, before.get(row.id)) ? how(row) : row));
    deps.onChange();
  }

  /** @param claimedAt other senders count from then on. Wall clock. */
  function timely(
    request: Omit<OutboxRequest, 'check'>,
    claimedAt: number,
  ): Promise<readonly RefusedEvent[]> {
    const leftMs = (): number => claimedAt + POST_TIMEOUT_MS - clock.wall();
    function check(): void {
      if (leftMs() <= 0) throw new AppError('closed', 'It was not sent in time.', { retryable: true });
    }
    const abort = new AbortController();
    return new Promise((resolve, reject) => {
      const cancelUnanswered = clock.after(UNANSWERED_MS, deps.onUnanswered);
      const cancelTimeout = clock.after(Math.min(leftMs(), POST_TIMEOUT_MS), () => {
        abort.abort();
        reject(new AppError('network', 'The service did not answer in time. It may have been published.'));
      });
      deps
        .post({ ...request, check }, abort.signal)
        .then(resolve, reject)
        .finally(() => {
          cancelUnanswered();
          cancelTimeout();
        });
    });
  }

  /** Whether anybody has claimed a row so lately that its answer may still come. */
  async function isSending(): Promise<boolean> {
    for (const channel of await log.channels()) {
      const [head] = await log.heads(channel, 1);
      if (head?.state === 'sending' && left((head.sentAt ?? 0) + CLAIM_MS - clock.wall(), CLAIM_MS) > 0)
        return true;
    }
    return false;
  }

  return {
    async run() {
      await turn.take(work);
      const now = clock.monotonic();
      const next = Math.min(...waits.values());
      return Number.isFinite(next) ? Math.max(0, next - now) : null;
    },
    look,
    recheck,
    kick() {
      kickedAt = clock.wall();
      recheck();
    },
    close() {
      over = true;
      wake();
      turn.close();
      lives.close();
    },
  };
}

/** A time left that is longer than it can be comes from a wall clock that was set back: it is over. */
function left(ms: number, longest: number): number {
  return ms > 0 && ms <= longest ? ms : 0;
}

function isAsSeen(row: StoredOutboxRow, seen: StoredOutboxRow | undefined): boolean {
  return row.id === seen?.id && row.state === seen.state && row.attempts === seen.attempts;
}

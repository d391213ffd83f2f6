/** What an answer, or none, means for each row of the request. Pure. */
import { type BackoffPolicy, fullJitterMs } from '../shared/backoff.ts';
import { errorToWire, isAppError } from '../shared/errors.ts';
import type { RefusedEvent } from '../shared/publish-answer.ts';
import type { StoredOutboxRow } from '../store/database.ts';
import type { OutboxEntry } from '../store/outbox-log.ts';

/** What becomes of a row: the fields that change. */
type Change = Pick<OutboxEntry, 'state' | 'reason' | 'rest'> & { events?: string[] };

export interface Outcome {
  /** By row id. */
  rows: ReadonlyMap<string, Change>;
  /** How long the channel rests, milliseconds; 0 when it goes on at once. */
  restMs: number;
  /** The service takes no more for now, on any channel. */
  throttled: boolean;
  /** Rows to be sent one by one: their request was refused as a whole, so one of them may be to blame. */
  split: readonly string[];
}

const RETRY: BackoffPolicy = { baseMs: 500, capMs: 10_000 };
/** The shortest rest after a failure. Milliseconds. */
const MIN_REST_MS = 200;
/** No rest is longer, whatever the service asks: ten minutes. Milliseconds. */
export const MAX_REST_MS = 600_000;

const DELIVERED: Change = { state: 'delivered', reason: null, rest: null };

/** The service answered 200, and named the events that it did not take. */
export function answered(
  batch: readonly StoredOutboxRow[],
  refused: readonly RefusedEvent[],
  now: number,
  random: () => number,
): Outcome {
  const rows = new Map<string, Change>();
  const restMs = refused.some((event) => event.throttled) ? restAfter(batch, undefined, random) : 0;
  let first = 0;
  for (const row of batch) {
    const from = first;
    first += row.events.length;
    const mine = refused.filter(({ index }) => index >= from && index < from + row.events.length);
    rows.set(row.id, mine.length === 0 ? DELIVERED : partly(row, from, mine, now, restMs));
  }
  return { rows, restMs, throttled: restMs > 0, split: [] };
}

/** Some of a row's events were not taken: only those stay in it. */
function partly(
  row: StoredOutboxRow,
  from: number,
  refused: readonly RefusedEvent[],
  now: number,
  restMs: number,
): Change {
  const events = row.events.filter((_event, position) =>
    refused.some(({ index }) => index === from + position),
  );
  if (refused.every((event) => event.throttled)) {
    return { state: 'queued', events, reason: throttledReason(restMs), rest: rest(now, restMs, true) };
  }
  const words = [...new Set(refused.map(({ reason }) => reason))].join('; ');
  const which = refused.map(({ index }) => index - from + 1).join(', ');
  const reason =
    refused.length === row.events.length
      ? `The service refused it: ${words}`
      : `The service took the others, and refused event ${which} of ${row.events.length}, which is kept here: ${words}`;
  return { state: 'refused', events, reason, rest: null };
}

/** No answer, or one that took nothing. */
export function failed(
  batch: readonly StoredOutboxRow[],
  error: unknown,
  now: number,
  random: () => number,
): Outcome {
  const { message, retryable, retryAfterMs } = errorToWire(error);
  const throttled = isAppError(error, 'rate-limited');
  const lost = isAppError(error, 'network');
  if (lost || throttled || retryable || isAppError(error, 'signed-out')) {
    const restMs = restAfter(batch, retryAfterMs, random);
    const reason = throttled ? throttledReason(restMs) : message;
    const state = lost ? 'ambiguous' : 'queued';
    return same(batch, { state, reason, rest: rest(now, restMs, throttled) }, { restMs, throttled });
  }
  // About the channel or who asks: the same for each of them. About the content: one may spoil it for the others.
  if (batch.length > 1 && !isAppError(error, 'denied', 'bad-channel')) {
    return same(batch, { state: 'queued', reason: null, rest: null }, { split: batch.map(({ id }) => id) });
  }
  return same(batch, { state: 'refused', reason: message, rest: null }, {});
}

function same(batch: readonly StoredOutboxRow[], change: Change, more: Partial<Outcome>): Outcome {
  return {
    rows: new Map(batch.map(({ id }) => [id, change])),
    restMs: 0,
    throttled: false,
    split: [],
    ...more,
  };
}

function restAfter(
  batch: readonly StoredOutboxRow[],
  retryAfterMs: number | undefined,
  random: () => number,
): number {
  const attempts = batch[0]?.attempts ?? 0;
  const jittered = MIN_REST_MS + fullJitterMs(RETRY, attempts, random);
  return Math.min(MAX_REST_MS, Math.max(retryAfterMs ?? 0, jittered));
}

function rest(since: number, ms: number, throttled: boolean): OutboxEntry['rest'] {
  return { since, until: since + ms, throttled };
}

function throttledReason(ms: number): string {
  return `The service takes no more just now; sent again in ${Math.ceil(ms / 1000)} s.`;
}

/**
 * One channel as a person looks at it: the newest page of the log, what arrives, and the gaps between, merged by
 * time. Changes are gathered, so that a burst costs the page a few updates, not thousands: for a frame as long as
 * the page keeps up, longer when it is busy or nobody looks.
 */
import type { Clock } from '../../shared/clock.ts';
import { isLate } from '../../shared/is-late.ts';
import { comparePositions, type EventRecord, type Position } from '../../shared/log.ts';
import { createStore, type Store } from '../../shared/store.ts';

import type { EventPages } from '../../store/event-pages.ts';
import type { Coverage, Feed, FeedRow, FeedState } from '../api.ts';
import { appendRows, dropOldest, mergeRows } from './feed-rows.ts';

/** Events in one read of the log. */
const PAGE = 200;
/** Events that a feed holds in memory while it follows; older ones are read again on demand. */
export const MAX_HELD = 5_000;
/** About one frame, milliseconds. */
const GATHER_MS = 16;
/** The longest a busy page gathers, and how long a hidden one does, milliseconds. */
const MAX_GATHER_MS = 250;
/** A log that does not answer for so long holds up nothing that arrives, milliseconds. */
const PATIENCE_MS = 1_000;
/** How many times as long as the page was just busy it gathers. */
const BUSY_FACTOR = 2;

export interface FeedDeps {
  channel: string;
  log: Pick<EventPages, 'page' | 'forward' | 'count'>;
  coverage: Store<Coverage>;
  clock: Clock;
  /** Whether somebody can see the page. */
  visible(): boolean;
  onClose(): void;
}

/** The feed as the connection drives it. */
export interface DrivenFeed extends Feed {
  receive(records: readonly EventRecord[]): void;
  /**
   * So much came up to `until` that it was not delivered (null: it is not known what came): the newest page of the log
   * takes the place of the rows.
   */
  reload(until: Position | null): void;
}

export function createFeed({ channel, log, coverage, clock, visible, onClose }: FeedDeps): DrivenFeed {
  const store = createStore<FeedState>({ rows: [], loading: true, hasOlder: false, received: 0 });
  let records: readonly EventRecord[] = [];
  let rows: readonly FeedRow[] = [];
  let arrived: EventRecord[] = [];
  /** The last event that was read, received, or known to have been missed. */
  let newest: Position | null = null;
  let received = 0;
  let loading = true;
  let hasOlder = false;
  /** Something changed since the last update. */
  let dirty = false;
  let gathering = false;
  let gatherMs = GATHER_MS;
  /** The gaps, or what lies before the first row, changed: the rows are merged anew. */
  let stale = false;
  let over = false;
  /** The newest page is being read: what arrives meanwhile waits, or the page would take its place. */
  let reading = true;
  /** Raised with every read of the newest page: an answer that is not the latest is dropped. */
  let turn = 0;

  function changed(): void {
    dirty = true;
    if (gathering || over) return;
    gathering = true;
    const wait = visible() ? gatherMs : MAX_GATHER_MS;
    const due = clock.monotonic() + wait;
    clock.after(wait, () => {
      dirty = false;
      publish();
      // A task later, when whoever was told has drawn: what the page was busy with counts, whoever caused it.
      clock.after(0, () => {
        const busy = clock.monotonic() - due;
        gatherMs = Math.min(MAX_GATHER_MS, Math.max(GATHER_MS, busy * BUSY_FACTOR));
        gathering = false;
        if (dirty) changed();
      });
    });
  }

  function publish(): void {
    if (over || reading) return;
    const last = records.at(-1);
    const fresh =
      last === undefined ? arrived : arrived.filter((record) => comparePositions(record, last) > 0);
    arrived = [];
    hold(fresh);
    if (stale) rows = mergeRows(records, coverage.get().gaps, hasOlder, rows);
    stale = false;
    store.set({ rows, loading, hasOlder, received });
  }

  /** Takes new events into the rows, and lets go of the oldest beyond what is held. */
  function hold(fresh: readonly EventRecord[]): void {
    if (fresh.length === 0) return;
    records = [...records, ...fresh];
    rows = appendRows(rows, fresh);
    const excess = records.length - MAX_HELD;
    if (excess <= 0) return;
    records = records.slice(excess);
    rows = dropOldest(rows, excess);
    hasOlder = true;
  }

  /** The newest page takes the place of what is held. What arrives meanwhile is joined by position. */
  async function load(): Promise<void> {
    turn += 1;
    reading = true;
    const own = turn;
    const answer = log.page(channel, null, PAGE + 1).catch(() => null);
    void isLate(answer, PATIENCE_MS, clock).then((late) => {
      if (!late || own !== turn) return;
      loading = false;
      reading = false;
      publish();
    });
    const page = await answer;
    if (own !== turn || over) return;
    loading = false;
    reading = false;
    // A log that cannot be read takes nothing away from what is shown.
    if (page !== null) {
      hasOlder = page.length > PAGE;
      // What was shown while the log did not answer may be newer than the page.
      arrived = [...records, ...arrived];
      records = page.slice(-PAGE);
      stale = true;
    }
    publish();
    newest ??= records.at(-1) ?? null;
  }

  const offCoverage = coverage.subscribe(() => {
    stale = true;
    changed();
  });
  void load();
  return {
    channel,
    get: store.get,
    subscribe: store.subscribe,
    receive(next) {
      if (over) return;
      for (const record of next) arrived.push(record);
      received += next.length;
      newest = next.at(-1) ?? newest;
      // A page that is not given its time (hidden, busy) need not keep more than it will show.
      if (!reading && arrived.length > MAX_HELD * 2) {
        arrived = arrived.slice(-MAX_HELD);
        records = [];
        rows = [];
        hasOlder = true;
        stale = true;
      }
      changed();
    },
    reload(until) {
      const since = newest;
      newest = until ?? since;
      void load();
      // Before the first read there is nothing that could have been missed.
      if (since === null || until === null) return;
      void log
        .count(channel, since, until)
        .catch(() => 0)
        .then((missed) => {
          received += missed;
          changed();
        });
    },
    async loadOlder() {
      const first = records[0];
      if (first === undefined || !hasOlder) return;
      const own = turn;
      const older = await log.page(channel, first, PAGE + 1).catch(() => []);
      // Read again, or let go of, meanwhile: what was asked for does not join what is held now.
      if (own !== turn || records[0] !== first) return;
      hasOlder = older.length > PAGE;
      records = [...older.slice(-PAGE), ...records];
      stale = true;
      publish();
    },
    page: (where, limit) =>
      'before' in where ? log.page(channel, where.before, limit) : log.forward(channel, where.after, limit),
    async *all() {
      let after: EventRecord | null = null;
      for (;;) {
        const page: EventRecord[] = await log.forward(channel, after, PAGE * 5);
        if (page.length === 0) return;
        yield page;
        after = page.at(-1) ?? null;
      }
    },
    close() {
      if (over) return;
      over = true;
      offCoverage();
      onClose();
    },
  };
}

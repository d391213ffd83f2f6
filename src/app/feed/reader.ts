/**
 * The part of a channel's log that a list holds: it follows the end, holds still where the person stopped, goes back
 * through the kept events page by page, and jumps. Bounded, however long it runs and however large the log is.
 */

import type { Feed, FeedState, Gap } from '../../connection/api.ts';
import { comparePositions, type EventRecord, type Position } from '../../shared/log.ts';
import { createStore, type Store } from '../../shared/store.ts';
import { findTime } from './find-time.ts';
import { eventRow, type ReaderRow, rowKeyOf, rowsOf } from './rows.ts';

/** Events read at once. */
const PAGE = 200;
/** Events held while the end is followed, and how many more come together before the oldest are let go. */
const MAX_FOLLOWED = 5_000;
const SLACK = 500;
/** Events held while going through the log. */
const MAX_HELD = 20_000;

/** How far a search through the log has come. */
export interface Scan {
  /** Events looked at, those that arrived meanwhile included. */
  searched: number;
  matches: number;
  /** Wall clock of the oldest event that the search has reached; null before the first. */
  back: number | null;
  /** `full`: more matches than are held. */
  state: 'running' | 'stopped' | 'done' | 'full' | 'too-slow' | 'failed';
  /** Why it failed, as a sentence. */
  reason: string | null;
}

export interface ReaderState {
  rows: readonly ReaderRow[];
  /** Whether the first read is still under way. */
  loading: boolean;
  hasOlder: boolean;
  /** Whether the log goes on after the last row. */
  hasNewer: boolean;
  /** Whether what arrives is appended. */
  following: boolean;
  /** Events that arrived since it stopped following. */
  waiting: number;
  /** Null where nothing is searched. */
  scan: Scan | null;
}

export interface Reader extends Store<ReaderState> {
  /** Follows the end (going there at once when it is elsewhere), or holds still. */
  follow(on: boolean): void;
  /** Reads on at either end. Rejects when the log cannot be read. */
  loadOlder(): Promise<void>;
  loadNewer(): Promise<void>;
  /** Holds the events from a time on; resolves with the key of the first, or null when none is that late. */
  goTo(wallMs: number): Promise<string | null>;
  /** Holds the events around a position; resolves with the key of the first at or after it, or null. */
  restore(position: Position): Promise<string | null>;
  /** Stops a search, or goes on with it. */
  scan(on: boolean): void;
  close(): void;
}

export interface ReaderDeps {
  feed: Feed;
  /** The channel's gaps, oldest first; the same list until they change. */
  gaps: Store<readonly Gap[]>;
  now(): number;
}

/** What `state` holds after `position`, and whether nothing is missing between. */
export function newerThan(
  { rows, hasOlder }: FeedState,
  position: Position | undefined,
): { fresh: EventRecord[]; joined: boolean } {
  const fresh: EventRecord[] = [];
  for (let at = rows.length - 1; at >= 0; at -= 1) {
    const row = rows[at];
    if (row?.kind !== 'event') continue;
    if (position !== undefined && comparePositions(row.record, position) <= 0) {
      return { fresh: fresh.reverse(), joined: true };
    }
    fresh.push(row.record);
  }
  return { fresh: fresh.reverse(), joined: !hasOlder };
}

export function createReader({ feed, gaps, now }: ReaderDeps): Reader {
  let held: readonly EventRecord[] = [];
  let hasOlder = false;
  let hasNewer = false;
  let following = true;
  let started = false;
  let stoppedAt = 0;
  let busy: 'older' | 'newer' | null = null;
  /** Counts jumps: a page that was asked for before one is not put after it. */
  let turn = 0;
  const store = createStore<ReaderState>(stateWith([]));

  function stateWith(rows: readonly ReaderRow[]): ReaderState {
    const { loading, received } = feed.get();
    const waiting = following ? 0 : Math.max(0, received - stoppedAt);
    return {
      rows,
      loading: loading && held.length === 0,
      hasOlder,
      hasNewer,
      following,
      waiting,
      scan: null,
    };
  }

  /** All rows anew. */
  function emit(): void {
    store.set(stateWith(rowsOf(held, gaps.get(), { hasOlder, hasNewer }, now())));
  }

  /** Only the rows of `fresh` are new. */
  function emitAppended(fresh: readonly EventRecord[], before: EventRecord | undefined): void {
    const { rows } = store.get();
    const last = rows.at(-1);
    const plain =
      before !== undefined &&
      last?.kind === 'event' &&
      new Date(before.receivedAt).getDate() === new Date(fresh.at(-1)?.receivedAt ?? 0).getDate();
    if (plain) store.set(stateWith([...rows, ...fresh.map(eventRow)]));
    else emit();
  }

  function toEnd(): void {
    held = newerThan(feed.get(), undefined).fresh;
    hasOlder = feed.get().hasOlder;
    hasNewer = false;
    emit();
  }

  function onFeed(): void {
    if (feed.get().loading) return;
    if (!started && following) {
      started = true;
      toEnd();
      return;
    }
    const last = held.at(-1);
    const { fresh, joined } = newerThan(feed.get(), last);
    if (!following) {
      if (fresh.length > 0) hasNewer = true;
      store.set(stateWith(store.get().rows));
    } else if (!joined || last === undefined) toEnd();
    else if (fresh.length > 0) {
      held = [...held, ...fresh];
      if (held.length > MAX_FOLLOWED + SLACK) {
        held = held.slice(-MAX_FOLLOWED);
        hasOlder = true;
        emit();
      } else emitAppended(fresh, last);
    }
  }

  async function reading(side: 'older' | 'newer', read: () => Promise<void>): Promise<void> {
    if (busy !== null) return;
    busy = side;
    try {
      await read();
    } finally {
      busy = null;
    }
  }

  /** Holds what lies around `position`: some before it, so that going back starts without a wait. */
  async function hold(position: Position): Promise<string | null> {
    turn += 1;
    const began = turn;
    const from = { epoch: position.epoch, n: position.n - 1 };
    const [older, newer] = await Promise.all([
      feed.page({ before: position }, PAGE + 1),
      feed.page({ after: from }, PAGE + 1),
    ]);
    if (began !== turn) return null;
    const [first] = newer;
    if (first === undefined) return null;
    if (following) stoppedAt = feed.get().received;
    following = false;
    started = true;
    hasOlder = older.length > PAGE;
    hasNewer = newer.length > PAGE;
    held = [...older.slice(-PAGE), ...newer.slice(0, PAGE)];
    emit();
    return rowKeyOf(first);
  }

  const stops = [feed.subscribe(onFeed), gaps.subscribe(emit)];
  onFeed();

  return {
    get: store.get,
    subscribe: store.subscribe,
    follow(on) {
      if (on === following) return;
      following = on;
      stoppedAt = feed.get().received;
      if (!on) store.set(stateWith(store.get().rows));
      else if (hasNewer) {
        turn += 1;
        toEnd();
      } else {
        store.set(stateWith(store.get().rows));
        onFeed();
      }
    },
    loadOlder: () =>
      reading('older', async () => {
        const [first] = held;
        if (first === undefined || !hasOlder) return;
        const began = turn;
        const page = await feed.page({ before: first }, PAGE + 1);
        if (began !== turn || held[0] !== first) return;
        hasOlder = page.length > PAGE;
        held = [...page.slice(-PAGE), ...held];
        if (held.length > MAX_HELD && !following) {
          held = held.slice(0, MAX_HELD);
          hasNewer = true;
        }
        emit();
      }),
    loadNewer: () =>
      reading('newer', async () => {
        const last = held.at(-1);
        if (last === undefined || !hasNewer) return;
        const began = turn;
        const { fresh, joined } = newerThan(feed.get(), last);
        const page = joined ? fresh.slice(0, PAGE + 1) : await feed.page({ after: last }, PAGE + 1);
        if (began !== turn || held.at(-1) !== last) return;
        // Not in the log either (it keeps nothing, or no longer): what the feed holds is all there is.
        if (page.length === 0) {
          toEnd();
          return;
        }
        hasNewer = page.length > PAGE;
        held = [...held, ...page.slice(0, PAGE)];
        if (held.length > MAX_HELD) {
          held = held.slice(-MAX_HELD);
          hasOlder = true;
        }
        emit();
      }),
    async goTo(wallMs) {
      const found = await findTime(feed, wallMs);
      return found === null ? null : hold(found);
    },
    restore: hold,
    scan() {},
    close() {
      turn += 1;
      for (const stop of stops) stop();
    },
  };
}

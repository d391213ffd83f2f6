/**
 * The events of a channel that a filter lets through: those that arrive, and those in the log, searched from the
 * newest back in slices. To a list it is a reader like any other.
 */

import type { Feed, Gap } from '../../connection/api.ts';
import { comparePositions, type EventRecord, type Position } from '../../shared/log.ts';
import { createStore, type Store } from '../../shared/store.ts';
import { newerThan, type Reader, type ReaderState, type Scan } from '../feed/reader.ts';
import { type ReaderRow, rowKeyOf, rowsOf } from '../feed/rows.ts';
import type { Matcher, MatchResult } from './matcher.ts';

/** Events in one slice. */
const SLICE = 1_000;
/** Matches held; the newest stay. */
export const MAX_MATCHES = 5_000;

export interface FilterReaderDeps {
  feed: Feed;
  /** The channel's gaps, oldest first: no filter hides that something may be missing. */
  gaps: Store<readonly Gap[]>;
  matcher: Matcher;
  now(): number;
}

const AT_START: Scan = { searched: 0, matches: 0, back: null, state: 'running', reason: null };

export function createFilterReader({ feed, gaps, matcher, now }: FilterReaderDeps): Reader {
  let held: readonly EventRecord[] = [];
  /** Matches that arrived since it stopped following. */
  let waiting: readonly EventRecord[] = [];
  let following = true;
  let scan: Scan = AT_START;
  /** The slice before this position is next. */
  let before: Position | null = null;
  /** What arrives after this position was not looked at yet. */
  let seen: Position | null = null;
  let pumping = false;
  let scanning = false;
  let over = false;
  const store = createStore<ReaderState>(state());

  /** Gaps are shown as far back as was searched; of a list that is full, as far as it reaches. */
  function rows(): readonly ReaderRow[] {
    const searchedTo = held.length < MAX_MATCHES && scan.back !== null ? scan.back : Number.POSITIVE_INFINITY;
    const hasOlder = held.length >= MAX_MATCHES || scan.state !== 'done';
    return rowsOf(held, gaps.get(), { hasOlder, hasNewer: waiting.length > 0, searchedTo }, now());
  }

  function state(): ReaderState {
    return {
      rows: rows(),
      loading: false,
      hasOlder: false,
      hasNewer: waiting.length > 0,
      following,
      waiting: waiting.length,
      scan,
    };
  }

  const emit = () => {
    if (!over) store.set(state());
  };

  function fail(problem: 'too-slow' | 'failed' | 'closed', reason: string | null = null): void {
    if (problem === 'closed') return;
    scan = { ...scan, state: problem, reason };
    emit();
  }

  function chosen(records: readonly EventRecord[], { hits }: MatchResult & { ok: true }): EventRecord[] {
    return hits.flatMap((at) => records[at] ?? []);
  }

  /** Looks at all that arrived, in order. */
  async function pump(): Promise<void> {
    if (pumping || over || seen === null) return;
    pumping = true;
    try {
      for (;;) {
        const from: Position = seen;
        const { fresh, joined } = newerThan(feed.get(), from);
        if (fresh.length === 0) return;
        const logged = joined ? [] : await feed.page({ after: from }, SLICE);
        const batch = logged.length > 0 ? logged : fresh.slice(0, SLICE);
        const result = await matcher.match(batch.map(({ event }) => event));
        if (over) return;
        if (!result.ok) {
          fail(result.problem);
          return;
        }
        seen = batch.at(-1) ?? from;
        scan = { ...scan, searched: scan.searched + batch.length };
        add(chosen(batch, result));
      }
    } catch (error) {
      fail('failed', error instanceof Error ? error.message : String(error));
    } finally {
      pumping = false;
    }
  }

  function add(matches: readonly EventRecord[]): void {
    scan = { ...scan, matches: scan.matches + matches.length };
    if (following) held = [...held, ...matches].slice(-MAX_MATCHES);
    else waiting = [...waiting, ...matches].slice(-MAX_MATCHES);
    emit();
  }

  async function search(): Promise<void> {
    if (scanning || over) return;
    scanning = true;
    try {
      while (scan.state === 'running') {
        const slice = await feed.page({ before }, SLICE);
        const result = await matcher.match(slice.map(({ event }) => event));
        if (over || scan.state !== 'running') return;
        if (!result.ok) {
          fail(result.problem);
          return;
        }
        const matches = chosen(slice, result);
        held = [...matches, ...held];
        before = slice[0] ?? before;
        const full = held.length >= MAX_MATCHES;
        held = held.slice(-MAX_MATCHES);
        scan = {
          ...scan,
          searched: scan.searched + slice.length,
          matches: scan.matches + matches.length,
          back: slice[0]?.receivedAt ?? scan.back,
          state: full ? 'full' : slice.length < SLICE ? 'done' : 'running',
        };
        emit();
      }
    } catch (error) {
      fail('failed', error instanceof Error ? error.message : String(error));
    } finally {
      scanning = false;
    }
  }

  function begin(): void {
    if (feed.get().loading) return;
    if (seen === null) {
      // The search takes everything up to here, the pump everything after.
      const last = feed.get().rows.findLast((row) => row.kind === 'event');
      seen = last?.kind === 'event' ? last.record : { epoch: 0, n: 0 };
      before = { epoch: seen.epoch, n: seen.n + 1 };
      void search();
    }
    void pump();
  }

  const stops = [feed.subscribe(begin), gaps.subscribe(emit)];
  begin();

  function takeWaiting(): void {
    held = [...held, ...waiting].slice(-MAX_MATCHES);
    waiting = [];
    emit();
  }

  async function at(found: EventRecord | undefined): Promise<string | null> {
    return found === undefined ? null : rowKeyOf(found);
  }

  return {
    get: store.get,
    subscribe: store.subscribe,
    follow(on) {
      if (on === following) return;
      following = on;
      if (on) takeWaiting();
      else emit();
    },
    loadOlder: () => Promise.resolve(),
    async loadNewer() {
      takeWaiting();
    },
    goTo: (wallMs) => at(held.find((record) => record.receivedAt >= wallMs)),
    restore: (position) => at(held.find((record) => comparePositions(record, position) >= 0)),
    scan(on) {
      if (!on && scan.state === 'running') scan = { ...scan, state: 'stopped' };
      else if (on && scan.state === 'stopped') scan = { ...scan, state: 'running' };
      else return;
      emit();
      void search();
    },
    close() {
      over = true;
      for (const stop of stops) stop();
      matcher.close();
    },
  };
}

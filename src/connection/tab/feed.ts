/**
 * One channel as a person looks at it: the newest page of the log, what arrives, and the gaps between, merged by
 * time. Changes are gathered for one frame, so that a burst costs the page one update, not thousands.
 */
import type { Clock } from '../../shared/clock.ts';
import { comparePositions, type EventRecord, type Gap } from '../../shared/log.ts';
import { createStore } from '../../shared/store.ts';
import type { CoverageLog } from '../../store/coverage-log.ts';
import { gapsOf } from '../../store/coverage-log.ts';
import type { EventLog } from '../../store/event-log.ts';
import type { Feed, FeedRow, FeedState } from '../api.ts';

/** Events in one read of the log. */
const PAGE = 200;
/** Events that a feed holds in memory while it follows; older ones are read again on demand. */
const MAX_HELD = 5_000;
/** About one frame, milliseconds. */
const GATHER_MS = 16;

export interface FeedDeps {
  channel: string;
  log: EventLog;
  coverage: CoverageLog;
  clock: Clock;
  /** Whether the channel is listened to now. */
  live(): boolean;
  onClose(): void;
}

/** The feed as the connection drives it. */
export interface DrivenFeed extends Feed {
  receive(records: readonly EventRecord[]): void;
  /** The coverage or the channel's state changed. */
  refreshGaps(): void;
}

export function createFeed({ channel, log, coverage, clock, live, onClose }: FeedDeps): DrivenFeed {
  const store = createStore<FeedState>({ rows: [], loading: true, hasOlder: false, received: 0 });
  let records: readonly EventRecord[] = [];
  let gaps: readonly Gap[] = [];
  let arrived: EventRecord[] = [];
  let received = 0;
  let loading = true;
  let hasOlder = false;
  let dirty = false;
  let over = false;

  function changed(): void {
    if (dirty || over) return;
    dirty = true;
    clock.after(GATHER_MS, publish);
  }

  function publish(): void {
    dirty = false;
    if (over || loading) return;
    const last = records.at(-1);
    const fresh =
      last === undefined ? arrived : arrived.filter((record) => comparePositions(record, last) > 0);
    arrived = [];
    if (fresh.length > 0) records = [...records, ...fresh];
    if (records.length > MAX_HELD) {
      records = records.slice(-MAX_HELD);
      hasOlder = true;
    }
    store.set({ rows: mergeRows(records, gaps, hasOlder), loading, hasOlder, received });
  }

  async function readGaps(): Promise<void> {
    gaps = gapsOf(channel, await coverage.read(channel).catch(() => []), live());
  }

  async function load(): Promise<void> {
    // What arrives meanwhile is kept in `arrived` and joined by position.
    const [page] = await Promise.all([log.page(channel, null, PAGE + 1).catch(() => []), readGaps()]);
    hasOlder = page.length > PAGE;
    records = page.slice(-PAGE);
    loading = false;
    publish();
  }

  void load();
  return {
    channel,
    get: store.get,
    subscribe: store.subscribe,
    receive(next) {
      if (over) return;
      arrived.push(...next);
      received += next.length;
      changed();
    },
    refreshGaps() {
      void readGaps().then(changed);
    },
    async loadOlder() {
      const first = records[0];
      if (first === undefined || !hasOlder) return;
      const older = await log.page(channel, first, PAGE + 1).catch(() => []);
      hasOlder = older.length > PAGE;
      records = [...older.slice(-PAGE), ...records];
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
      onClose();
    },
  };
}

/** Events and gaps in one list, oldest first. While older events are not read, only gaps after the first are shown. */
export function mergeRows(
  records: readonly EventRecord[],
  gaps: readonly Gap[],
  hasOlder: boolean,
): FeedRow[] {
  const rows: FeedRow[] = [];
  const firstAt = records[0]?.receivedAt ?? Number.NEGATIVE_INFINITY;
  const shown = gaps.filter((gap) => !hasOlder || gap.from >= firstAt);
  let next = 0;
  for (const record of records) {
    for (let gap = shown[next]; gap !== undefined && gap.from < record.receivedAt; gap = shown[next]) {
      rows.push(gapRow(gap));
      next += 1;
    }
    rows.push({ kind: 'event', key: `e${record.epoch}.${record.n}`, record });
  }
  rows.push(...shown.slice(next).map(gapRow));
  return rows;
}

function gapRow(gap: Gap): FeedRow {
  return { kind: 'gap', key: `g${gap.from}`, gap };
}

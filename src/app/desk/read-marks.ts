/**
 * Remembers up to where each channel was read, so that what waits unread is counted on after a reload or a crash: from
 * the log, which also has what arrived in between.
 */
import type { Feed } from '../../connection/api.ts';
import type { Clock } from '../../shared/clock.ts';
import { comparePositions, type Position } from '../../shared/log.ts';
import type { DeskFeeds } from './desk-feeds.ts';
import type { WindowState } from './window-state.ts';
import type { WindowStore } from './window-store.ts';

/** More are not counted: the list says "999+". */
const MAX_COUNTED = 1_000;
/** How long the mark of the channel that is read may lag behind, milliseconds. */
export const MARK_EVERY_MS = 1_000;
const BEFORE_ALL: Position = { epoch: 0, n: 0 };

export interface ReadMarksDeps {
  feeds: Pick<DeskFeeds, 'feeds' | 'read' | 'addUnread'>;
  window: Pick<WindowStore, 'get' | 'update'>;
  clock: Clock;
}

export interface ReadMarks {
  close(): void;
}

export function createReadMarks({ feeds, window: desk, clock }: ReadMarksDeps): ReadMarks {
  const known = new Map<string, { feed: Feed; stop(): void }>();
  let reading = feeds.read.get();

  /** Everything of the channel up to now was looked at. */
  function mark(channel: string): void {
    const feed = known.get(channel)?.feed;
    if (feed === undefined || feed.get().loading) return;
    const end = endOf(feed);
    const before = desk.get().marks[channel];
    if (before !== undefined && comparePositions(before, end) >= 0) return;
    desk.update((now) => withMark(now, channel, end));
  }

  async function countFrom(feed: Feed, from: Position, end: Position, arrived: number): Promise<void> {
    const newer = await feed.page({ after: from }, MAX_COUNTED + arrived);
    const missed = newer.filter((record) => comparePositions(record, end) <= 0).length - arrived;
    if (missed > 0 && known.get(feed.channel)?.feed === feed) feeds.addUnread(feed.channel, missed);
  }

  /** The feed has read its newest events for the first time. */
  function begin(feed: Feed): void {
    const { channel } = feed;
    const from = desk.get().marks[channel];
    if (channel === reading || from === undefined) {
      mark(channel);
      return;
    }
    // What arrived since the feed was opened is counted by it.
    countFrom(feed, from, endOf(feed), feed.get().received).catch(() => {
      // The log cannot be read now: only what arrives is counted.
    });
  }

  function open(feed: Feed): void {
    let stop = () => {};
    const look = () => {
      if (feed.get().loading) return;
      stop();
      begin(feed);
    };
    known.set(feed.channel, { feed, stop: () => stop() });
    if (feed.get().loading) stop = feed.subscribe(look);
    else begin(feed);
  }

  function onFeeds(): void {
    const now = feeds.feeds.get();
    for (const [channel, { feed, stop }] of known) {
      if (now.get(channel) === feed) continue;
      stop();
      known.delete(channel);
    }
    for (const [channel, feed] of now) if (!known.has(channel)) open(feed);
  }

  function onRead(): void {
    const before = reading;
    reading = feeds.read.get();
    for (const channel of [before, reading]) if (channel !== null) mark(channel);
  }

  function again(): void {
    if (reading !== null) mark(reading);
    cancel = clock.after(MARK_EVERY_MS, again);
  }

  const stops = [feeds.feeds.subscribe(onFeeds), feeds.read.subscribe(onRead)];
  onFeeds();
  let cancel = clock.after(MARK_EVERY_MS, again);

  return {
    close() {
      cancel();
      for (const stop of stops) stop();
      for (const { stop } of known.values()) stop();
      known.clear();
    },
  };
}

/** The newest event that the feed has. */
function endOf(feed: Feed): Position {
  const last = feed.get().rows.findLast((row) => row.kind === 'event');
  return last?.kind === 'event' ? { epoch: last.record.epoch, n: last.record.n } : BEFORE_ALL;
}

function withMark(state: WindowState, channel: string, end: Position): WindowState {
  return { ...state, marks: { ...state.marks, [channel]: end } };
}

/**
 * Stands before the event log and the coverage and closes gaps from the application's history, where there is one.
 * After a gap it holds back what arrives on the channel, writes what was missed, then what it held, and only then
 * claims the time as covered. For a channel without a checkpoint everything passes through.
 * It must not know sockets or the reducer: it is told of events and of intervals. docs/connection.md, "Catch-up".
 */
import type { Clock } from '../../shared/clock.ts';
import { AppError, isAppError } from '../../shared/errors.ts';
import type { EventRecord, Gap, Position } from '../../shared/log.ts';
import type { Checkpoints } from '../../store/checkpoints.ts';
import type { StoredCheckpoint } from '../../store/database.ts';
import type { CatchUp, PastEvent } from './catch-up.ts';
import { addTo, type HeldEvent, type Multiset, matchHeld, takeFrom } from './catch-up-merge.ts';
import { createCheckpointKeeper, SETTLE_MS } from './checkpoint-keeper.ts';
import type { Interval } from './coverage-writer.ts';
import type { EventWriter } from './event-writer.ts';
import { createHistoryMarks, type Mark } from './history-marks.ts';
import { createLimiter } from './limiter.ts';

export interface CatchUpWriterDeps {
  epoch: number;
  port: CatchUp;
  writer: EventWriter;
  /** Writes intervals of coverage, after the events before them. */
  cover(intervals: readonly Interval[]): Promise<void>;
  /** The gaps in the stored coverage of a channel, in order. */
  gaps(channel: string): Promise<Gap[]>;
  /** What the log has of a channel behind a position, oldest first. */
  logged(channel: string, after: Position, limit: number): Promise<EventRecord[]>;
  checkpoints: Checkpoints;
  /** The checkpoints that earlier leaders left. */
  kept: readonly StoredCheckpoint[];
  clock: Clock;
}

export interface CatchUpWriter {
  /** An event arrived. */
  record(channel: string, event: string): void;
  /** An interval of listening began, or ended (then `endedBy`). */
  cover(interval: Interval): void;
  /** Listening is proven until `to`. @returns the intervals that may be claimed as far as that. */
  extend(open: readonly Interval[]): Interval[];
  /** Ends it. What is held back then is left to the next leader's catch-up, and not claimed. */
  close(): void;
}

/** Events asked for at once, and taken in one catch-up at most: as many as fit the log with room for others. */
const PAGE_EVENTS = 500;
export const MAX_CAUGHT_UP = 100_000;
/** Above it, waiting for the history costs more than the gap. */
export const MAX_HELD = 20_000;
/** Channels that read the history at the same time; browsers allow six requests to a host. */
const PARALLEL = 4;
/** What was published so shortly before the channel was confirmed may have been delivered on it. Milliseconds. */
const OVERLAP_MS = 2_000;
/** The same, where the history told it first and it may still be under way on the socket. Milliseconds. */
const UNDER_WAY_MS = 250;

/** Events of one channel that wait for the history. */
interface Hold {
  /** Wall clock: the beginning of the first interval whose events are held. */
  from: number;
  /** The beginning of the newest one. */
  begin: number;
  /** Wall clock: gaps before it are none of ours. */
  since: number;
  events: HeldEvent[];
  /** Ends of intervals whose events are held. */
  ended: Interval[];
  running: boolean;
  /** A gap was added since the history was last read. */
  due: boolean;
}

interface Channel {
  live: boolean;
  hold: Hold | null;
  /** What the history told and the socket may still bring: not written twice. Until then (monotonic). */
  underWay: { events: Multiset; until: number } | null;
}

export function createCatchUpWriter(deps: CatchUpWriterDeps): CatchUpWriter {
  const { epoch, port, writer, clock } = deps;
  const marks = createHistoryMarks(port, clock, writer.written);
  const keeper = createCheckpointKeeper({
    ...{ epoch, marks, clock, kept: deps.kept },
    store: deps.checkpoints,
    flushEvents: writer.flush,
  });
  const limit = createLimiter(PARALLEL);
  const channels = new Map<string, Channel>();
  let closed = false;

  function channelOf(name: string): Channel {
    const known = channels.get(name);
    if (known !== undefined) return known;
    const created: Channel = { live: false, hold: null, underWay: null };
    channels.set(name, created);
    return created;
  }

  function begin(name: string, from: number): void {
    const channel = channelOf(name);
    channel.live = true;
    const checkpoint = keeper.get(name);
    if (channel.hold === null && checkpoint === undefined) {
      keeper.watch(name);
      return;
    }
    channel.underWay = null;
    channel.hold ??= {
      ...{ from, begin: from, since: checkpoint?.wall ?? from },
      ...{ events: [], ended: [], running: false, due: true },
    };
    channel.hold.begin = from;
    channel.hold.due = true;
    if (!channel.hold.running) void run(name, channel, channel.hold);
  }

  function end(interval: Interval): void {
    const channel = channelOf(interval.channel);
    channel.live = false;
    keeper.unwatch(interval.channel);
    if (channel.hold === null) void deps.cover([interval]);
    else channel.hold.ended.push(interval);
  }

  /** Reads the history until nothing is missing, then lets go of what was held; or gives up. */
  async function run(name: string, channel: Channel, hold: Hold): Promise<void> {
    hold.running = true;
    const ours = (): boolean => !closed && channel.hold === hold;
    while (hold.due) {
      hold.due = false;
      try {
        await limit(() => close(name, hold, ours));
      } catch (error) {
        if (!ours() || hold.due) continue;
        // The network that took the channel takes the history as well: the next connection tries again.
        if (!channel.live && isAppError(error) && error.retryable) {
          hold.running = false;
          return;
        }
        giveUp(name, channel, hold);
      }
    }
    if (ours()) release(name, channel, hold, true);
  }

  /** Reads the history from the checkpoint to now, and writes what is missing. */
  async function close(name: string, hold: Hold, ours: () => boolean): Promise<void> {
    if (!ours()) return;
    await writer.flush();
    await deps.cover([]);
    const gaps = (await deps.gaps(name)).filter(
      ({ to }) => to !== null && to > hold.since && to <= hold.begin,
    );
    const checkpoint = keeper.get(name);
    if (gaps.length === 0 || checkpoint === undefined) return;
    const mark = await marks.fresh();
    const heard = await heardSince(name, checkpoint);

    // What is held cannot have been published long before it arrived, nor long before its interval began.
    const firstHeld = hold.events[0]?.receivedAt ?? Number.POSITIVE_INFINITY;
    const overlapFrom = Math.min(hold.begin, Math.max(hold.from, firstHeld - SETTLE_MS)) - OVERLAP_MS;
    let after = checkpoint.position;
    let taken = 0;
    const tail: PastEvent[] = [];
    for (;;) {
      const page = await port.fetchAfter({ channel: name, after, until: mark.position, limit: PAGE_EVENTS });
      if (!ours()) return;
      taken += page.events.length;
      if (page.lost || taken > MAX_CAUGHT_UP) {
        throw new AppError('protocol', 'The history does not reach back so far.');
      }
      for (const past of page.events) {
        if (takeFrom(heard, past.event)) continue;
        // From here on the socket may have brought it as well: that is decided at the end.
        if (tail.length > 0 || latest(past, mark) >= overlapFrom) tail.push(past);
        else writeMissed(name, past, gaps, mark);
      }
      after = page.events.at(-1)?.position ?? after;
      if (!page.more) break;
      await writer.flush();
      if (!ours()) return;
    }
    finish(name, hold, { tail, gaps, mark });
  }

  async function heardSince(name: string, checkpoint: StoredCheckpoint): Promise<Multiset> {
    const heard: Multiset = new Map();
    let after: Position = checkpoint;
    for (;;) {
      const records = await deps.logged(name, after, PAGE_EVENTS);
      for (const { event } of records) addTo(heard, event);
      const last = records.at(-1);
      if (last === undefined) return heard;
      after = last;
    }
  }

  /** In one step, so that nothing arrives between the comparison and the checkpoint. */
  function finish(
    name: string,
    hold: Hold,
    { tail, gaps, mark }: { tail: PastEvent[]; gaps: Gap[]; mark: Mark },
  ): void {
    const channel = channelOf(name);
    const underWay: Multiset = channel.underWay?.events ?? new Map();
    const { merged, rest } = matchHeld(tail, hold.events, (past) => latest(past, mark));
    for (const { past, held } of merged) {
      if (held !== null) {
        writer.write(name, held.event, { receivedAt: held.receivedAt });
        continue;
      }
      writeMissed(name, past, gaps, mark);
      if (latest(past, mark) >= hold.begin - UNDER_WAY_MS) addTo(underWay, past.event);
    }
    hold.events = rest;
    // Not the mark's time: the gaps before it are not covered yet, and whoever comes after a crash must still do so.
    keeper.keep({ channel: name, position: mark.position, wall: hold.since, epoch, n: writer.written() });
    channel.underWay = { events: underWay, until: clock.monotonic() + SETTLE_MS };
  }

  function writeMissed(name: string, { event, at }: PastEvent, gaps: readonly Gap[], mark: Mark): void {
    writer.write(name, event, { receivedAt: within(gaps, Math.round(at + mark.aheadMs)), caughtUp: true });
  }

  function giveUp(name: string, channel: Channel, hold: Hold): void {
    keeper.drop(name);
    release(name, channel, hold, false);
  }

  /** @param whole whether nothing is missing: then the gaps are covered. */
  function release(name: string, channel: Channel, hold: Hold, whole: boolean): void {
    channel.hold = null;
    for (const { event, receivedAt } of hold.events) writer.write(name, event, { receivedAt });
    void deps.cover(hold.ended).then(() => (whole ? coverGaps(name, hold) : undefined));
    if (channel.live) keeper.watch(name);
  }

  async function coverGaps(name: string, { since, begin: until }: Hold): Promise<void> {
    const closable = (await deps.gaps(name).catch(() => [])).flatMap(({ from, to, cause }) =>
      to !== null && to > since && to <= until ? [{ channel: name, from, to, endedBy: cause }] : [],
    );
    await deps.cover(closable);
  }

  return {
    record(name, event) {
      const channel = channelOf(name);
      const { hold, underWay } = channel;
      if (underWay !== null && clock.monotonic() >= underWay.until) channel.underWay = null;
      else if (underWay !== null && takeFrom(underWay.events, event)) return;
      if (hold === null) {
        writer.write(name, event);
        keeper.traffic(name);
        return;
      }
      hold.events.push({ event, receivedAt: clock.wall(), notBefore: hold.begin - OVERLAP_MS });
      if (hold.events.length > MAX_HELD) giveUp(name, channel, hold);
    },
    cover(interval) {
      if (interval.endedBy !== null) return end(interval);
      // Claims no time yet, so it may be written before what is held.
      void deps.cover([{ ...interval, to: interval.from }]);
      begin(interval.channel, interval.from);
    },
    extend(open) {
      const claimed = open.filter(({ channel }) => channels.get(channel)?.hold == null);
      for (const { channel, to } of claimed) keeper.proven(channel, to);
      return claimed;
    },
    close() {
      closed = true;
      keeper.close();
    },
  };
}

/** The latest time, on this device's wall clock, at which the event can have been published. */
function latest({ at }: PastEvent, { aheadMs, aheadErrorMs }: Mark): number {
  return at + aheadMs + aheadErrorMs;
}

/** The time itself where it lies in one of the gaps, else the nearest edge of one. Wall clock. */
function within(gaps: readonly Gap[], time: number): number {
  let nearest = time;
  let distance = Number.POSITIVE_INFINITY;
  for (const { from, to } of gaps) {
    const inside = Math.max(from, Math.min(to ?? time, time));
    if (Math.abs(inside - time) < distance) {
      nearest = inside;
      distance = Math.abs(inside - time);
    }
  }
  return nearest;
}

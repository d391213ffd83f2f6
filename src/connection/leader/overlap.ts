/**
 * Two sockets that deliver the same events for a while: each event is recorded once. Frames carry no event ids, so
 * twins are found by channel and text, of equal texts the ones nearest in time.
 *
 * What the old socket delivers is recorded at once. What the young one delivers waits for its twin from the old one,
 * for {@link TWIN_WAIT_MS} at most; without one it is recorded then. When one of the two is gone, what waits is
 * decided at once, and what the gone one delivered last is remembered as long again, for twins that come late.
 *
 * Time is counted as lived: a thread that was held up hears late, and of a pause no more than {@link PAUSE_MS} counts.
 * Pure: every function returns a new value.
 */
import { createTwinFinder, TWIN_WAIT_MS } from './twins.ts';

export interface Overlap {
  /** Socket ids. */
  readonly old: number;
  readonly young: number;
  /** Delivered by the old one, its twin not found yet; oldest first. */
  readonly recorded: readonly Heard[];
  /** Delivered by the young one, and not decided yet. */
  readonly held: readonly Heard[];
  /** Once one is gone: what it delivered last and the other may still deliver, and until when that counts. */
  readonly closing: { readonly late: readonly Heard[]; readonly until: number } | null;
  /** Lived milliseconds, and the monotonic time of their last count. */
  readonly lived: number;
  readonly countedAt: number;
  /** Monotonic: what the old one delivered before was judged already. */
  readonly judgedTo: number;
}

export interface Heard {
  readonly channel: string;
  readonly text: string;
  /** Lived milliseconds. */
  readonly at: number;
  /** Monotonic. */
  readonly heardAt: number;
}

/** Of a pause in which nothing was heard or counted, no more than this counts as waiting. */
const PAUSE_MS = 500;
/** Twins come within milliseconds: one that takes longer is waited for before the old socket goes. */
const SUSPICIOUS_MS = 500;
/** After a confirmation the service may still take this long to deliver (aws-appsync-community#405). */
const CONFIRMATION_LAG_MS = 1_000;

export function beginOverlap(old: number, young: number, now: number): Overlap {
  return { old, young, recorded: [], held: [], closing: null, lived: 0, countedAt: now, judgedTo: now };
}

/** An event came on `socket`. Returns whether it is to be recorded now. */
export function hearTwice(
  before: Overlap,
  socket: number,
  { channel, text, now }: { channel: string; text: string; now: number },
): [Overlap, boolean] {
  const overlap = count(before, now);
  const { closing } = overlap;
  if (closing !== null) {
    const twin = closing.late.findIndex((late) => late.text === text && late.channel === channel);
    if (twin < 0) return [overlap, true];
    return [{ ...overlap, closing: { ...closing, late: closing.late.toSpliced(twin, 1) } }, false];
  }
  const heard = { channel, text, at: overlap.lived, heardAt: now };
  if (socket === overlap.old) return [{ ...overlap, recorded: [...overlap.recorded, heard] }, true];
  if (socket === overlap.young) return [{ ...overlap, held: [...overlap.held, heard] }, false];
  return [overlap, true];
}

/** Counts time. Returns what has waited for long enough and is to be recorded; null when the overlap is over. */
export function passTime(before: Overlap, now: number): [Overlap | null, readonly Heard[]] {
  const overlap = count(before, now);
  if (overlap.closing !== null) return [overlap.lived >= overlap.closing.until ? null : overlap, []];
  const ripe = overlap.held.filter(({ at }) => overlap.lived - at >= TWIN_WAIT_MS);
  const { left, alone } = pair(overlap.recorded, ripe);
  return [
    {
      ...overlap,
      // A twin that is still held may be as much older as it may be younger.
      recorded: left.filter(({ at }) => overlap.lived - at < 2 * TWIN_WAIT_MS),
      held: overlap.held.slice(ripe.length),
    },
    alone,
  ];
}

/** `gone` delivers nothing more. Returns what has no twin yet of all that the young one delivered: to be recorded. */
export function closeOverlap(before: Overlap, gone: number, now: number): [Overlap, readonly Heard[]] {
  const overlap = count(before, now);
  if (overlap.closing !== null) return [overlap, []];
  const { left, alone } = pair(overlap.recorded, overlap.held);
  const late = gone === overlap.old ? left : alone;
  const closing = {
    late: late.filter(({ at }) => overlap.lived - at < TWIN_WAIT_MS),
    until: overlap.lived + TWIN_WAIT_MS,
  };
  return [{ ...overlap, recorded: [], held: [], closing }, alone];
}

/** When time is to be counted next. Monotonic. */
export function nextCount({ closing, held, lived, countedAt }: Overlap): number {
  const first = held[0];
  const until = closing?.until ?? (first === undefined ? Number.POSITIVE_INFINITY : first.at + TWIN_WAIT_MS);
  return countedAt + Math.min(PAUSE_MS, Math.max(0, until - lived));
}

export interface Verdict {
  /** In it, what was found missing is not looked at again. */
  overlap: Overlap;
  /** The old socket delivered something that the young one, which had long confirmed the channel, did not. */
  missed: boolean;
  /** Not yet certain: something has waited for its twin rather long. To be looked at again then; monotonic. */
  recheckAt: number | null;
}

/** @param liveAt when the young socket's subscription was confirmed, by channel. Monotonic. */
export function judge(overlap: Overlap, liveAt: ReadonlyMap<string, number>, now: number): Verdict {
  const alone = pair(overlap.recorded, overlap.held)
    .left.filter(({ channel, heardAt }) => {
      const confirmedAt = liveAt.get(channel) ?? Number.POSITIVE_INFINITY;
      const from = Math.max(overlap.judgedTo, confirmedAt + CONFIRMATION_LAG_MS);
      return heardAt > from && heardAt <= now - SUSPICIOUS_MS;
    })
    .map(({ heardAt }) => heardAt);
  const until = now - TWIN_WAIT_MS;
  if (alone.some((heardAt) => heardAt <= until)) {
    return { overlap: { ...overlap, judgedTo: until }, missed: true, recheckAt: null };
  }
  return { overlap, missed: false, recheckAt: alone.length === 0 ? null : Math.min(...alone) + TWIN_WAIT_MS };
}

/** Finds each of `young` its nearest twin; what is left of both, in order. */
function pair(
  old: readonly Heard[],
  young: readonly Heard[],
): { left: readonly Heard[]; alone: readonly Heard[] } {
  if (old.length === 0 || young.length === 0) return { left: old, alone: young };
  const finder = createTwinFinder(old);
  const alone = young.filter((heard) => finder.take(heard) === null);
  return { left: finder.left(), alone };
}

function count(overlap: Overlap, now: number): Overlap {
  if (now === overlap.countedAt) return overlap;
  const lived = overlap.lived + Math.min(PAUSE_MS, now - overlap.countedAt);
  return { ...overlap, lived, countedAt: now };
}

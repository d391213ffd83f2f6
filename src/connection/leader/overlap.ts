/**
 * Two sockets that deliver the same events for a while: what one delivered first is recorded, its twin from the
 * other is not. Frames carry no event ids, so twins are found by channel and text; each event of the one is the twin
 * of one event of the other, so equal texts are counted right. Pure: every function returns a new value.
 *
 * While both are open nothing is forgotten, so a twin may be as late as it likes. When one goes, what waits on its
 * side for longer than {@link TWIN_WAIT_MS} has no twin (it came before the other listened, or the other missed it)
 * and is forgotten at once, lest it hide a later event of the same text; the rest is kept for as long again.
 */
export interface Overlap {
  /** Socket ids. */
  readonly old: number;
  readonly young: number;
  /** By channel: delivered by one side and not (yet) by the other, oldest first. */
  readonly waiting: Readonly<Record<string, Sides>>;
  /** Monotonic: what came before was looked at for mismatches already. */
  readonly judgedTo: number;
  /** One of the two has gone: how much longer its events are remembered, and when that was last counted. */
  readonly closing: { readonly leftMs: number; readonly countedAt: number } | null;
}

interface Sides {
  readonly old: readonly Unpaired[];
  readonly young: readonly Unpaired[];
}

interface Unpaired {
  readonly text: string;
  /** Monotonic. */
  readonly at: number;
}

type Side = keyof Sides;

/** How long an event of one socket waits for its twin from the other. */
export const TWIN_WAIT_MS = 2_000;
/** After a confirmation the service may still take this long to deliver (aws-appsync-community#405). */
export const CONFIRMATION_LAG_MS = 1_000;
/** A busy thread hears late: of a pause, no more than this counts as waiting. */
export const PAUSE_MS = 500;

const NOBODY: Sides = { old: [], young: [] };

export function beginOverlap(old: number, young: number, now: number): Overlap {
  return { old, young, waiting: {}, judgedTo: now, closing: null };
}

/** An event came on `socket`. Returns whether it is to be recorded: false for the twin of one that was. */
export function hearTwice(
  overlap: Overlap,
  socket: number,
  { channel, text, now }: { channel: string; text: string; now: number },
): [Overlap, boolean] {
  const side = sideOf(overlap, socket);
  if (side === null) return [overlap, true];
  const sides = overlap.waiting[channel] ?? NOBODY;
  const opposite: Side = side === 'old' ? 'young' : 'old';
  const twin = sides[opposite].findIndex((waiting) => waiting.text === text);
  if (twin >= 0) {
    const rest = [...sides[opposite].slice(0, twin), ...sides[opposite].slice(twin + 1)];
    return [withSides(overlap, channel, { ...sides, [opposite]: rest }), false];
  }
  // With the other side gone nobody will deliver it again.
  if (overlap.closing !== null) return [overlap, true];
  return [withSides(overlap, channel, { ...sides, [side]: [...sides[side], { text, at: now }] }), true];
}

/**
 * Whether the old socket delivered something that the young one, which had long confirmed the channel, did not.
 * @param liveAt when the young socket's subscription was confirmed, by channel. Monotonic.
 * @returns the overlap, in which what was looked at now is not looked at again.
 */
export function judge(
  overlap: Overlap,
  liveAt: ReadonlyMap<string, number>,
  now: number,
): [Overlap, boolean] {
  const until = now - TWIN_WAIT_MS;
  const missed = Object.entries(overlap.waiting).some(([channel, { old }]) => {
    const from = Math.max(
      overlap.judgedTo,
      (liveAt.get(channel) ?? Number.POSITIVE_INFINITY) + CONFIRMATION_LAG_MS,
    );
    return old.some(({ at }) => at > from && at <= until);
  });
  return [{ ...overlap, judgedTo: Math.max(overlap.judgedTo, until) }, missed];
}

/** `gone` delivers nothing more that was not under way: what can have no twin is forgotten. */
export function forgetOverdue(overlap: Overlap, gone: number, now: number): Overlap {
  const side = sideOf(overlap, gone);
  if (side === null) return overlap;
  const waiting = Object.fromEntries(
    Object.entries(overlap.waiting).map(([channel, sides]) => [
      channel,
      { ...sides, [side]: sides[side].filter(({ at }) => now - at < TWIN_WAIT_MS) },
    ]),
  );
  return { ...overlap, waiting };
}

/** `gone` is closed: its last events are remembered a while longer, for their late twins. */
export function closeOverlap(overlap: Overlap, gone: number, now: number): Overlap {
  return { ...forgetOverdue(overlap, gone, now), closing: { leftMs: TWIN_WAIT_MS, countedAt: now } };
}

/** Counts the time since one side closed; null when it is over. */
export function passTime(overlap: Overlap, now: number): Overlap | null {
  if (overlap.closing === null) return overlap;
  const leftMs = overlap.closing.leftMs - Math.min(PAUSE_MS, now - overlap.closing.countedAt);
  return leftMs <= 0 ? null : { ...overlap, closing: { leftMs, countedAt: now } };
}

function sideOf(overlap: Overlap, socket: number): Side | null {
  return socket === overlap.old ? 'old' : socket === overlap.young ? 'young' : null;
}

function withSides(overlap: Overlap, channel: string, sides: Sides): Overlap {
  return { ...overlap, waiting: { ...overlap.waiting, [channel]: sides } };
}

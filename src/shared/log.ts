/** What the event log keeps, as every room of the connection speaks of it. */

/** Position in the log: ordered by epoch, then n. Unique for ever in one user's log. */
export interface Position {
  epoch: number;
  n: number;
}

/** One received event, as the log keeps it. */
export interface EventRecord extends Position {
  /** The channel as subscribed: for a wildcard subscription the service does not name the exact one. */
  channel: string;
  /** The event as it came: JSON text. */
  event: string;
  /** Wall clock of this device at arrival, milliseconds since 1970. */
  receivedAt: number;
  /** It was missed and came from the application's history: `receivedAt` is when it would have come. */
  caughtUp?: true;
}

export type GapCause =
  /** The device had no network. */
  | 'offline'
  /** The socket was lost, refused or silent. */
  | 'connection-lost'
  /** The tab or worker that held the connection ended without a word. */
  | 'leader-lost'
  /** Another window or worker took the connection over; a gap only if it was not there in time. */
  | 'moved'
  /** The service refused the channel. */
  | 'denied'
  /** No window of the app was open, or nobody was signed in. */
  | 'not-running'
  /** The app ran, but no window wanted the channel. */
  | 'not-watched';

/** A time in which we were not provably listening: events may be missing. */
export interface Gap {
  channel: string;
  /** Wall clock, milliseconds since 1970. */
  from: number;
  /** Null while it lasts. */
  to: number | null;
  cause: GapCause;
}

/**
 * A frame may be this old when it is heard, for the network or a thread that was busy. So listening is claimed only up to
 * so long before the last frame: a gap may begin before events that were still heard. Milliseconds.
 */
export const FRAME_AGE_MS = 200;

/** Where a gap stands among events, by their arrival: after the last that was heard. Wall clock. */
export function placeOf({ from, to }: Gap): number {
  return Math.min(from + FRAME_AGE_MS, to ?? Number.POSITIVE_INFINITY);
}

/** A stretch of time in which a channel was provably listened to. Wall clock, milliseconds since 1970. */
export interface CoveredInterval {
  from: number;
  /** Up to when it is proven; grows every few seconds while it lasts. */
  to: number;
  /** Null while it lasts, and where whoever listened ended without a word. */
  endedBy: GapCause | null;
}

/** Orders two positions: negative when `a` is before `b`. */
export function comparePositions(a: Position, b: Position): number {
  return a.epoch === b.epoch ? a.n - b.n : a.epoch - b.epoch;
}

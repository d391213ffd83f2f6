/**
 * The port to an application's own history of its channels, as the leader needs it. `http-catch-up.ts` speaks the
 * protocol of docs/catch-up.md; another history needs only these two calls.
 */

/** A position in the history, and the history's clock at that moment. */
export interface HistoryMark {
  /** Opaque: only the history that gave it can read or compare it. */
  position: string;
  /** Milliseconds since 1970, on the history's clock. */
  at: number;
}

export interface PastEvent {
  /** The event as it was delivered: JSON text. */
  event: string;
  /** When it was published, milliseconds since 1970 on the history's clock. */
  at: number;
  /** Just behind this event. */
  position: string;
}

export interface PastPage {
  /** Oldest first. */
  events: PastEvent[];
  /** Whether more follows before the position that the page was to end at; then there is at least one event. */
  more: boolean;
  /** The history cannot tell any more what followed: the position is unknown, or too old. */
  lost: boolean;
}

export interface PageQuery {
  /** Canonical; may end in `/*`. */
  channel: string;
  /** Exclusive. */
  after: string;
  /** Inclusive. */
  until: string;
  /** Events at most; the history may give fewer. */
  limit: number;
}

export interface CatchUp {
  /**
   * A mark that everything published so far lies before.
   * @throws AppError; `retryable` where asking later can help.
   */
  position(): Promise<HistoryMark>;
  /**
   * What was published on a channel behind one position, up to another, in the order of publishing.
   * @throws AppError; `retryable` where asking later can help.
   */
  fetchAfter(query: PageQuery): Promise<PastPage>;
}

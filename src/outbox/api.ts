/** The public face of the outbox: types only. `createOutbox` in `outbox.ts` makes one. */
import type { Store } from '../shared/store.ts';

export type OutboxState =
  /** Durable here, not yet sent. */
  | 'queued'
  | 'sending'
  /** Sent, but the answer was lost: settled by its own echo where one can come, else sent again. */
  | 'ambiguous'
  /** The service took it. Kept for a short while so that it can be seen. */
  | 'delivered'
  /** The service or our own rules refused it: stays until the person decides. */
  | 'refused';

export interface OutboxRow {
  id: string;
  channel: string;
  /** One to five events, JSON text each. In a refused row those that the service did not take. */
  events: readonly string[];
  state: OutboxState;
  /** Why it waits or was refused, as a sentence. */
  reason: string | null;
  /** Wall clock, milliseconds since 1970. */
  createdAt: number;
  /** How often it was sent. */
  attempts: number;
  /**
   * It was sent again although its answer had been lost, and not every event carries an id (an object with a top-level
   * `id`, a UUID or ULID as text): readers may see it twice and cannot tell.
   */
  maybeTwice: boolean;
}

export interface Outbox extends Store<readonly OutboxRow[]> {
  /**
   * Keeps one publish durably, then sends it when it can: at least once, in order per channel. Publishes that follow
   * each other may travel together. Resolves with the row's id as soon as it is durable.
   * @param events one to five values that JSON can carry.
   * @throws AppError `bad-channel`, `bad-batch`, `event-too-large`, `storage`.
   */
  publish(channel: string, events: readonly unknown[]): Promise<string>;
  /** Tries a refused or waiting row again now. */
  retry(id: string): Promise<void>;
  /** Removes a row for good. */
  discard(id: string): Promise<void>;
}

/** Limits of one publish, as AppSync Events sets them, checked before anything is queued or sent. */
import { AppError } from './errors.ts';

/** Events in one publish request. */
export const MAX_EVENTS_PER_PUBLISH = 5;
/** Bytes of all events of one publish request (1.2 MB). */
export const MAX_PUBLISH_BYTES = 1_200 * 1024;
/** Requests a second; the service's quota for one connection. Not adjustable. */
export const MAX_PUBLISHES_PER_SECOND = 25;
/** Bytes of one event in UTF-8 (240 KB). */
export const MAX_EVENT_BYTES = 240 * 1024;

declare class TextEncoder {
  encode(text: string): Uint8Array;
}

/** Size of a string in UTF-8, bytes. */
export function utf8Bytes(text: string): number {
  return new TextEncoder().encode(text).length;
}

/**
 * Checks the events of one publish, each already serialised as JSON.
 * @throws AppError `bad-batch` or `event-too-large`.
 */
export function checkPublish(events: readonly string[]): void {
  if (events.length === 0) throw new AppError('bad-batch', 'There is no event to publish.');
  if (events.length > MAX_EVENTS_PER_PUBLISH) {
    throw new AppError(
      'bad-batch',
      `One publish carries at most ${MAX_EVENTS_PER_PUBLISH} events; this has ${events.length}. Split it.`,
    );
  }
  events.forEach((event, index) => {
    const bytes = utf8Bytes(event);
    if (bytes > MAX_EVENT_BYTES) {
      throw new AppError(
        'event-too-large',
        `Event ${index + 1} has ${Math.ceil(bytes / 1024)} KB; AppSync Events takes at most 240 KB. Make it smaller.`,
      );
    }
  });
}

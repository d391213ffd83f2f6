/** How much the log of received events may hold. */
import type { EventRecord } from '../shared/log.ts';

export interface LogSize {
  /** Events. */
  count: number;
  /** About what they take on the device, see {@link recordBytes}. */
  bytes: number;
}

/** Events kept per user, whatever room there is: what a busy engineer sees in two months. */
const MAX_EVENTS = 2_000_000;
const MAX_BYTES = 1024 ** 3;
/** The browser's quota is for the whole origin: the app's own files and the outbox need room too. */
const QUOTA_SHARE = 0.4;

/** The limits on this device. @param estimate the browser's own; where it fails or is missing, the fixed limits hold. */
export async function deviceLimits(estimate: () => Promise<{ quota?: number }>): Promise<LogSize> {
  const quota = await Promise.resolve()
    .then(estimate)
    .then((answer) => answer.quota ?? Number.POSITIVE_INFINITY)
    .catch(() => Number.POSITIVE_INFINITY);
  return { count: MAX_EVENTS, bytes: Math.min(MAX_BYTES, Math.floor(quota * QUOTA_SHARE)) };
}

/** Of one page's memory, where nothing can be shared or kept. */
export const MEMORY_LIMITS: LogSize = { count: 50_000, bytes: 64 * 1024 ** 2 };

/** Keys, numbers and the names of the fields, in the record and in the index. */
const FIXED_BYTES = 120;

/**
 * About what a record takes on the device. Chromium keeps a text in one byte a character while all of them are
 * Latin-1, else in two; the channel stands in the record and, in two bytes a character, in the index.
 */
export function recordBytes({ channel, event }: EventRecord): number {
  const wide = /[\u0100-\uffff]/.test(event);
  return event.length * (wide ? 2 : 1) + channel.length * 3 + FIXED_BYTES;
}

export function isOver(size: LogSize, limits: LogSize): boolean {
  return size.count > limits.count || size.bytes > limits.bytes;
}

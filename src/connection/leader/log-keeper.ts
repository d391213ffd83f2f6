/**
 * Appends to the log and keeps it within its limits: the oldest events go first. Where the browser's space is used
 * up, a tenth of the log makes room, once: if that did not help, something else fills the device, and no more
 * history is given up for it.
 */
import { isAppError } from '../../shared/errors.ts';
import type { EventRecord } from '../../shared/log.ts';
import type { EventLog } from '../../store/event-log.ts';
import { isOver, type LogSize } from '../../store/log-limits.ts';

export interface LogKeeper {
  /** @throws AppError `closed` when a newer leader has begun; `storage-full`; `storage`. */
  append(epoch: number, records: readonly EventRecord[]): Promise<void>;
}

/** A log at its limit is cut below it by this part, so that not every batch has to trim. */
const SLACK = 0.01;
/** What is given up when the browser's space is used up. */
const SACRIFICE = 0.1;

export function createLogKeeper(
  log: Pick<EventLog, 'append' | 'size' | 'trim'>,
  readLimits: () => Promise<LogSize>,
): LogKeeper {
  let limits: Promise<LogSize> | null = null;
  /** Whether room was made since the last append that succeeded. */
  let madeRoom = false;

  async function makeRoom(): Promise<void> {
    madeRoom = true;
    const { count } = await log.size();
    await log.trim({ count: Math.floor(count * (1 - SACRIFICE)), bytes: Number.POSITIVE_INFINITY });
  }

  async function append(epoch: number, records: readonly EventRecord[]): Promise<LogSize> {
    try {
      return await log.append(epoch, records);
    } catch (error) {
      if (madeRoom || !isAppError(error, 'storage-full')) throw error;
      await makeRoom();
      return log.append(epoch, records);
    }
  }

  return {
    async append(epoch, records) {
      const size = await append(epoch, records);
      madeRoom = false;
      limits ??= readLimits();
      const { count, bytes } = await limits;
      if (!isOver(size, { count, bytes })) return;
      // What was just appended is stored, whatever becomes of the trim; the next batch tries it again.
      await log
        .trim({ count: Math.floor(count * (1 - SLACK)), bytes: Math.floor(bytes * (1 - SLACK)) })
        .catch(() => {});
    },
  };
}

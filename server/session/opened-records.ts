/**
 * Records that were opened lately, so that a session's every request does not derive its key and decrypt again. It
 * saves no reading of the store: only the version that the store has just named is ever answered, so an end or a
 * renewal elsewhere takes effect at once. Nothing here outlives the process.
 */
import { timingSafeEqual } from 'node:crypto';
import type { SessionRecord } from './record.ts';
import type { Ticket } from './ticket.ts';

export interface OpenedRecords {
  /** The record of this version, if it was opened before with the same key. Never change it: others hold it too. */
  get(ticket: Ticket, version: number): SessionRecord | null;
  set(ticket: Ticket, version: number, record: SessionRecord): void;
  /** The session has ended: its tokens need not stay in memory. */
  drop(idHash: string): void;
}

/** Sessions that one server serves at a time; each takes a few kilobytes. */
const MAX_RECORDS = 5_000;

export function createOpenedRecords(max = MAX_RECORDS): OpenedRecords {
  const kept = new Map<string, { version: number; key: Buffer; record: SessionRecord }>();
  return {
    get({ idHash, key }, version) {
      const found = kept.get(idHash);
      if (found === undefined || found.version !== version || !timingSafeEqual(found.key, key)) return null;
      return found.record;
    },
    set({ idHash, key }, version, record) {
      // Set anew, it stands last: the one opened longest ago is forgotten first.
      kept.delete(idHash);
      kept.set(idHash, { version, key, record });
      if (kept.size <= max) return;
      const [oldest] = kept.keys();
      if (oldest !== undefined) kept.delete(oldest);
    },
    drop: (idHash) => void kept.delete(idHash),
  };
}

/**
 * What was published, for as long as there is room. AppSync Events keeps nothing; an application that wants its
 * gaps closed keeps a history beside it (docs/catch-up.md), and this is the stand-in's. It knows channels and texts,
 * nothing of rights or of HTTP.
 */
import { randomBytes } from 'node:crypto';
import { channelMatches } from '../../../src/shared/channel.ts';

export interface HistoryEvent {
  /** JSON text, as it was published. */
  event: string;
  /** When it was published, milliseconds since 1970. */
  at: number;
  /** Just behind this event. */
  position: string;
}

export interface HistoryPage {
  /** Oldest first. */
  events: HistoryEvent[];
  /** Whether there is more of the channel before `until`. */
  more: boolean;
  /** Something after `after` is not kept any more, or `after` is of another life: nothing can be promised. */
  lost: boolean;
}

export interface HistoryQuery {
  /** Canonical; may end in `/*`. */
  pattern: string;
  /** Exclusive. */
  after: string;
  /** Inclusive; null: everything. */
  until: string | null;
  limit: number;
}

export interface EventHistory {
  /** @param channel canonical. @param event JSON text. */
  record(channel: string, event: string): void;
  /** Everything recorded so far lies before it. Valid in this life of the process only. */
  position(): string;
  read(query: HistoryQuery): HistoryPage;
}

export interface HistoryLimits {
  events: number;
  /** Of the kept texts and channel names, in UTF-16 units. */
  units: number;
  /** Of one page's texts, in UTF-16 units; a page has one event at least. */
  pageUnits: number;
}

const LIMITS: HistoryLimits = { events: 100_000, units: 64 * 1024 * 1024, pageUnits: 2 * 1024 * 1024 };

interface Entry {
  channel: string;
  event: string;
  at: number;
}

/** @param now milliseconds since 1970. */
export function createEventHistory(now: () => number, limits: HistoryLimits = LIMITS): EventHistory {
  const life = randomBytes(6).toString('hex');
  /** Entries from `head` on are kept; the number of entry `i` is `trimmed + i + 1`. */
  let entries: Entry[] = [];
  let head = 0;
  let trimmed = 0;
  let units = 0;

  const newest = (): number => trimmed + entries.length;
  const positionOf = (number: number): string => `${life}.${number}`;

  /** The number in a position of this life; null for any other text. */
  function numberOf(position: string): number | null {
    const digits = position.startsWith(`${life}.`) ? position.slice(life.length + 1) : '';
    const number = /^\d{1,15}$/.test(digits) ? Number(digits) : null;
    return number !== null && number <= newest() ? number : null;
  }

  function trim(): void {
    while (entries.length - head > limits.events || units > limits.units) {
      const oldest = entries[head];
      if (oldest === undefined) break;
      units -= sizeOf(oldest);
      head += 1;
    }
    // Cutting the front off costs a copy, so it is done for many at a time.
    if (head > 1_000 && head * 2 > entries.length) {
      entries = entries.slice(head);
      trimmed += head;
      head = 0;
    }
  }

  return {
    record(channel, event) {
      const entry = { channel, event, at: now() };
      entries.push(entry);
      units += sizeOf(entry);
      trim();
    },
    position: () => positionOf(newest()),
    read({ pattern, after, until, limit }) {
      const from = numberOf(after);
      const to = until === null ? newest() : numberOf(until);
      if (from === null || to === null || from < trimmed + head) {
        return { events: [], more: false, lost: true };
      }
      const events: HistoryEvent[] = [];
      let pageUnits = 0;
      for (let number = from + 1; number <= to; number += 1) {
        const entry = entries[number - trimmed - 1];
        if (entry === undefined || !channelMatches(pattern, entry.channel)) continue;
        const full = events.length > 0 && pageUnits + entry.event.length > limits.pageUnits;
        if (events.length === limit || full) return { events, more: true, lost: false };
        pageUnits += entry.event.length;
        events.push({ event: entry.event, at: entry.at, position: positionOf(number) });
      }
      return { events, more: false, lost: false };
    },
  };
}

function sizeOf({ channel, event }: Entry): number {
  return channel.length + event.length;
}

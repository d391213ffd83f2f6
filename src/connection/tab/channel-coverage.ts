/**
 * Where a channel was listened to, as this tab shows it: read when somebody begins to follow it, and again
 * whenever the leader says that it changed. Feeds take their gaps from here too.
 */
import { createStore, type Store, type WritableStore } from '../../shared/store.ts';
import { type CoverageLog, gapsOf, joinIntervals } from '../../store/coverage-log.ts';
import type { Coverage } from '../api.ts';

export interface ChannelCoverage {
  /** Shared by all who follow the channel; up to date while anybody does. */
  of(channel: string): Store<Coverage>;
  /** What the leader wrote, or whether it listens now, changed for these channels. */
  refresh(isStale: (channel: string) => boolean): void;
}

export interface ChannelCoverageDeps {
  log: Pick<CoverageLog, 'read'>;
  /** Whether the channel is listened to now. */
  live(channel: string): boolean;
}

interface Followed {
  channel: string;
  store: WritableStore<Coverage>;
  followers: number;
  /** A read is under way; `again` when what it reads may be old already. */
  reading: 'no' | 'once' | 'again';
}

export function createChannelCoverage({ log, live }: ChannelCoverageDeps): ChannelCoverage {
  const followed = new Set<Followed>();

  async function read(entry: Followed): Promise<void> {
    if (entry.reading !== 'no') {
      entry.reading = 'again';
      return;
    }
    do {
      entry.reading = 'once';
      const rows = await log.read(entry.channel).catch(() => []);
      const intervals = joinIntervals(rows);
      const isLive = live(entry.channel);
      const gaps = gapsOf(entry.channel, intervals, isLive);
      entry.store.set({ loading: false, live: isLive, intervals, gaps });
    } while (isAgain(entry));
    entry.reading = 'no';
  }

  return {
    of(channel) {
      const entry = [...followed].find((other) => other.channel === channel) ?? {
        channel,
        store: createStore<Coverage>({ loading: true, live: false, intervals: [], gaps: [] }),
        followers: 0,
        reading: 'no' as const,
      };
      return {
        get: entry.store.get,
        subscribe(listener) {
          const off = entry.store.subscribe(listener);
          followed.add(entry);
          entry.followers += 1;
          if (entry.followers === 1) void read(entry);
          let following = true;
          return () => {
            if (!following) return;
            following = false;
            off();
            entry.followers -= 1;
            if (entry.followers === 0) followed.delete(entry);
          };
        },
      };
    },
    refresh(isStale) {
      for (const entry of followed) if (isStale(entry.channel)) void read(entry);
    },
  };
}

/** Apart from `read`, whose own view of the field cannot know that others write it while it waits. */
function isAgain({ reading }: Followed): boolean {
  return reading === 'again';
}

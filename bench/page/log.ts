/** Fills and reads an event log, as the leader and a feed do. Driven through `window.bench`. */
import { createHistory } from '../../src/store/history.ts';

const CHANNELS = 8;
/** Letters that make an event about as large as those of real channels: 400 bytes. */
const PAD = 'x'.repeat(350);
const BATCH = 2_000;
/** What a feed asks for: a page, and one more to know whether there are older ones. */
const PAGE = 201;

const { events } = createHistory('bench-log');

Object.assign(window, {
  bench: {
    /** Writes `count` events to eight channels, and ten old ones to a ninth. */
    async fill(count: number): Promise<void> {
      const epoch = await events.nextEpoch();
      for (let from = 1; from <= count; from += BATCH) {
        const batch = Array.from({ length: Math.min(BATCH, count - from + 1) }, (_, index) => {
          const n = from + index;
          const channel = n <= 10 ? 'default/rare' : `default/channel-${n % CHANNELS}`;
          return { epoch, n, channel, event: JSON.stringify({ n, pad: PAD }), receivedAt: n };
        });
        await events.append(epoch, batch);
      }
    },
    /** Milliseconds until the last page of a channel is there, and how many events it has. */
    async page(channel: string): Promise<[number, number]> {
      const start = performance.now();
      const { length } = await events.page(channel, null, PAGE);
      return [performance.now() - start, length];
    },
    /** Milliseconds to let the oldest hundredth go. */
    async trim(): Promise<number> {
      const { count } = await events.size();
      const start = performance.now();
      await events.trim({ count: Math.floor(count * 0.99), bytes: Number.POSITIVE_INFINITY });
      return performance.now() - start;
    },
    size: () => events.size(),
    estimate: async () => (await navigator.storage.estimate()).usage ?? 0,
  },
});

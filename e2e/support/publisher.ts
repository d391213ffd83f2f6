/** Publishes numbered events at a steady rate, as a server with the API key, and remembers what became of each. */
import type { FarEnd } from './far-end.ts';

export interface Published {
  /** 1, 2, 3, … */
  n: number;
  /** Wall clock, milliseconds since 1970: between these two the service handed it to whoever was subscribed. */
  sentAt: number;
  answeredAt: number;
  /** Whether the service took it. If not, it may still have: the answer can be lost. */
  taken: boolean;
}

export interface Publisher {
  /** Everything sent until now. */
  readonly published: readonly Published[];
  /** Resolves when the last one is answered. */
  stop(): Promise<void>;
}

/** One after the other, so that the order of sending is the order of the service. */
export function publishSteadily(far: FarEnd, channel: string, perSecond = 50): Publisher {
  const published: Published[] = [];
  const begun = performance.now();
  let going = true;

  async function send(n: number): Promise<void> {
    const entry: Published = { n, sentAt: Date.now(), answeredAt: Number.POSITIVE_INFINITY, taken: false };
    published.push(entry);
    entry.taken = await far.publish(channel, [{ n }]).then(
      () => true,
      () => false,
    );
    entry.answeredAt = Date.now();
  }

  const run = (async () => {
    for (let n = 1; going; n += 1) {
      await send(n);
      // By the plan and not by the last one, so that a slow answer does not lower the rate.
      const waitMs = begun + (n * 1_000) / perSecond - performance.now();
      if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
    }
  })();

  return {
    published,
    async stop() {
      going = false;
      await run;
    },
  };
}

/** What a page of a measurement offers to whoever drives it, as `window.bench`: the same for both sides. */
import type { EventsConfig } from '../../src/shared/page-data.ts';

/** Put in by the build (bench/support/build-page.ts, bench/support/site.mjs). */
declare global {
  const __EVENTS_API__: EventsConfig;
}

export interface Report {
  received: number;
  /** Whether the numbers came as 1, 2, 3, … */
  inOrder: boolean;
  /** Wall clock of the last event's arrival at the observer, milliseconds. */
  lastAt: number;
  /** From the source to the observer, milliseconds, one for each event that says when it was sent. */
  latencies: number[];
  /** The longest time the page did not answer, milliseconds; 0 when none was over 50. */
  longestTask: number;
}

export interface BenchPage {
  /** Resolves when the service has confirmed every channel of the address. */
  ready(): Promise<void>;
  received(): number;
  reset(): void;
  report(): Report;
  /** Number and wall clock of every event since the last reset. */
  arrivals(): [n: number, at: number][];
  /** When the page's first event arrived, milliseconds since the navigation began; null while there is none. */
  firstEventAt(): number | null;
  /** How long Amplify takes to get a token, so many times one after the other; milliseconds. */
  amplifyTokens(count: number): Promise<number[]>;
  /** Publishes `{ n }` on the first channel, as this side does it; rejects when that side says that it failed. */
  publish(n: number): Promise<void>;
}

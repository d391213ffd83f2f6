/** What a page of a measurement notes of the events that it gets. */
import type { Report } from './api.ts';

export interface Recorder {
  /** `at`: wall clock of the source, where the event says it. */
  take(event: { n: number; at?: number }): void;
  fail(): void;
  reset(): void;
  report(): Report;
  arrivals(): [n: number, at: number][];
  firstEventAt(): number | null;
}

export function createRecorder(): Recorder {
  const none = (): Report => ({ received: 0, inOrder: true, lastAt: 0, latencies: [], longestTask: 0 });
  let report = none();
  let arrivals: [number, number][] = [];
  let firstEventAt: number | null = null;
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) {
      report.longestTask = Math.max(report.longestTask, duration);
    }
  }).observe({ type: 'longtask' });

  return {
    take({ n, at }) {
      firstEventAt ??= performance.now();
      // Finer than `Date.now()`, and of the same clock in every process.
      const now = performance.timeOrigin + performance.now();
      report.received += 1;
      report.inOrder &&= n === report.received;
      report.lastAt = now;
      if (at !== undefined) report.latencies.push(now - at);
      arrivals.push([n, now]);
    },
    fail() {
      report.inOrder = false;
    },
    reset() {
      report = none();
      arrivals = [];
    },
    report: () => report,
    arrivals: () => arrivals,
    firstEventAt: () => firstEventAt,
  };
}

/** Takes the time of `count` goes, one after the other; milliseconds. */
export async function timed(count: number, go: () => Promise<unknown>): Promise<number[]> {
  const times: number[] = [];
  while (times.length < count) {
    const start = performance.now();
    await go();
    times.push(performance.now() - start);
  }
  return times;
}

/** The channels of the page's address. */
export function channelsOf(search: string): string[] {
  return (new URLSearchParams(search).get('channels') ?? 'default/bench').split(',');
}

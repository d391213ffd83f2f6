/**
 * One tab of a measurement: a connection over the shared line with an observer, and a feed that somebody follows.
 * Counts what arrives, when, and how long the page was busy in one go. Driven through `window.bench`.
 */
import { createConnection } from '../../src/connection/index.ts';
import leaderWorkerUrl from '../../src/connection/worker/leader-worker.ts?worker&url';
import { createTokenClient } from '../../src/session/token-client.ts';
import { createSystemClock } from '../../src/shared/clock.ts';

declare const __REALTIME__: string;

export interface Report {
  received: number;
  /** Whether the numbers came as 1, 2, 3, … */
  inOrder: boolean;
  /** Wall clock of the last event's arrival at the observer, milliseconds. */
  lastAt: number;
  /** From the source to the observer, milliseconds, one for each event. */
  latencies: number[];
  /** The longest time the page did not answer, milliseconds; 0 when none was over 50. */
  longestTask: number;
  /** What the feed shows at its end. */
  feed: { rows: number; received: number; last: string | null };
}

const query = new URLSearchParams(location.search);
if (query.get('host') === 'elected-tab') Reflect.deleteProperty(window, 'SharedWorker');
const channel = query.get('channel') ?? 'default/bench';

const report: Report = {
  received: 0,
  inOrder: true,
  lastAt: 0,
  latencies: [],
  longestTask: 0,
  feed: { rows: 0, received: 0, last: null },
};
new PerformanceObserver((list) => {
  for (const { duration } of list.getEntries()) report.longestTask = Math.max(report.longestTask, duration);
}).observe({ type: 'longtask' });

const clock = createSystemClock();
const connection = createConnection({
  sub: query.get('sub') ?? 'bench',
  epoch: 1,
  build: 'bench',
  events: {
    endpoint: `${location.origin}/event`,
    realtime: __REALTIME__,
    host: location.host,
    region: 'local',
  },
  tokens: createTokenClient({ clock, fetch: (url, init) => fetch(url, init), random: Math.random }),
  post: () => Promise.reject(new Error('Nothing is published here.')),
  workerUrl: leaderWorkerUrl,
  serviceWorker: false,
});
const feed = connection.feed(channel);
feed.subscribe(() => {});
const joined = connection.events.connect(channel).then((open) => {
  open.subscribe<{ n: number; at: number }>({
    next({ event }) {
      report.received += 1;
      report.inOrder &&= event.n === report.received;
      report.lastAt = Date.now();
      report.latencies.push(report.lastAt - event.at);
    },
    error() {
      report.inOrder = false;
    },
  });
});

const bench = {
  ready: () => joined,
  host: () => connection.status.get().host,
  received: () => report.received,
  reset() {
    Object.assign(report, { received: 0, inOrder: true, lastAt: 0, latencies: [], longestTask: 0 });
  },
  report(): Report {
    const { rows, received } = feed.get();
    const last = rows.findLast((row) => row.kind === 'event');
    return { ...report, feed: { rows: rows.length, received, last: last?.record.event ?? null } };
  },
};

export type Bench = typeof bench;
Object.assign(window, { bench });

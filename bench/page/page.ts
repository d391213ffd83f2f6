/**
 * One tab of a measurement: observers over the shared connection, made as docs/use-in-your-app.md says. `?feed=yes`
 * adds a feed that somebody follows; `?host=elected-tab` takes the SharedWorker away.
 */
import type { Connection, ConnectionStatus } from '../../src/connection/index.ts';
import { createConnection } from '../../src/connection/index.ts';
import leaderWorkerUrl from '../../src/connection/worker/leader-worker.ts?worker&url';
import { createBrowserSession } from '../../src/session/browser.ts';
import type { SessionInfo } from '../../src/shared/page-data.ts';
import type { BenchPage, Report } from './api.ts';
import { channelsOf, createRecorder, timed } from './recorder.ts';

/** What the feed shows at its end. */
interface FeedReport {
  rows: number;
  received: number;
  last: string | null;
}

const query = new URLSearchParams(location.search);
if (query.get('host') === 'elected-tab') Reflect.deleteProperty(window, 'SharedWorker');
const channels = channelsOf(location.search);
const first = channels[0] ?? '';

const recorder = createRecorder();
const session = createBrowserSession({ session: 'unknown' });
const opening = signedIn().then((user) =>
  createConnection({
    sub: user.sub,
    epoch: user.epoch,
    build: 'bench',
    events: __EVENTS_API__,
    tokens: session.tokens,
    workerUrl: leaderWorkerUrl,
    serviceWorker: () => navigator.serviceWorker?.controller != null,
  }),
);
const feed = query.has('feed') ? opening.then(follow) : null;
const joined = opening.then((connection) => Promise.all(channels.map((name) => join(connection, name))));

function signedIn(): Promise<SessionInfo> {
  return new Promise((resolve) => {
    const look = (): void => {
      const state = session.state.get();
      if (state.kind === 'signed-in') resolve(state.user);
    };
    session.state.subscribe(look);
    look();
  });
}

async function join({ events }: Connection, name: string): Promise<void> {
  const channel = await events.connect(name);
  channel.subscribe<{ n: number; at?: number }>({
    next: ({ event }) => recorder.take(event),
    error: recorder.fail,
  });
}

function follow(connection: Connection) {
  const opened = connection.feed(first);
  opened.subscribe(() => {});
  return opened;
}

/** Loaded when it is asked for: of all measurements only the token's time has to do with Amplify here. */
async function amplify() {
  const { configureAmplify } = await import('../../src/session/amplify.ts');
  const { fetchAuthSession } = await import('aws-amplify/auth');
  configureAmplify(__EVENTS_API__, session.tokens);
  return fetchAuthSession;
}

const bench: BenchPage & {
  status(): Promise<ConnectionStatus>;
  feed(): Promise<FeedReport | null>;
  memoryTokens(count: number): Promise<number[]>;
  workerTokens(count: number): Promise<number[]>;
  post(channel: string, event: unknown): Promise<void>;
  lead(): Promise<void>;
} = {
  ready: async () => void (await joined),
  received: () => recorder.report().received,
  reset: recorder.reset,
  report: (): Report => recorder.report(),
  arrivals: recorder.arrivals,
  firstEventAt: recorder.firstEventAt,
  async amplifyTokens(count) {
    const fetchAuthSession = await amplify();
    return timed(count, () => fetchAuthSession());
  },
  async publish(n) {
    await (await opening).events.post(first, { n });
  },
  status: async () => (await opening).status.get(),
  async feed() {
    const state = (await feed)?.get();
    if (state === undefined) return null;
    const last = state.rows.findLast((row) => row.kind === 'event');
    return { rows: state.rows.length, received: state.received, last: last?.record.event ?? null };
  },
  /** The page's own token client, once it has a token; milliseconds. */
  async memoryTokens(count) {
    await session.tokens.get();
    return timed(count, () => session.tokens.get());
  },
  /** What a page without a token pays: the request that the service worker answers for all tabs; milliseconds. */
  workerTokens: (count) =>
    timed(count, async () => {
      const answer = await fetch('/api/cognito-token');
      await answer.json();
    }),
  async post(channel, event) {
    await (await opening).events.post(channel, event);
  },
  /** Moves the leader into this tab, where leaders live in tabs. */
  lead: async () => (await opening).becomeLeader(),
};

export type Bench = typeof bench;
Object.assign(window, { bench });

/**
 * The shared connection, as a page takes it: `createConnection` chooses a host, follows its leader, and offers
 * feeds, `events` in Amplify's shape, the status and the outbox. It knows no React; the app injects how to publish.
 */
import type { TokenClient } from '../session/api.ts';
import { parseChannel } from '../shared/channel.ts';
import { createSystemClock } from '../shared/clock.ts';
import {
  type LeaderMessage,
  type LineMessage,
  lineNames,
  type NudgeCause,
  parseLineMessage,
  tabLockName,
} from '../shared/line-messages.ts';
import type { EventRecord } from '../shared/log.ts';
import type { EventsConfig } from '../shared/page-data.ts';
import { createStore } from '../shared/store.ts';
import type { Connection, ConnectionStatus, Limitation } from './api.ts';
import { chooseHost } from './hosts/choose-host.ts';
import type { Host } from './hosts/host.ts';
import { createSharedWorkerHost } from './hosts/shared-worker-host.ts';
import { createTabHost } from './hosts/tab-host.ts';
import { createContender } from './leader/contend.ts';
import { startLeader } from './leader/leader.ts';
import { leaderTokens } from './leader/leader-tokens.ts';
import { createOutbox } from './outbox/outbox.ts';
import { createDatabase } from './store/database.ts';
import { createMemoryHistory, historyOf } from './store/history.ts';
import { createOutboxLog } from './store/outbox-log.ts';
import { wipeUser } from './store/wipe.ts';
import { createFeed, type DrivenFeed } from './tab/feed.ts';
import { watchPage } from './tab/page-events.ts';
import { createReceiver } from './tab/receiver.ts';
import { createSharedEvents } from './tab/shared-events.ts';
import { tabStatus } from './tab/tab-status.ts';

export type * from './api.ts';
export { finishWipe } from './store/wipe.ts';

export interface ConnectionOptions {
  /** The signed-in user. */
  sub: string;
  /** The epoch of the sign-in. */
  epoch: number;
  /** Build id: a worker of another build is never joined. */
  build: string;
  events: EventsConfig;
  /** Used by a leader in this tab only; one in a worker has its own. */
  tokens: TokenClient;
  /** Sends one publish (Amplify's `events.post`). @throws AppError. */
  post(channel: string, events: readonly unknown[]): Promise<void>;
  /** Address of the built `worker/leader-worker.ts`, as this page's Trusted Types want it. */
  workerUrl: string | URL;
  /** Whether a service worker answers this page's token requests. */
  serviceWorker: boolean;
}

/** Without a sign of a leader for this long, the host is asked to do something. Milliseconds. */
const SILENT_MS = 3_000;
/** How often that is looked at, and how often a tab without Web Locks repeats that it is there. Milliseconds. */
const WATCH_MS = 1_000;
const REPEAT_MS = 20_000;

export function createConnection(options: ConnectionOptions): Connection {
  const clock = createSystemClock();
  const names = lineNames(options.sub);
  const tab = crypto.randomUUID();
  const locks = 'locks' in navigator ? (navigator.locks ?? null) : null;
  const support = {
    sharedWorker: typeof SharedWorker === 'function',
    locks: locks !== null,
    broadcastChannel: typeof BroadcastChannel === 'function',
    vendor: navigator.vendor,
  };
  let hostKind = chooseHost(support);
  const alone = hostKind === 'own-tab';
  const limitations: Limitation[] = [
    ...(options.serviceWorker ? [] : (['no-service-worker'] as const)),
    ...(support.sharedWorker ? [] : (['no-shared-worker'] as const)),
    ...(support.locks ? [] : (['no-web-locks'] as const)),
  ];

  const database = createDatabase(names.database);
  const history = alone ? createMemoryHistory() : historyOf(database);
  const lineName = alone ? `${names.line}:${tab}` : names.line;
  const line = new BroadcastChannel(lineName);
  /** Whether this tab's own lock is held already: only then may the leader queue on it. */
  let present = locks === null;
  const releaseTabLock = holdTabLock(locks, tab, () => {
    present = true;
    announce();
  });
  const joined = new Map<string, Set<(records: readonly EventRecord[]) => void>>();
  const feeds = new Set<DrivenFeed>();
  let heardAt = clock.monotonic();
  let announcedAt = Number.NEGATIVE_INFINITY;
  let leader: { epoch: number; heardAt: number; message: Extract<LeaderMessage, { t: 'status' }> } | null =
    null;
  let suspended = false;
  let closed = false;

  const status = createStore<ConnectionStatus>(ownStatus());
  const receiver = createReceiver({ read: history.events.between, deliver });
  const outbox = createOutbox({
    log: createOutboxLog(database),
    events: history.events,
    post: options.post,
    locks,
    lockName: names.outboxLock,
    clock,
    random: Math.random,
    newId: () => crypto.randomUUID(),
    online: () => navigator.onLine,
    hint: () => post({ v: 1, t: 'outbox' }),
  });
  let host = makeHost();

  function makeHost(): Host {
    if (hostKind === 'shared-worker') {
      return createSharedWorkerHost({
        spawn: () =>
          new SharedWorker(options.workerUrl, {
            type: 'module',
            name: `switchboard:${options.build}:${options.sub}`,
          }),
        init: { sub: options.sub, epoch: options.epoch, events: options.events, locks: locks !== null },
        locks,
        now: clock.monotonic,
        onFailed() {
          // Some policy or fault keeps workers away: a tab leads instead, or every tab where there are no locks.
          hostKind = locks === null ? 'own-tab' : 'elected-tab';
          host = makeHost();
          refreshStatus();
        },
      });
    }
    const contender = createContender({
      locks: alone ? null : locks,
      lockName: names.leaderLock,
      start: leadHere,
    });
    return createTabHost({ kind: hostKind, contender, locks });
  }

  function leadHere(ended: () => void): ReturnType<typeof startLeader> {
    return startLeader({
      host: hostKind,
      line: lineName,
      history: alone ? history : historyOf(createDatabase(names.database)),
      events: options.events,
      tokens: leaderTokens(options.tokens),
      clock,
      random: Math.random,
      WebSocket,
      BroadcastChannel,
      locks,
      online: navigator.onLine,
      onResign(wanted) {
        if (wanted === tab) return;
        // The one who asked is queued already; this tab queues again behind it.
        host.suspend();
        host.resume();
      },
      onEnded: ended,
    });
  }

  function post(message: LineMessage): void {
    if (!closed) line.postMessage(message);
  }

  /** Tells the leader that this tab is there, and all that it wants. */
  function announce(): void {
    if (suspended || closed || !present) return;
    announcedAt = clock.monotonic();
    post({
      v: 1,
      t: 'tab',
      tab,
      locked: locks !== null,
      visible: document.visibilityState === 'visible',
      online: navigator.onLine,
      wants: [...joined.keys()],
    });
  }

  function ownStatus(): ConnectionStatus {
    return tabStatus({
      leader:
        leader === null
          ? null
          : { epoch: leader.epoch, heardAt: leader.heardAt, status: leader.message.status },
      host: hostKind,
      leading: leader !== null && host.leading(),
      online: navigator.onLine,
      limitations,
    });
  }

  function refreshStatus(): void {
    status.set(ownStatus());
  }

  function hear(message: LineMessage): void {
    if (message.t === 'outbox') outbox.refresh();
    if (
      message.t === 'outbox' ||
      message.t === 'tab' ||
      message.t === 'bye' ||
      message.t === 'nudge' ||
      message.t === 'resign'
    )
      return;
    if (leader !== null && message.epoch < leader.epoch) return;
    heardAt = clock.monotonic();
    host.heard();
    if (message.t === 'status') hearStatus(message);
    else if (message.t === 'events') receiver.events(message.epoch, message.from, message.records);
    else if (message.t === 'coverage') {
      for (const feed of feeds) if (message.channels.includes(feed.channel)) feed.refreshGaps();
    } else if (message.t === 'ended') {
      // After a sign-out nobody may begin again for this user's old session.
      if (status.get().phase !== 'signed-out') host.resume();
    }
  }

  function hearStatus(message: Extract<LeaderMessage, { t: 'status' }>): void {
    const before = status.get();
    const isNew = leader === null || message.epoch > leader.epoch;
    leader = { epoch: message.epoch, heardAt, message };
    receiver.reached(message.epoch, message.n);
    refreshStatus();
    // A leader that does not know this tab (new, or it took us for dead) is told.
    if (isNew) announce();
    const now = status.get();
    if (now.phase === 'live' && before.phase !== 'live') outbox.kick();
    for (const feed of feeds) {
      if (now.channels[feed.channel]?.phase !== before.channels[feed.channel]?.phase) feed.refreshGaps();
    }
  }

  function deliver(records: readonly EventRecord[]): void {
    const byChannel = new Map<string, EventRecord[]>();
    for (const record of records) {
      if (!joined.has(record.channel)) continue;
      const list = byChannel.get(record.channel);
      if (list === undefined) byChannel.set(record.channel, [record]);
      else list.push(record);
    }
    for (const [channel, list] of byChannel) for (const receive of joined.get(channel) ?? []) receive(list);
  }

  function join(channel: string, receive: (records: readonly EventRecord[]) => void): () => void {
    const receivers = joined.get(channel) ?? new Set();
    joined.set(channel, receivers);
    receivers.add(receive);
    if (receivers.size === 1) announce();
    return () => {
      receivers.delete(receive);
      if (receivers.size > 0 || joined.get(channel) !== receivers) return;
      joined.delete(channel);
      announce();
    };
  }

  function nudge(cause: NudgeCause): void {
    post({ v: 1, t: 'nudge', tab, cause, online: navigator.onLine });
    refreshStatus();
    if (cause === 'online' || cause === 'retry') outbox.kick();
  }

  function watch(): void {
    const now = clock.monotonic();
    if (!suspended) {
      if (now - heardAt > SILENT_MS) {
        heardAt = now;
        host.silent();
        announce();
      }
      if (locks === null && now - announcedAt > REPEAT_MS) announce();
    }
    cancelWatch = clock.after(WATCH_MS, watch);
  }

  const unwatchPage = watchPage({
    nudge(cause) {
      announce();
      nudge(cause);
    },
    visibility: announce,
    suspend() {
      post({ v: 1, t: 'bye', tab });
      suspended = true;
      host.suspend();
    },
    resume() {
      suspended = false;
      heardAt = clock.monotonic();
      host.resume();
    },
  });
  line.onmessage = ({ data }: MessageEvent<unknown>) => {
    const message = parseLineMessage(data);
    if (message !== null) hear(message);
  };
  let cancelWatch = clock.after(WATCH_MS, watch);
  announce();
  outbox.kick();

  function close(): void {
    if (closed) return;
    post({ v: 1, t: 'bye', tab });
    closed = true;
    unwatchPage();
    cancelWatch();
    outbox.close();
    host.close();
    line.close();
    releaseTabLock();
    database.close();
  }

  return {
    status,
    outbox,
    events: createSharedEvents({ outbox, join, status }),
    feed(name) {
      const channel = parseChannel(name, 'subscribe');
      const feed: DrivenFeed = createFeed({
        channel,
        log: history.events,
        coverage: history.coverage,
        clock,
        // Before the leader was heard nothing is known, so nothing is called a gap yet.
        live: () => leader === null || status.get().channels[channel]?.phase === 'live',
        onClose() {
          feeds.delete(feed);
          leave();
        },
      });
      feeds.add(feed);
      const leave = join(channel, (records) => feed.receive(records));
      return feed;
    },
    retryNow: () => nudge('retry'),
    becomeLeader: () => post({ v: 1, t: 'resign', tab }),
    async end({ wipe }) {
      close();
      if (wipe) await wipeUser(options.sub, localStorage);
    },
    close,
  };
}

/** Held until the page ends: whoever queues on it learns of that at once, even after a crash. */
function holdTabLock(locks: LockManager | null, tab: string, onHeld: () => void): () => void {
  if (locks === null) return () => {};
  let release = (): void => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  void locks.request(tabLockName(tab), () => {
    onHeld();
    return held;
  });
  return release;
}

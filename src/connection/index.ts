/**
 * The shared connection, as a page takes it: `createConnection` chooses a host, follows its leader, and offers
 * feeds, `events` in Amplify's shape, the status and the outbox. It knows no React; the app injects how to publish.
 */

import { createHttpPublish } from '../outbox/http-publish.ts';
import { createOutbox } from '../outbox/outbox.ts';
import { parseChannel } from '../shared/channel.ts';
import { createSystemClock } from '../shared/clock.ts';
import { AppError } from '../shared/errors.ts';
import { isLate } from '../shared/is-late.ts';
import { lineNames } from '../shared/line-messages.ts';
import { createCoverageReader } from '../store/coverage-log.ts';
import { createDatabase } from '../store/database.ts';
import { createEventPages } from '../store/event-pages.ts';
import { createMemoryHistory } from '../store/memory-history.ts';
import { createOutboxLog } from '../store/outbox-log.ts';
import { stampTakeOver } from '../store/take-over.ts';
import { wipeUser } from '../store/wipe.ts';
import type { ChannelStatus, Connection, ConnectionOptions, Limitation } from './api.ts';
import { chooseHost } from './hosts/choose-host.ts';
import { makeHost } from './hosts/make-host.ts';
import { createChannelCoverage } from './tab/channel-coverage.ts';
import { createFeed, type DrivenFeed, MAX_HELD } from './tab/feed.ts';
import { createFollower } from './tab/follower.ts';
import { createJoinedChannels } from './tab/joined.ts';
import { createPage } from './tab/page-events.ts';
import { createReceiver } from './tab/receiver.ts';
import { createSharedEvents } from './tab/shared-events.ts';

export { finishWipe } from '../store/wipe.ts';
export type * from './api.ts';

/** A storage that does not answer for so long is passed over where somebody looks, milliseconds. */
const STORAGE_PATIENCE_MS = 1_000;

export function createConnection(options: ConnectionOptions): Connection {
  const clock = createSystemClock();
  const names = lineNames(options.sub);
  const tab = crypto.randomUUID();
  const page = createPage();
  const locks = 'locks' in navigator ? (navigator.locks ?? null) : null;
  const support = {
    sharedWorker: typeof SharedWorker === 'function',
    locks: locks !== null,
    broadcastChannel: typeof BroadcastChannel === 'function',
    vendor: navigator.vendor,
  };
  const kind = chooseHost(support);
  // Tabs that cannot share a leader must not share its line and log either.
  const alone = kind === 'own-tab';
  const line = alone ? `${names.line}:${tab}` : names.line;
  const database = createDatabase(names.database);
  const memory = alone ? createMemoryHistory() : null;
  const log = memory?.events ?? createEventPages(database);

  const feeds = new Set<DrivenFeed>();
  const looking = createJoinedChannels(() => follower.announce());
  const observing = createJoinedChannels(() => follower.announce());
  /** A storage that hangs, as behind a page that stands still, must not hold up what people see. */
  const inTime = async <T>(answer: Promise<T>): Promise<T> => {
    if (await isLate(answer, STORAGE_PATIENCE_MS, clock))
      throw new AppError('storage', 'The storage does not answer.');
    return answer;
  };
  /** Who looks at a feed wants to see the newest events, and finds the others in the log. */
  const toFeeds = createReceiver({
    begin: inTime(log.newest(1)).then(([last]) => last ?? { epoch: 0, n: 0 }),
    read: (...range) => inTime(log.between(...range)),
    deliver: looking.deliver,
    worthReading: () => (feeds.size > 0 ? MAX_HELD : 0),
    skip(until) {
      for (const feed of feeds) feed.reload(until);
    },
  });
  /** An observer is told of every event, however many it slept through. */
  const toObservers = createReceiver({
    begin: null,
    read: log.between,
    deliver: observing.deliver,
    worthReading: () => (observing.wants().length > 0 ? Number.POSITIVE_INFINITY : 0),
    skip() {},
  });
  const coverage = createChannelCoverage({
    log: memory?.coverage ?? createCoverageReader(database),
    // Before the leader was heard nothing is known, so nothing is called a gap yet.
    live: (channel) => !follower.heard() || follower.status.get().channels[channel]?.phase === 'live',
  });
  const publish = createHttpPublish({
    fetch: (url, init) => fetch(url, init),
    token: async (force) => (await options.tokens.get({ force })).accessToken,
  });
  const { endpoint } = options.events;
  const outbox = createOutbox({
    log: createOutboxLog(database),
    events: log,
    post: ({ channel, events, check }, signal) => publish(endpoint, channel, events, signal, check),
    isLive: (subscription) => follower.status.get().channels[subscription]?.phase === 'live',
    isComing(subscription) {
      const phase = follower.status.get().channels[subscription]?.phase;
      // A leader that was not heard yet, or does not know of this tab's wants.
      if (phase === undefined) return [...looking.wants(), ...observing.wants()].includes(subscription);
      return phase === 'subscribing' || phase === 'waiting';
    },
    endpoint,
    locks,
    lockName: names.outboxLock,
    clock,
    random: Math.random,
    newId: () => crypto.randomUUID(),
    online: () => navigator.onLine,
    hint: () => follower.post({ v: 1, t: 'outbox' }),
    // Without the lock that pages and the service worker share, the two would take each other for dead.
    onQueued: () => void (locks === null || options.onQueued?.()),
    onUnanswered: () => follower.nudge('publish'),
  });
  const follower = createFollower({
    tab,
    line,
    BroadcastChannel,
    page,
    locks,
    leaderLock: names.leaderLock,
    clock,
    kind,
    makeHost: (hostKind, onWorkerFailed) =>
      makeHost({
        options,
        kind: hostKind,
        tab,
        visible: page.visible(),
        line,
        memory,
        locks,
        clock,
        onWorkerFailed,
      }),
    mayTakeOver: () => stampTakeOver(database, clock),
    limitations: () => limitationsOf(options, support),
    wants: () => [...new Set([...looking.wants(), ...observing.wants()])],
    onEvents({ epoch, from, records }) {
      toFeeds.events(epoch, from, records);
      toObservers.events(epoch, from, records);
    },
    onReached(epoch, n) {
      toFeeds.reached(epoch, n);
      toObservers.reached(epoch, n);
    },
    onCoverage: (channels) => coverage.refresh((channel) => channels.includes(channel)),
    onReturned() {
      outbox.refresh();
      coverage.refresh(() => true);
      // Before the first word of a leader no hint could lead to what the log has.
      if (!follower.heard()) for (const feed of feeds) feed.reload(null);
    },
    onOutbox: outbox.refresh,
    onStatus(before, now) {
      if (now.phase === 'live' && before.phase !== 'live') outbox.kick();
      const isNew = ([channel, { phase }]: [string, ChannelStatus]): boolean =>
        phase === 'live' && before.channels[channel]?.phase !== 'live';
      if (Object.entries(now.channels).some(isNew)) outbox.hearing();
      const isFirst = before.epoch === 0;
      coverage.refresh(
        (channel) => isFirst || now.channels[channel]?.phase !== before.channels[channel]?.phase,
      );
    },
    onTryAgain: outbox.kick,
  });
  outbox.kick();

  function close(): void {
    outbox.close();
    follower.close();
    database.close();
  }

  return {
    status: follower.status,
    outbox,
    events: createSharedEvents({
      outbox,
      join: observing.join,
      status: follower.status,
      report: reportError,
    }),
    feed(name) {
      const channel = parseChannel(name, 'subscribe');
      const feed: DrivenFeed = createFeed({
        channel,
        log,
        coverage: coverage.of(channel),
        clock,
        visible: () => document.visibilityState === 'visible',
        onClose() {
          feeds.delete(feed);
          leave();
        },
      });
      feeds.add(feed);
      const leave = looking.join(channel, feed.receive);
      return feed;
    },
    coverage: (name) => coverage.of(parseChannel(name, 'subscribe')),
    retryNow: () => follower.nudge('retry'),
    becomeLeader: () => follower.lead(),
    renew: (epoch) => follower.renew(epoch),
    async end({ wipe }) {
      close();
      if (wipe) await wipeUser(options.sub, localStorage);
    },
    close,
  };
}

function limitationsOf(
  { serviceWorker }: ConnectionOptions,
  { sharedWorker, locks }: { sharedWorker: boolean; locks: boolean },
): Limitation[] {
  return [
    ...(serviceWorker() ? [] : (['no-service-worker'] as const)),
    ...(sharedWorker ? [] : (['no-shared-worker'] as const)),
    ...(locks ? [] : (['no-web-locks'] as const)),
  ];
}

/**
 * The shared connection, as a page takes it: `createConnection` chooses a host, follows its leader, and offers
 * feeds, `events` in Amplify's shape, the status and the outbox. It knows no React; the app injects how to publish.
 */

import { createOutbox } from '../outbox/outbox.ts';
import { parseChannel } from '../shared/channel.ts';
import { createSystemClock } from '../shared/clock.ts';
import { lineNames } from '../shared/line-messages.ts';
import { createDatabase } from '../store/database.ts';
import { createHistory, createMemoryHistory, historyOf } from '../store/history.ts';
import { createOutboxLog } from '../store/outbox-log.ts';
import { stampTakeOver } from '../store/take-over.ts';
import { wipeUser } from '../store/wipe.ts';
import type { Connection, ConnectionOptions, Limitation } from './api.ts';
import { chooseHost } from './hosts/choose-host.ts';
import { makeHost } from './hosts/make-host.ts';
import { createFeed, type DrivenFeed } from './tab/feed.ts';
import { createFollower } from './tab/follower.ts';
import { createJoinedChannels } from './tab/joined.ts';
import { createPage } from './tab/page-events.ts';
import { createReceiver } from './tab/receiver.ts';
import { createSharedEvents } from './tab/shared-events.ts';

export { finishWipe } from '../store/wipe.ts';
export type * from './api.ts';

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
  const history = alone ? createMemoryHistory() : historyOf(database);

  const feeds = new Set<DrivenFeed>();
  const joined = createJoinedChannels(() => follower.announce());
  const receiver = createReceiver({ read: history.events.between, deliver: joined.deliver });
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
    hint: () => follower.post({ v: 1, t: 'outbox' }),
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
        openHistory: () => (alone ? history : createHistory(names.database)),
        locks,
        clock,
        onWorkerFailed,
      }),
    mayTakeOver: () => stampTakeOver(database, clock.wall()),
    limitations: limitationsOf(options, support),
    wants: joined.wants,
    onEvents: ({ epoch, from, records }) => receiver.events(epoch, from, records),
    onReached: receiver.reached,
    onCoverage(channels) {
      for (const feed of feeds) if (channels.includes(feed.channel)) feed.refreshGaps();
    },
    onOutbox: outbox.refresh,
    onStatus(before, now) {
      if (now.phase === 'live' && before.phase !== 'live') outbox.kick();
      for (const feed of feeds) {
        if (now.channels[feed.channel]?.phase !== before.channels[feed.channel]?.phase) feed.refreshGaps();
      }
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
    events: createSharedEvents({ outbox, join: joined.join, status: follower.status }),
    feed(name) {
      const channel = parseChannel(name, 'subscribe');
      const feed: DrivenFeed = createFeed({
        channel,
        log: history.events,
        coverage: history.coverage,
        clock,
        // Before the leader was heard nothing is known, so nothing is called a gap yet.
        live: () => !follower.heard() || follower.status.get().channels[channel]?.phase === 'live',
        onClose() {
          feeds.delete(feed);
          leave();
        },
      });
      feeds.add(feed);
      const leave = joined.join(channel, feed.receive);
      return feed;
    },
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
    ...(serviceWorker ? [] : (['no-service-worker'] as const)),
    ...(sharedWorker ? [] : (['no-shared-worker'] as const)),
    ...(locks ? [] : (['no-web-locks'] as const)),
  ];
}

/**
 * A tab's side of the line: says that it is there and what it wants, follows the leader's status, and acts when no
 * leader is heard. Events and hints are passed on to whoever made it; it knows nothing of feeds or the outbox.
 */
import type { Clock } from '../../shared/clock.ts';
import {
  type HostKind,
  type LeaderMessage,
  type LineMessage,
  type NudgeCause,
  parseLineMessage,
  tabLockName,
} from '../../shared/line-messages.ts';
import { createStore, type Store } from '../../shared/store.ts';
import type { ConnectionStatus, Limitation } from '../api.ts';
import type { Host } from '../hosts/host.ts';
import { watchPage } from './page-events.ts';
import { hasPending, tabStatus } from './tab-status.ts';

export interface FollowerDeps {
  tab: string;
  /** Name of the BroadcastChannel between leader and tabs. */
  line: string;
  locks: LockManager | null;
  clock: Clock;
  kind: HostKind;
  /** Called with another kind when the first host cannot be used. */
  makeHost(kind: HostKind, onWorkerFailed: () => void): Host;
  limitations: readonly Limitation[];
  /** Channels that this tab wants now. */
  wants(): string[];
  /** The leader announced stored events. */
  onEvents(message: Extract<LeaderMessage, { t: 'events' }>): void;
  /** The log reaches `n` in the leader's epoch. */
  onReached(epoch: number, n: number): void;
  /** The coverage of these channels changed. */
  onCoverage(channels: readonly string[]): void;
  /** The page is back: what was said meanwhile may be lost to it. */
  onReturned(): void;
  /** Another tab changed the outbox. */
  onOutbox(): void;
  onStatus(before: ConnectionStatus, now: ConnectionStatus): void;
  /** The network is back, or the person asked to try again. */
  onTryAgain(): void;
}

export interface Follower {
  readonly status: Store<ConnectionStatus>;
  /** Whether a leader was heard yet. */
  heard(): boolean;
  post(message: LineMessage): void;
  /** Tells the leader that this tab is there, and all that it wants. */
  announce(): void;
  nudge(cause: NudgeCause): void;
  close(): void;
}

/** Without a sign of a leader for this long, the host is asked to do something. Milliseconds. */
const SILENT_MS = 3_000;
/** How often that is looked at, and how often a tab without Web Locks repeats that it is there. Milliseconds. */
const WATCH_MS = 1_000;
const REPEAT_MS = 20_000;

export function createFollower(deps: FollowerDeps): Follower {
  const { tab, locks, clock } = deps;
  const line = new BroadcastChannel(deps.line);
  let kind = deps.kind;
  let heardAt = clock.monotonic();
  let announcedAt = Number.NEGATIVE_INFINITY;
  let leader: { heardAt: number; message: Extract<LeaderMessage, { t: 'status' }> } | null = null;
  let settled = false;
  let wasLive = false;
  let suspended = false;
  let closed = false;
  /** Whether this tab's own lock is held already: only then may the leader queue on it. */
  let present = locks === null;

  let host = deps.makeHost(kind, onWorkerFailed);
  const status = createStore<ConnectionStatus>(ownStatus());
  const releaseTabLock = holdTabLock(locks, tab, () => {
    present = true;
    announce();
  });

  /** Some policy or fault keeps workers away: a tab leads instead, or every tab where there are no locks. */
  function onWorkerFailed(): void {
    kind = locks === null ? 'own-tab' : 'elected-tab';
    host = deps.makeHost(kind, () => {});
    refreshStatus();
  }

  function post(message: LineMessage): void {
    if (!closed) line.postMessage(message);
  }

  function announce(): void {
    if (suspended || closed || !present) return;
    announcedAt = clock.monotonic();
    const visible = document.visibilityState === 'visible';
    const { onLine: online } = navigator;
    post({ v: 1, t: 'tab', tab, locked: locks !== null, visible, online, wants: deps.wants() });
  }

  function ownStatus(): ConnectionStatus {
    return tabStatus({
      leader:
        leader === null
          ? null
          : { epoch: leader.message.epoch, heardAt: leader.heardAt, status: leader.message.status },
      host: kind,
      leading: leader !== null && host.leading(),
      online: navigator.onLine,
      settled,
      wasLive,
      limitations: deps.limitations,
    });
  }

  function refreshStatus(): void {
    status.set(ownStatus());
  }

  function hear(message: LineMessage): void {
    switch (message.t) {
      case 'tab':
      case 'bye':
      case 'nudge':
        return;
      case 'resign':
        host.stepAside();
        return;
      case 'outbox':
        deps.onOutbox();
        return;
      default:
        if (leader !== null && message.epoch < leader.message.epoch) return;
        heardAt = clock.monotonic();
        host.heard();
        hearLeader(message);
    }
  }

  function hearLeader(message: LeaderMessage): void {
    switch (message.t) {
      case 'status':
        hearStatus(message);
        break;
      case 'events':
        deps.onEvents(message);
        break;
      case 'coverage':
        deps.onCoverage(message.channels);
        break;
      case 'ended':
        // After a sign-out nobody may begin again for this user's old session.
        if (status.get().phase !== 'signed-out') host.resume();
        break;
      default:
        message satisfies never;
    }
  }

  function hearStatus(message: Extract<LeaderMessage, { t: 'status' }>): void {
    const before = status.get();
    const isNew = leader === null || message.epoch > leader.message.epoch;
    leader = { heardAt, message };
    deps.onReached(message.epoch, message.n);
    // A channel opened later does not take the word back: its own state tells of it.
    settled = message.status.phase === 'live' && (settled || !hasPending(message.status, deps.wants()));
    refreshStatus();
    wasLive ||= settled;
    // A new leader does not know this tab yet.
    if (isNew) announce();
    deps.onStatus(before, status.get());
  }

  function nudge(cause: NudgeCause): void {
    post({ v: 1, t: 'nudge', tab, cause, online: navigator.onLine });
    refreshStatus();
    if (cause === 'online' || cause === 'retry') deps.onTryAgain();
  }

  function watch(): void {
    const now = clock.monotonic();
    if (!suspended && now - heardAt > SILENT_MS) {
      heardAt = now;
      host.silent();
      announce();
    }
    if (locks === null && now - announcedAt > REPEAT_MS) announce();
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
      deps.onReturned();
    },
  });
  line.onmessage = ({ data }: MessageEvent<unknown>) => {
    const message = parseLineMessage(data);
    if (message !== null && !closed) hear(message);
  };
  let cancelWatch = clock.after(WATCH_MS, watch);
  announce();

  return {
    status,
    heard: () => leader !== null,
    post,
    announce,
    nudge,
    close() {
      if (closed) return;
      post({ v: 1, t: 'bye', tab });
      closed = true;
      unwatchPage();
      cancelWatch();
      host.close();
      line.close();
      releaseTabLock();
    },
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

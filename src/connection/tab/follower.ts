import { keepLock } from '../../shared/keep-lock.ts';
import {
  type LeaderMessage,
  type LineMessage,
  type NudgeCause,
  parseLineMessage,
  tabLockName,
} from '../../shared/line-messages.ts';
import { createStore, type Store } from '../../shared/store.ts';
import type { ConnectionStatus, Limitation } from '../api.ts';
import { createLeadership, type LeadershipDeps } from './leadership.ts';
import type { Page } from './page-events.ts';
import { hasPending, tabStatus } from './tab-status.ts';

export interface FollowerDeps
  extends Omit<LeadershipDeps, 'visible' | 'away' | 'known' | 'onSilent' | 'onOtherHost'> {
  page: Page;
  limitations(): readonly Limitation[];
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
  /** Makes this tab lead, with the present leader's consent, where leaders live in tabs. */
  lead(): void;
  /** The same user signed in anew, with this epoch. */
  renew(epoch: number): void;
  close(): void;
}

/** How often a tab without Web Locks repeats that it is there. Milliseconds. */
const REPEAT_MS = 20_000;

export function createFollower(deps: FollowerDeps): Follower {
  const { tab, page, locks, clock } = deps;
  const line = new deps.BroadcastChannel(deps.line);
  let announcedAt = Number.NEGATIVE_INFINITY;
  let leader: { heardAt: number; message: Extract<LeaderMessage, { t: 'status' }> } | null = null;
  let settled = false;
  let wasLive = false;
  let suspended = false;
  let closed = false;
  /** Whether this tab's own lock is held: only then may the leader queue on it. */
  let locked = false;
  /**
   * Whether the leader may hear of this tab: when it first holds its lock. A tab that returns does not wait for that:
   * the lock may be with a leader that hangs.
   */
  let present = locks === null;

  const leadership = createLeadership({
    ...deps,
    visible: page.visible,
    away: () => suspended || closed,
    known: () => leader !== null,
    onSilent: announce,
    onOtherHost: refreshStatus,
  });
  const status = createStore<ConnectionStatus>(ownStatus());
  let releaseTabLock = holdTabLock();

  /** Whoever queues on it learns at once when the page ends, even by a crash. */
  function holdTabLock(): () => void {
    if (locks === null) return () => {};
    return keepLock(locks, tabLockName(tab), () => {
      present = true;
      locked = true;
      announce();
    });
  }

  function post(message: LineMessage): void {
    if (!closed) line.postMessage(message);
  }

  function announce(): void {
    if (suspended || closed || !present) return;
    announcedAt = clock.monotonic();
    const [visible, online] = [page.visible(), page.online()];
    const known = leader?.message.epoch ?? 0;
    post({ v: 1, t: 'tab', tab, locked, visible, online, wants: deps.wants(), known });
  }

  function ownStatus(): ConnectionStatus {
    return tabStatus({
      leader:
        leader === null
          ? null
          : { epoch: leader.message.epoch, heardAt: leader.heardAt, status: leader.message.status },
      host: leadership.kind(),
      leading: leader !== null && leadership.host().leading(),
      online: page.online(),
      settled,
      wasLive,
      limitations: deps.limitations(),
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
      case 'succeed':
      case 'ready':
        return;
      case 'challenge':
        leadership.echo(message.tab);
        return;
      case 'outbox':
        deps.onOutbox();
        return;
      default:
        if (leader !== null && message.epoch < leader.message.epoch) return;
        leadership.heard();
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
      case 'estate':
        if (message.to === tab) leadership.host().offered(message);
        break;
      case 'ended':
        // After a sign-out nobody may begin again for this user's old session; a named successor needs no help.
        if (message.to === undefined && status.get().phase !== 'signed-out') leadership.host().resume();
        break;
      default:
        message satisfies never;
    }
  }

  function hearStatus(message: Extract<LeaderMessage, { t: 'status' }>): void {
    const before = status.get();
    const isNew = leader === null || message.epoch > leader.message.epoch;
    leader = { heardAt: leadership.heardAt(), message };
    if (message.status.phase !== 'signed-out') leadership.host().heard();
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
    post({ v: 1, t: 'nudge', tab, cause, online: page.online() });
    refreshStatus();
    if (cause === 'online' || cause === 'retry') deps.onTryAgain();
  }

  function repeat(): () => void {
    let cancel = (): void => {};
    const again = (): void => {
      if (clock.monotonic() - announcedAt >= REPEAT_MS) announce();
      cancel = clock.after(REPEAT_MS, again);
    };
    cancel = clock.after(REPEAT_MS, again);
    return () => cancel();
  }

  const unwatchPage = page.watch({
    nudge(cause) {
      announce();
      nudge(cause);
    },
    visibility() {
      leadership.host().visibility(page.visible());
      announce();
    },
    suspend() {
      post({ v: 1, t: 'bye', tab });
      suspended = true;
      // Not every browser leaves it to a page in its back/forward cache: a tab that has said good-bye has none.
      releaseTabLock();
      locked = false;
      leadership.host().suspend();
    },
    resume() {
      suspended = false;
      releaseTabLock = holdTabLock();
      leadership.heard();
      leadership.host().resume();
      announce();
      deps.onReturned();
    },
  });
  line.onmessage = ({ data }: MessageEvent<unknown>) => {
    const message = parseLineMessage(data);
    if (message !== null && !closed) hear(message);
  };
  const stopRepeating = locks === null ? repeat() : () => {};
  announce();

  return {
    status,
    heard: () => leader !== null,
    post,
    announce,
    nudge,
    lead() {
      if (leadership.kind() !== 'own-tab' && status.get().host === 'elected-tab') leadership.lead();
    },
    renew: (epoch) => leadership.host().renew(epoch),
    close() {
      if (closed) return;
      post({ v: 1, t: 'bye', tab });
      closed = true;
      unwatchPage();
      stopRepeating();
      leadership.close();
      line.close();
      releaseTabLock();
    },
  };
}

/**
 * A tab's part in who leads: its host, the watch over a leader that falls silent, and what a tab that somebody
 * looks at may do about one that hangs. It does not know what the leader says, only that it speaks.
 */
import type { Clock } from '../../shared/clock.ts';
import type { HostKind } from '../../shared/line-messages.ts';
import type { Host } from '../hosts/host.ts';
import { createChallenge } from './challenge.ts';
import { createWatchdog } from './watchdog.ts';

export interface LeadershipDeps {
  tab: string;
  /** Name of the BroadcastChannel between leader and tabs. */
  line: string;
  BroadcastChannel: typeof BroadcastChannel;
  locks: LockManager | null;
  /** The Web Lock that whoever leads holds. */
  leaderLock: string;
  clock: Clock;
  kind: HostKind;
  /** Called with another kind when the first host cannot be used. */
  makeHost(kind: HostKind, onWorkerFailed: () => void): Host;
  /** Whether this tab may take the lead by force now: it asks for all tabs, and counts as done when it may. */
  mayTakeOver(): Promise<boolean>;
  visible(): boolean;
  /** Whether the page is left, frozen or closed. */
  away(): boolean;
  /** Whether a leader was ever heard. */
  known(): boolean;
  onSilent(): void;
  onOtherHost(): void;
}

export interface Leadership {
  /** The host; another one after it failed, or after this tab took the lead from a worker. */
  host(): Host;
  kind(): HostKind;
  heard(): void;
  /** When a leader was heard last. Monotonic milliseconds. */
  heardAt(): number;
  /** A challenge was heard on this tab's own line. */
  echo(tab: string): void;
  /** Makes this tab lead, with the present leader's consent. */
  lead(): void;
  close(): void;
}

/** A leader speaks at least every 1.5 s; one that says nothing for this long is challenged. Milliseconds. */
const SILENT_MS = 2_000;
/** The same until the first word: a browser that starts, or a database that is upgraded, takes its time. Milliseconds. */
const STARTING_MS = 4_000;

export function createLeadership(deps: LeadershipDeps): Leadership {
  const { locks, clock } = deps;
  let kind = deps.kind;
  let judging = false;
  const watchdog = createWatchdog({
    clock,
    limitMs: () => (deps.known() ? SILENT_MS : STARTING_MS),
    onSilent() {
      if (deps.away()) return;
      host.silent();
      deps.onSilent();
      void judge();
    },
  });
  const challenge =
    locks === null || kind === 'own-tab'
      ? null
      : createChallenge({ ...deps, locks, lockName: deps.leaderLock, heardAt: watchdog.heardAt });
  let host = deps.makeHost(kind, moveIntoTab);

  /** Some policy or fault keeps workers away, or one hangs: a tab leads, or every tab where there are no locks. */
  function moveIntoTab(): void {
    kind = locks === null ? 'own-tab' : 'elected-tab';
    host = deps.makeHost(kind, () => {});
    deps.onOtherHost();
  }

  function leadHere(how: 'with-consent' | 'by-force'): void {
    if (host.lead(how)) return;
    host.close();
    moveIntoTab();
    host.lead(how);
  }

  function mayForce(): boolean {
    return !deps.away() && deps.visible() && !host.leading();
  }

  /** A leader that hangs would keep its lock for ever: a tab that somebody looks at takes it. */
  async function judge(): Promise<void> {
    if (challenge === null || judging || !mayForce()) return;
    judging = true;
    const verdict = await challenge.judge().catch(() => 'deaf' as const);
    const lastHeard = watchdog.heardAt();
    if (verdict === 'hangs' && mayForce() && (await deps.mayTakeOver())) {
      // The database may have taken a while: a leader that spoke meanwhile is none that hangs.
      if (mayForce() && watchdog.heardAt() === lastHeard) leadHere('by-force');
    }
    judging = false;
  }

  return {
    host: () => host,
    kind: () => kind,
    heard: watchdog.heard,
    heardAt: watchdog.heardAt,
    echo: (tab) => challenge?.echo(tab),
    lead: () => leadHere('with-consent'),
    close() {
      watchdog.close();
      host.close();
    },
  };
}

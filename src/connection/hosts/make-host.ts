/** Makes a tab's host: the shared worker, the elected tab, or this tab alone. */
import type { Clock } from '../../shared/clock.ts';
import { type HostKind, lineNames } from '../../shared/line-messages.ts';
import type { History } from '../../store/history.ts';
import type { ConnectionOptions } from '../api.ts';
import type { LeaderDeps } from '../leader/api.ts';
import { createContender, type LeaderCalls } from '../leader/contend.ts';
import { startLeader } from '../leader/leader.ts';
import { leaderTokens } from '../leader/leader-tokens.ts';
import { prepareLeader } from '../leader/successor.ts';
import type { Host } from './host.ts';
import { createSharedWorkerHost } from './shared-worker-host.ts';
import { createTabHost } from './tab-host.ts';

export interface MakeHostDeps {
  options: ConnectionOptions;
  kind: HostKind;
  /** This tab's name. */
  tab: string;
  visible: boolean;
  /** Name of the BroadcastChannel between leader and tabs. */
  line: string;
  /** The history that a leader in this tab writes; asked for when it begins, closed when it ends. */
  openHistory(): History;
  locks: LockManager | null;
  clock: Clock;
  /** The worker cannot be used in this browser after all. */
  onWorkerFailed(): void;
}

export function makeHost(deps: MakeHostDeps): Host {
  const { options, kind, locks, clock } = deps;
  if (kind === 'shared-worker') {
    return createSharedWorkerHost({
      spawn: () =>
        new SharedWorker(options.workerUrl, {
          type: 'module',
          name: `switchboard:${options.build}:${options.sub}`,
        }),
      init: {
        sub: options.sub,
        epoch: options.epoch,
        events: options.events,
        build: options.build,
        locks: locks !== null,
      },
      locks,
      now: clock.monotonic,
      onFailed: deps.onWorkerFailed,
    });
  }

  const tokens = leaderTokens(options.tokens);
  const leaderDeps = (calls: LeaderCalls): LeaderDeps => ({
    host: kind,
    build: options.build,
    line: deps.line,
    history: deps.openHistory(),
    events: options.events,
    tokens,
    clock,
    random: Math.random,
    fetch: (url, init) => fetch(url, init),
    WebSocket,
    BroadcastChannel,
    locks,
    online: navigator.onLine,
    ...calls,
  });
  return createTabHost({
    kind,
    locks,
    clock,
    visible: deps.visible,
    tokens,
    contender: createContender({
      name: deps.tab,
      line: deps.line,
      BroadcastChannel,
      clock,
      // Where no tab can be elected, every tab leads for itself.
      locks: kind === 'own-tab' ? null : locks,
      lockName: lineNames(options.sub).leaderLock,
      start: (calls) => startLeader(leaderDeps(calls)),
      prepare: (calls, estate) => prepareLeader(leaderDeps(calls), estate),
    }),
  });
}

/** Makes a tab's host: the shared worker, the elected tab, or this tab alone. */
import type { Clock } from '../../shared/clock.ts';
import type { HostKind } from '../../shared/line-messages.ts';
import type { LeaderHistory } from '../../store/history.ts';
import type { ConnectionOptions } from '../api.ts';
import type { Host } from './host.ts';
import { createLazyHost } from './lazy-host.ts';
import { createSharedWorkerHost } from './shared-worker-host.ts';

export interface MakeHostDeps {
  options: ConnectionOptions;
  kind: HostKind;
  /** This tab's name. */
  tab: string;
  visible: boolean;
  /** Name of the BroadcastChannel between leader and tabs. */
  line: string;
  /** The history of this page alone; null where it is the user's on this device. */
  memory: LeaderHistory | null;
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

  return createLazyHost(kind, async () =>
    (await import('./make-tab-host.ts')).makeTabHost({ ...deps, kind }),
  );
}

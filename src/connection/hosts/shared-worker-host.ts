/**
 * The leader in a SharedWorker. The platform tells nobody when a SharedWorker dies (with the renderer of the tab
 * that started it), so every tab queues on the lock that its leader holds: whoever is granted it starts another.
 */
import { lineNames } from '../../shared/line-messages.ts';
import type { WorkerInit } from '../worker/worker-init.ts';
import type { Host } from './host.ts';

export interface SharedWorkerHostDeps {
  /** Starts or joins the worker. */
  spawn(): SharedWorker;
  init: WorkerInit;
  locks: LockManager | null;
  /** Monotonic milliseconds. */
  now(): number;
  /** The worker cannot be used in this browser after all. */
  onFailed(): void;
}

/** More new workers than this in a minute: something kills them, and a tab is the better home. */
const MAX_SPAWNS_PER_MINUTE = 4;

export function createSharedWorkerHost({ spawn, locks, now, onFailed, ...deps }: SharedWorkerHostDeps): Host {
  let init = deps.init;
  let port: MessagePort | null = null;
  let spawned: number[] = [];
  let waiting = false;
  let over = false;
  const abort = new AbortController();

  function start(): void {
    if (over) return;
    spawned = [...spawned.filter((time) => now() - time < 60_000), now()];
    if (spawned.length > MAX_SPAWNS_PER_MINUTE) {
      fail();
      return;
    }
    try {
      const worker = spawn();
      worker.onerror = fail;
      port = worker.port;
      port.start();
      port.postMessage(init);
    } catch {
      fail();
    }
  }

  function fail(): void {
    if (over) return;
    over = true;
    abort.abort();
    // Not at once: the maker of this host may still be waiting for it.
    queueMicrotask(onFailed);
  }

  /** Granted only when the leader is gone: then the next one is started, and the lock is free for it. */
  function watchLeader(): void {
    if (locks === null || waiting || over) return;
    waiting = true;
    locks
      .request(lineNames(init.sub).leaderLock, { signal: abort.signal }, () => {
        waiting = false;
        start();
      })
      .catch(() => {
        waiting = false;
      });
  }

  start();
  return {
    kind: 'shared-worker',
    leading: () => false,
    heard: watchLeader,
    silent: start,
    lead: () => false,
    offered() {},
    visibility() {},
    renew(epoch) {
      init = { ...init, epoch };
      port?.postMessage(init);
    },
    suspend() {},
    resume: () => port?.postMessage(init),
    close() {
      over = true;
      abort.abort();
      port?.close();
    },
  };
}

/**
 * Waits for the leader lock and leads while it holds it. Used by both hosts: the lock says who may lead; the epoch
 * that the leader then takes says who did.
 */
import type { Leader } from './api.ts';

export interface Contender {
  leading(): boolean;
  /** Lets go: the leader stops, the lock is free. Does not contend again before `again`. */
  release(): Promise<void>;
  /** Queues for the lock (anew). Does nothing while queued or leading. */
  again(): void;
}

export interface ContenderDeps {
  /** Null: no Web Locks here; lead at once (the caller knows that it is alone). */
  locks: LockManager | null;
  lockName: string;
  /** Begins to lead; `ended` is to be called when the leader ends by itself. */
  start(ended: () => void): Promise<Leader>;
}

export function createContender({ locks, lockName, start }: ContenderDeps): Contender {
  let abort: AbortController | null = null;
  let leader: Leader | null = null;
  let letGo = (): void => {};

  async function lead(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    const ended = new Promise<void>((resolve) => {
      letGo = resolve;
      signal.addEventListener('abort', () => resolve());
    });
    const started = await start(letGo);
    if (signal.aborted) return started.stop();
    leader = started;
    await ended;
    leader = null;
    // Whoever waits for the lock may begin before our last rows are stored: the epoch keeps the two apart.
    void started.stop();
  }

  return {
    leading: () => leader !== null,
    async release() {
      const stopping = leader;
      leader = null;
      abort?.abort();
      abort = null;
      await stopping?.stop();
    },
    again() {
      if (abort !== null) return;
      const controller = new AbortController();
      abort = controller;
      const waiting =
        locks === null
          ? lead(controller.signal)
          : locks.request(lockName, { signal: controller.signal }, () => lead(controller.signal));
      void waiting
        // Aborted while queued, or the lock was stolen from a leader that had fallen asleep.
        .catch(() => leader?.stop())
        .finally(() => {
          leader = null;
          if (abort === controller) abort = null;
        });
    },
  };
}

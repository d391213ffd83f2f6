/**
 * The checkpoints: up to which position of the history each channel was heard. A position says nothing of what is
 * still under way on the socket, so it becomes a checkpoint only when something was heard on that socket a settling
 * time later.
 */
import type { Clock } from '../../shared/clock.ts';
import type { Checkpoints } from '../../store/checkpoints.ts';
import type { StoredCheckpoint } from '../../store/database.ts';
import type { HistoryMarks, Mark } from './history-marks.ts';

export interface CheckpointKeeperDeps {
  epoch: number;
  /** What earlier leaders left. */
  kept: readonly StoredCheckpoint[];
  store: Checkpoints;
  marks: HistoryMarks;
  clock: Clock;
  /** Resolves when everything written to the log so far is stored. */
  flushEvents(): Promise<void>;
}

export interface CheckpointKeeper {
  get(channel: string): StoredCheckpoint | undefined;
  /** The channel is heard from now on: its checkpoint is to be renewed. */
  watch(channel: string): void;
  unwatch(channel: string): void;
  /** An event of the channel was heard. */
  traffic(channel: string): void;
  /** The channel was provably heard until `until` (wall clock). To be called every few seconds while it is. */
  proven(channel: string, until: number): void;
  /** Everything up to here is written. */
  keep(checkpoint: StoredCheckpoint): void;
  drop(channel: string): void;
  close(): void;
}

/** One request for all channels at most this often. Milliseconds. */
export const RENEW_MS = 30_000;
/** Channels that are confirmed together get their first position together. Milliseconds. */
const GATHER_MS = 500;
/** A channel without traffic: a history does not keep for ever what follows an old position. Milliseconds. */
const RENEW_QUIET_MS = 10 * 60_000;
/** What was published before a position arrives no later than this after it. Milliseconds. */
export const SETTLE_MS = 3_000;

interface Watched {
  pending: { checkpoint: StoredCheckpoint; came: Mark['came'] } | null;
  /** Something was heard since the last position. */
  traffic: boolean;
  /** Monotonic. */
  renewedAt: number;
}

export function createCheckpointKeeper(deps: CheckpointKeeperDeps): CheckpointKeeper {
  const { epoch, store, marks, clock, flushEvents } = deps;
  const kept = new Map(deps.kept.map((checkpoint) => [checkpoint.channel, checkpoint]));
  const watched = new Map<string, Watched>();
  let cancelGather = (): void => {};
  let askedAt = Number.NEGATIVE_INFINITY;
  /** One after the other: what is dropped must not be put again by an earlier write. */
  let tail: Promise<void> = Promise.resolve();

  function write(work: () => Promise<void>): void {
    // Without storage there is nothing to close a gap in; a newer leader has its own checkpoints.
    tail = tail.then(work).catch(() => {});
  }

  function isDue({ pending, traffic, renewedAt }: Watched): boolean {
    return pending === null && (traffic || clock.monotonic() - renewedAt >= RENEW_QUIET_MS);
  }

  function renew(): void {
    if (clock.monotonic() - askedAt < RENEW_MS || ![...watched.values()].some(isDue)) return;
    askedAt = clock.monotonic();
    const asked = [...watched].filter(([, { pending }]) => pending === null);
    for (const [, state] of asked) state.traffic = false;
    marks.fresh().then(
      ({ position, wall, came, n }) => {
        for (const [channel, state] of asked) {
          state.renewedAt = came.monotonic;
          state.pending = { checkpoint: { channel, position, wall, epoch, n }, came };
        }
      },
      () => {
        // Asked again at the next opportunity, that is in RENEW_MS.
        for (const [, state] of asked) state.traffic = true;
      },
    );
  }

  function keep(checkpoint: StoredCheckpoint): void {
    kept.set(checkpoint.channel, checkpoint);
    write(async () => {
      await flushEvents();
      await store.put(epoch, [checkpoint]);
    });
  }

  return {
    get: (channel) => kept.get(channel),
    watch(channel) {
      watched.set(channel, { pending: null, traffic: !kept.has(channel), renewedAt: clock.monotonic() });
      cancelGather();
      cancelGather = clock.after(GATHER_MS, renew);
    },
    unwatch: (channel) => void watched.delete(channel),
    traffic(channel) {
      const state = watched.get(channel);
      if (state !== undefined) state.traffic = true;
    },
    proven(channel, until) {
      const state = watched.get(channel);
      if (state === undefined) return;
      const { pending } = state;
      if (
        pending !== null &&
        until - pending.came.wall >= SETTLE_MS &&
        clock.monotonic() - pending.came.monotonic >= SETTLE_MS
      ) {
        state.pending = null;
        keep(pending.checkpoint);
      }
      renew();
    },
    keep,
    drop(channel) {
      kept.delete(channel);
      write(() => store.remove(epoch, channel));
    },
    close: () => cancelGather(),
  };
}

/** The recordings that are open in this window: each is read once, can be shown, and can be replayed. */
import type { Feed, Outbox } from '../../connection/api.ts';
import { createSystemClock } from '../../shared/clock.ts';
import { createStore, type Store, type WritableStore } from '../../shared/store.ts';
import { shownRecording, showRecording } from './open-recording.ts';
import type { ReadSlice } from './read-lines.ts';
import { createRecordedFeed, readEvents } from './recorded-feed.ts';
import { indexRecording, type ReadFailure, type ReadResult, type RecordingIndex } from './recording-index.ts';
import { type Replay, startReplay } from './replay.ts';

export type RecordingState =
  | { kind: 'reading'; bytes: number; events: number }
  | { kind: 'failed'; failure: ReadFailure | 'unreadable'; reason: string | null; result: ReadResult | null }
  | { kind: 'ready'; feed: Feed; result: ReadResult };

export interface Recording {
  id: string;
  /** Name of the file; with a number where another of that name is open. */
  name: string;
  /** Bytes. */
  size: number;
  state: Store<RecordingState>;
  /** The last replay, also one that is over. */
  replay: Store<Replay | null>;
  /** Starts a replay; one that runs is stopped before. Only for a recording that is ready. */
  startReplay(target: string, speed: number | null, outbox: Outbox): void;
  /** Stops reading. */
  stop(): void;
}

export interface Recordings {
  readonly opened: Store<readonly Recording[]>;
  open(files: readonly File[]): void;
  /** A replay is stopped; what became of it stays in `closedReplay`. */
  remove(id: string): void;
  /** The replay of a recording that was closed while it ran, until somebody has seen it. */
  readonly closedReplay: WritableStore<Replay | null>;
  close(): void;
}

/** Events read at once for a replay. */
const PAGE = 200;

/** @param onRemoved is told the name of a recording that was closed. */
export function createRecordings(onRemoved: (name: string) => void): Recordings {
  const open = createStore<readonly Recording[]>([]);
  const closedReplay = createStore<Replay | null>(null);
  let ids = 0;

  const nameFor = (name: string): string => {
    const taken = (candidate: string) => open.get().some((one) => one.name === candidate);
    if (!taken(name)) return name;
    let number = 2;
    while (taken(`${name} (${number})`)) number += 1;
    return `${name} (${number})`;
  };

  return {
    opened: open,
    closedReplay,
    open(files) {
      for (const file of files) {
        ids += 1;
        const recording = readRecording(file, `r${ids}`, nameFor(file.name));
        open.set([...open.get(), recording]);
        showRecording(recording.id);
      }
    },
    remove(id) {
      const recording = open.get().find((one) => one.id === id);
      if (recording === undefined) return;
      recording.stop();
      const replay = recording.replay.get();
      if (replay?.get().phase === 'running') {
        replay.stop();
        closedReplay.set(replay);
      }
      open.set(open.get().filter((one) => one !== recording));
      if (shownRecording.get() === id) showRecording(null);
      onRemoved(recording.name);
    },
    close() {
      for (const recording of open.get()) {
        recording.stop();
        recording.replay.get()?.stop();
      }
      showRecording(null);
    },
  };
}

function readRecording(file: File, id: string, name: string): Recording {
  const state = createStore<RecordingState>({ kind: 'reading', bytes: 0, events: 0 });
  const replay = createStore<Replay | null>(null);
  const stopped = new AbortController();
  const read: ReadSlice = async (from, to) => new Uint8Array(await file.slice(from, to).arrayBuffer());

  async function run(): Promise<void> {
    const result = await indexRecording({
      read,
      size: file.size,
      signal: stopped.signal,
      onProgress: (bytes, events) => state.set({ kind: 'reading', bytes, events }),
    });
    if (typeof result === 'string')
      state.set({ kind: 'failed', failure: result, reason: null, result: null });
    else if (result.index.count === 0)
      state.set({ kind: 'failed', failure: 'no-events', reason: null, result });
    else state.set({ kind: 'ready', feed: await createRecordedFeed(name, result.index, read), result });
  }

  run().catch((error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error);
    state.set({ kind: 'failed', failure: 'unreadable', reason, result: null });
  });

  return {
    id,
    name,
    size: file.size,
    state,
    replay,
    startReplay(target, speed, outbox) {
      const now = state.get();
      if (now.kind !== 'ready') return;
      replay.get()?.stop();
      const { index } = now.result;
      const clock = createSystemClock();
      replay.set(
        startReplay({ pages: pagesOf(index, read), all: index.count, target, speed, outbox, clock }),
      );
    },
    stop: () => stopped.abort(),
  };
}

async function* pagesOf(index: RecordingIndex, read: ReadSlice) {
  for (let at = 0; at < index.count; at += PAGE) {
    yield await readEvents(index, read, at, Math.min(index.count, at + PAGE));
  }
}

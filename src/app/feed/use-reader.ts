/** The reader of a feed, with a filter or without, for as long as a component shows it. */
import { useEffect, useLayoutEffect, useRef, useState, useSyncExternalStore } from 'react';
import type { Connection, Feed } from '../../connection/api.ts';
import { createStore, type Store } from '../../shared/store.ts';
import type { FilterInput } from '../desk/filter-input.ts';
import { useStore } from '../services.ts';
import { useText } from '../text/use-text.ts';
import { atFrames, createFramePace } from './at-frames.ts';
import { gapsOf } from './feed-gaps.ts';
import { createReader, type Reader, type ReaderState, type Scan } from './reader.ts';

const LOADING: ReaderState = {
  rows: [],
  loading: true,
  hasOlder: false,
  hasNewer: false,
  following: true,
  waiting: 0,
  scan: null,
};
const LOADING_STORE: Store<ReaderState> = createStore(LOADING);

/** One for the page: its frames are slow for all feeds alike. */
const nextFrame = createFramePace({
  now: () => performance.now(),
  requestFrame: (run) => requestAnimationFrame(run),
  cancelFrame: (frame) => cancelAnimationFrame(frame),
  after: (ms, run) => window.setTimeout(run, ms),
  cancel: (timer) => clearTimeout(timer),
});

// On the server nothing is laid out; there the effect would only warn.
const useLayout = typeof window === 'undefined' ? useEffect : useLayoutEffect;

export function useReader(
  connection: Pick<Connection, 'coverage'> | null,
  feed: Feed | null,
  filter: FilterInput | null,
  onProblem: (sentence: string | null) => void,
): Reader | null {
  const text = useText();
  const [reader, setReader] = useState<Reader | null>(null);
  const failed = useRef((_error: unknown) => {});
  failed.current = () => onProblem(text.detail.loadFailed);

  useLayout(() => {
    if (connection === null || feed === null) return;
    let over = false;
    let made: Reader | null = null;
    const show = (next: Reader) => {
      made = next;
      setReader(next);
    };
    const paced = atFrames(feed, nextFrame);
    const gaps = gapsOf(connection, feed.channel);
    if (filter === null) {
      show(createReader({ feed: paced, gaps, now: Date.now }));
    } else {
      import('../filter/start-filter.ts').then(
        ({ startFilter }) => {
          if (!over) show(startFilter(paced, gaps, filter));
        },
        (error: unknown) => {
          if (!over) failed.current(error);
        },
      );
    }
    return () => {
      over = true;
      made?.close();
      setReader(null);
    };
  }, [connection, feed, filter]);

  return reader;
}

/** Everything a reader says: for what is drawn anew with every event. */
export function useReaderState(reader: Reader | null): ReaderState {
  return useStore<ReaderState>(reader ?? LOADING_STORE, LOADING);
}

/** How far the reader's search has come; null where nothing is searched. */
export function useScan(reader: Reader | null): Scan | null {
  const store = reader ?? LOADING_STORE;
  return useSyncExternalStore(
    store.subscribe,
    () => store.get().scan,
    () => null,
  );
}

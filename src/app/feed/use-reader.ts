/** The reader of a feed, with a filter or without, for as long as a component shows it. */
import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import type { Connection, Feed } from '../../connection/api.ts';
import { createStore, type Store } from '../../shared/store.ts';
import type { FilterInput } from '../desk/filter-input.ts';
import { useStore } from '../services.ts';
import { useText } from '../text/use-text.ts';
import { gapsOf } from './feed-gaps.ts';
import { createReader, type Reader, type ReaderState } from './reader.ts';

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

// On the server nothing is laid out; there the effect would only warn.
const useLayout = typeof window === 'undefined' ? useEffect : useLayoutEffect;

interface Reading {
  reader: Reader | null;
  state: ReaderState;
}

export function useReader(
  connection: Pick<Connection, 'coverage'> | null,
  feed: Feed | null,
  filter: FilterInput | null,
  onProblem: (sentence: string | null) => void,
): Reading {
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
    if (filter === null) show(createReader({ feed, gaps: gapsOf(connection, feed.channel), now: Date.now }));
    else {
      import('../filter/start-filter.ts').then(
        ({ startFilter }) => {
          if (!over) show(startFilter(feed, filter));
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

  return { reader, state: useStore<ReaderState>(reader ?? LOADING_STORE, LOADING) };
}

/**
 * Where in the log a list stands: noted when the scrolling rests, and found again after a reload, a change of the
 * channel, or a jump.
 */
import type { Virtualizer } from '@tanstack/react-virtual';
import { type RefObject, useEffect, useRef, useState } from 'react';
import { useDesk } from '../desk/desk-context.ts';
import { type Place, withView } from '../desk/window-state.ts';
import type { Reader } from './reader.ts';
import type { ReaderRow } from './rows.ts';

/** The scrolling rests when it did not move for so long, milliseconds. */
const REST_MS = 250;

interface PlaceDeps {
  channel: string;
  reader: Reader | null;
  rows: readonly ReaderRow[];
  virtualizer: Virtualizer<HTMLDivElement, Element>;
  scroller: RefObject<HTMLDivElement | null>;
  target: { key: string } | null;
}

export interface PlaceKeeper {
  /** The list was scrolled. */
  save(): void;
  /** Brings a row to the upper edge, with so many pixels of it above, once the list is laid out. */
  show(index: number, offset: number): void;
  /** The list is on its way to a place: what it does meanwhile is not the person's doing. */
  restoring: boolean;
}

export function usePlace({ channel, reader, rows, virtualizer, scroller, target }: PlaceDeps): PlaceKeeper {
  const { window: desk } = useDesk();
  const [restoring, setRestoring] = useState(() => (desk.get().views[channel]?.place ?? null) !== null);
  /** The row that has to come to the top edge, and how much of it is above. */
  const [aim, setAim] = useState<{ key: string; offset: number } | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null);
  const latest = useRef({ rows, virtualizer });
  latest.current = { rows, virtualizer };

  useEffect(() => {
    if (reader === null) return;
    const place = desk.get().views[channel]?.place ?? null;
    if (place === null) {
      setRestoring(false);
      return;
    }
    let over = false;
    reader.restore(place).then(
      (key) => {
        if (over) return;
        if (key === null) setRestoring(false);
        else setAim({ key, offset: place.offset });
      },
      () => {
        if (!over) setRestoring(false);
      },
    );
    return () => {
      over = true;
    };
  }, [reader, desk, channel]);

  useEffect(() => {
    if (target !== null) setAim({ key: target.key, offset: 0 });
  }, [target]);

  useEffect(() => {
    if (aim === null) return;
    const index = rows.findIndex((row) => row.key === aim.key);
    if (index < 0) return;
    const to = latest.current.virtualizer.getOffsetForIndex(index, 'start')?.[0] ?? 0;
    latest.current.virtualizer.scrollToOffset(to + aim.offset);
    setAim(null);
    setRestoring(false);
  }, [aim, rows]);

  useEffect(
    () => () => {
      if (timer.current !== null) clearTimeout(timer.current);
    },
    [],
  );

  function placeNow(): Place | null {
    const top = scroller.current?.scrollTop ?? 0;
    if (reader === null || reader.get().following) return null;
    for (const item of latest.current.virtualizer.getVirtualItems()) {
      const row = latest.current.rows[item.index];
      if (row?.kind !== 'event' || item.end <= top) continue;
      const { epoch, n } = row.record;
      return { epoch, n, offset: Math.max(0, Math.round(top - item.start)) };
    }
    return null;
  }

  return {
    restoring,
    show(index, offset) {
      const key = latest.current.rows[index]?.key;
      if (key !== undefined) setAim({ key, offset });
    },
    save() {
      if (timer.current !== null) clearTimeout(timer.current);
      timer.current = setTimeout(() => {
        const place = placeNow();
        const before = desk.get().views[channel]?.place ?? null;
        if (place === null && before === null) return;
        desk.update((now) => withView(now, channel, { place }));
      }, REST_MS);
    },
  };
}

/**
 * The virtual list of a reader. It stays at the newest row until the person scrolls up; then it holds still and
 * counts what waits, and reads on at either end. Rows are walked with the arrow keys (one stop for the Tab key).
 */
import { defaultRangeExtractor, useVirtualizer, type Virtualizer } from '@tanstack/react-virtual';
import {
  type FocusEvent,
  type KeyboardEvent,
  useCallback,
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
} from 'react';
import { comparePositions, type EventRecord } from '../../shared/log.ts';
import { useAction } from '../actions/use-action.ts';
import { DownIcon } from '../design/icons.tsx';
import { useDesk, usePreferences, useWindow } from '../desk/desk-context.ts';
import { withView } from '../desk/window-state.ts';
import { useServices } from '../services.ts';
import { useText } from '../text/use-text.ts';
import { DayRow } from './day-row.tsx';
import { EventRow } from './event-row.tsx';
import { GapRow } from './gap-row.tsx';
import { Quiet } from './quiet.tsx';
import type { Reader } from './reader.ts';
import { usePlace } from './use-place.ts';
import { useReaderState } from './use-reader.ts';
import { useSlots } from './use-slots.ts';
import { useStick } from './use-stick.ts';

/** Heights of an event's row, as in `feed.css`; other rows are measured. */
const ROW_PX = { comfortable: 30, compact: 22 } as const;
/** Room before the first and after the last row. */
const EDGE_PX = 8;
/** Rows kept beyond each edge of what is seen. */
const OVERSCAN = 10;
/** Nearer to the end than this counts as being there: a line's worth of imprecision. */
const AT_END_PX = 30;
/** So far before the edge of what is held the next page is asked for. */
const AHEAD_PX = 1_200;

export interface FeedRowsProps {
  channel: string;
  reader: Reader | null;
  /** Whether the channel is confirmed by the service. */
  live: boolean;
  filtered: boolean;
  /** A row to go to; a new object for every request. */
  target: { key: string } | null;
  onProblem(sentence: string | null): void;
}

/** The rows to draw at the end of a list of `count`, when so many are seen. */
function lastIndexes(count: number, seen: number): number[] {
  const drawn = Math.min(count, Math.ceil(seen) + OVERSCAN);
  return Array.from({ length: drawn }, (_, at) => count - drawn + at);
}

export function FeedRows({ channel, reader, live, filtered, target, onProblem }: FeedRowsProps) {
  const text = useText();
  const { page } = useServices();
  const { window: desk } = useDesk();
  const { rows, loading, hasOlder, hasNewer, following, waiting } = useReaderState(reader);
  const density = usePreferences((now) => now.density) ?? page.density;
  const selected = useWindow((now) => now.views[channel]?.selected ?? null);
  const scroller = useRef<HTMLDivElement>(null);
  const sheet = useRef<HTMLDivElement>(null);
  const lastTop = useRef(0);
  const [activeKey, setActiveKey] = useState<string | null>(null);
  /** Raised to move the focus to the active row. */
  const [focusTurn, setFocusTurn] = useState(0);

  const activeIndex = activeKey === null ? -1 : rows.findLastIndex((row) => row.key === activeKey);
  const tabIndexRow = activeIndex >= 0 ? activeIndex : rows.findLastIndex((row) => row.kind === 'event');

  // The same for the same rows: with another one the list would lay out all of them anew, at every scroll.
  const getItemKey = useCallback((index: number) => rows[index]?.key ?? index, [rows]);
  const virtualizer: Virtualizer<HTMLDivElement, Element> = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX[density],
    getItemKey,
    overscan: OVERSCAN,
    paddingStart: EDGE_PX,
    paddingEnd: EDGE_PX,
    // Whoever follows the end is kept there by `useStick`; else what is read stays where it is, whatever comes before.
    anchorTo: following ? 'start' : 'end',
    useFlushSync: false,
    // The row that holds the focus stays in the document wherever the list is scrolled to.
    rangeExtractor: (range) => {
      const indexes = atEnd
        ? lastIndexes(rows.length, (virtualizer.scrollRect?.height ?? 0) / ROW_PX[density])
        : defaultRangeExtractor(range);
      if (tabIndexRow < 0 || indexes.includes(tabIndexRow)) return indexes;
      return [...indexes, tabIndexRow].sort((a, b) => a - b);
    },
  });
  const { save, restoring } = usePlace({ channel, reader, rows, virtualizer, scroller, target });
  // biome-ignore lint/correctness/useExhaustiveDependencies: rows of another height make the measured ones void.
  useEffect(() => virtualizer.measure(), [density, virtualizer]);

  const hasRows = rows.length > 0;
  const atEnd = following && hasRows && !restoring;
  // A notice above, a growing composer or another window size moves the end: who follows it goes along.
  const toEnd = useCallback(() => {
    const element = scroller.current;
    if (element === null) return;
    element.scrollTop = element.scrollHeight;
    lastTop.current = element.scrollTop;
  }, []);
  useStick(atEnd, scroller, sheet, toEnd);
  // A gap whose height becomes known moves nobody who follows: `useStick` does, from where the list really stands.
  virtualizer.shouldAdjustScrollPositionOnItemSizeChange = atEnd ? () => false : undefined;

  const total = virtualizer.getTotalSize();
  useLayoutEffect(() => {
    // With the oldest rows, or more room, the end goes up, and the browser takes the view along: nobody scrolled.
    const end = total - (virtualizer.scrollRect?.height ?? 0) - 1;
    lastTop.current = Math.min(lastTop.current, Math.max(0, end));
  });

  const items = virtualizer.getVirtualItems();
  const slots = useSlots(
    items.flatMap(({ index }) => {
      const row = rows[index];
      return row?.kind === 'event' ? [row.key] : [];
    }),
  );

  const readOn = (side: 'loadOlder' | 'loadNewer') => {
    reader?.[side]().then(
      () => onProblem(null),
      (error: unknown) => {
        onProblem(text.feed.readFailed(text.said(error)));
      },
    );
  };

  const onScroll = () => {
    const element = scroller.current;
    if (element === null || reader === null || restoring) return;
    const top = element.scrollTop;
    const below = element.scrollHeight - element.clientHeight - top;
    // Only going up leaves the end: while rows pour in, the end runs ahead of the view for a frame.
    if (below <= AT_END_PX && !hasNewer) reader.follow(true);
    else if (top < lastTop.current - 1) reader.follow(false);
    if (top < AHEAD_PX && hasOlder) readOn('loadOlder');
    if (below < AHEAD_PX && hasNewer && !following) readOn('loadNewer');
    lastTop.current = top;
    save();
  };

  const select = useCallback(
    (record: EventRecord) => {
      setActiveKey(`e${record.epoch}.${record.n}`);
      desk.update((now) => {
        const before = now.views[channel]?.selected ?? null;
        const again = before !== null && comparePositions(before, record) === 0;
        return withView(now, channel, { selected: again ? null : { epoch: record.epoch, n: record.n } });
      });
    },
    [desk, channel],
  );

  const activate = (index: number) => {
    const row = rows[index];
    if (row?.kind !== 'event') return;
    setActiveKey(row.key);
    setFocusTurn((turn) => turn + 1);
    virtualizer.scrollToIndex(index, { align: 'auto' });
    // With the details open, walking through the list walks through them.
    const { epoch, n } = row.record;
    if (selected !== null) desk.update((now) => withView(now, channel, { selected: { epoch, n } }));
  };

  const step = (index: number, by: number) => {
    for (let at = index + by; at >= 0 && at < rows.length; at += by) {
      if (rows[at]?.kind !== 'event') continue;
      activate(at);
      return;
    }
  };

  const jump = () => {
    reader?.follow(true);
    setActiveKey(null);
    toEnd();
    // The button that was pressed goes away: the focus moves on to where it led.
    setFocusTurn((turn) => turn + 1);
  };

  useAction('newest', hasRows ? jump : null);
  useAction('focusFeed', hasRows ? () => setFocusTurn((turn) => turn + 1) : null);
  useAction('pause', reader === null ? null : () => (following ? reader.follow(false) : jump()));

  const onKeyDown = (event: KeyboardEvent) => {
    if (!(event.target instanceof HTMLElement) || event.target.dataset.rowButton === undefined) return;
    const by = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (event.key === 'End') jump();
    else if (event.key === 'Home') step(-1, 1);
    else if (by !== 0) step(Number(event.target.closest<HTMLElement>('[data-index]')?.dataset.index), by);
    else return;
    event.preventDefault();
  };

  // The row with the focus is the active one, however it got it: its element is not given to another meanwhile.
  const onFocus = ({ target: focused }: FocusEvent<HTMLElement>) => {
    const index = Number(focused.closest<HTMLElement>('[data-index]')?.dataset.index);
    const row = rows[index];
    if (row?.kind === 'event') setActiveKey(row.key);
  };
  const onBlur = ({ target: left, relatedTarget }: FocusEvent<HTMLElement>) => {
    // The window lost the focus, and the row will have it again.
    if (document.activeElement === left || scroller.current?.contains(relatedTarget)) return;
    // Who comes back to a list that runs on comes to its newest row.
    if (following && selected === null) setActiveKey(null);
  };

  useEffect(() => {
    if (focusTurn === 0) return;
    const row = scroller.current?.querySelector<HTMLElement>('[data-row-button][tabindex="0"]');
    row?.focus({ preventScroll: true });
  }, [focusTurn]);

  return (
    <>
      <div
        className="feed-scroller"
        ref={scroller}
        role="log"
        aria-label={text.feed.label(channel)}
        aria-live="off"
        aria-busy={loading}
        onScroll={onScroll}
        onKeyDown={onKeyDown}
        onFocus={onFocus}
        onBlur={onBlur}
      >
        <div className="feed-sheet" ref={sheet} style={{ height: total }}>
          {items.map((item) => {
            const row = rows[item.index];
            if (row === undefined) return null;
            return (
              <div
                key={slots.get(row.key) ?? row.key}
                className="feed-row"
                data-index={item.index}
                // All event rows are of one height: measuring hundreds a second would cost without telling anything.
                ref={row.kind === 'event' ? undefined : virtualizer.measureElement}
                style={{ transform: `translateY(${item.start}px)` }}
              >
                {row.kind === 'gap' && <GapRow gap={row.gap} />}
                {row.kind === 'day' && <DayRow at={row.at} />}
                {row.kind === 'event' && (
                  <EventRow
                    record={row.record}
                    selected={selected !== null && comparePositions(selected, row.record) === 0}
                    tabbable={item.index === tabIndexRow}
                    onSelect={select}
                  />
                )}
              </div>
            );
          })}
        </div>
      </div>
      {!hasRows && <Quiet loading={loading} live={live} filtered={filtered} />}
      {!following && (
        <button type="button" className="jump" onClick={jump}>
          <DownIcon />
          {text.feed.jump(waiting)}
        </button>
      )}
    </>
  );
}

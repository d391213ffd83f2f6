/**
 * The virtual list of a feed. It stays at the newest row until the person scrolls up; then it holds still and
 * counts what waits. Rows are walked with the arrow keys (one stop for the Tab key).
 */
import { defaultRangeExtractor, useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, useEffect, useLayoutEffect, useRef, useState } from 'react';
import type { Feed, FeedState } from '../../connection/api.ts';
import { DownIcon } from '../design/icons.tsx';
import { text } from '../text.ts';
import { EventRow } from './event-row.tsx';
import { OlderButton, Quiet } from './feed-edges.tsx';
import { GapRow } from './gap-row.tsx';

const ROW_PX = 30;
/** Room before the first and after the last row, and before the first one where older ones can be asked for. */
const EDGE_PX = 8;
const OLDER_PX = 46;
/** Nearer to the end than this counts as being there: a line's worth of imprecision. */
const AT_END_PX = 30;

interface FeedRowsProps {
  channel: string;
  feed: Feed | null;
  state: FeedState;
  /** Whether the channel is confirmed by the service. */
  live: boolean;
  onProblem(sentence: string | null): void;
}

export function FeedRows({ channel, feed, state, live, onProblem }: FeedRowsProps) {
  const { rows, loading, hasOlder, received } = state;
  const scroller = useRef<HTMLDivElement>(null);
  const lastTop = useRef(0);
  const [pausedAt, setPausedAt] = useState<number | null>(null);
  const [opened, setOpened] = useState<ReadonlySet<string>>(new Set());
  const [activeKey, setActiveKey] = useState<string | null>(null);
  /** Raised to move the focus to the active row. */
  const [focusTurn, setFocusTurn] = useState(0);

  const activeIndex = activeKey === null ? -1 : rows.findLastIndex((row) => row.key === activeKey);
  const tabIndexRow = activeIndex >= 0 ? activeIndex : rows.findLastIndex((row) => row.kind === 'event');

  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    getItemKey: (index) => rows[index]?.key ?? index,
    overscan: 10,
    paddingStart: hasOlder ? OLDER_PX : EDGE_PX,
    paddingEnd: EDGE_PX,
    anchorTo: 'end',
    followOnAppend: true,
    scrollEndThreshold: AT_END_PX,
    useFlushSync: false,
    // The row that holds the focus stays in the document wherever the list is scrolled to.
    rangeExtractor: (range) => {
      const indexes = defaultRangeExtractor(range);
      if (tabIndexRow < 0 || indexes.includes(tabIndexRow)) return indexes;
      return [...indexes, tabIndexRow].sort((a, b) => a - b);
    },
  });

  const items = virtualizer.getVirtualItems();
  const hasRows = rows.length > 0;
  useLayoutEffect(() => {
    if (hasRows) virtualizer.scrollToEnd();
  }, [hasRows, virtualizer]);

  // A notice above, a growing composer or another window size moves the end: who follows it goes along.
  const following = pausedAt === null && hasRows;
  useEffect(() => {
    const element = scroller.current;
    if (element === null || !following) return;
    const observer = new ResizeObserver(() => virtualizer.scrollToEnd());
    observer.observe(element);
    return () => observer.disconnect();
  }, [following, virtualizer]);

  const onScroll = () => {
    const element = scroller.current;
    if (element === null) return;
    const top = element.scrollTop;
    if (element.scrollHeight - element.clientHeight - top <= AT_END_PX) setPausedAt(null);
    // Only going up leaves the end: while rows pour in, the end runs ahead of the view for a frame.
    else if (top < lastTop.current - 1) setPausedAt((before) => before ?? received);
    lastTop.current = top;
  };

  const activate = (index: number, key: string) => {
    setActiveKey(key);
    setFocusTurn((turn) => turn + 1);
    virtualizer.scrollToIndex(index, { align: 'auto' });
  };

  const step = (index: number, by: number) => {
    for (let at = index + by; at >= 0 && at < rows.length; at += by) {
      const row = rows[at];
      if (row?.kind !== 'event') continue;
      activate(at, row.key);
      return;
    }
  };

  const jump = () => {
    setPausedAt(null);
    // The button that was pressed goes away: the focus moves on to where it led.
    step(rows.length, -1);
    virtualizer.scrollToEnd();
  };

  const onKeyDown = (event: KeyboardEvent) => {
    if (!(event.target instanceof HTMLElement) || event.target.dataset.rowButton === undefined) return;
    const by = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (event.key === 'End') jump();
    else if (event.key === 'Home') step(-1, 1);
    else if (by !== 0) step(Number(event.target.closest<HTMLElement>('[data-index]')?.dataset.index), by);
    else return;
    event.preventDefault();
  };

  useEffect(() => {
    if (focusTurn === 0) return;
    const row = scroller.current?.querySelector<HTMLElement>('[data-row-button][tabindex="0"]');
    row?.focus({ preventScroll: true });
  }, [focusTurn]);

  const toggle = (key: string) => {
    setActiveKey(key);
    setOpened((before) => {
      const next = new Set(before);
      if (!next.delete(key)) next.add(key);
      return next;
    });
  };

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
      >
        <div className="feed-sheet" style={{ height: virtualizer.getTotalSize() }}>
          {hasOlder && (items[0]?.index ?? 0) === 0 && <OlderButton feed={feed} onProblem={onProblem} />}
          {items.map((item) => {
            const row = rows[item.index];
            if (row === undefined) return null;
            return (
              <div
                key={row.key}
                className="feed-row"
                data-index={item.index}
                ref={virtualizer.measureElement}
                style={{ transform: `translateY(${item.start}px)` }}
              >
                {row.kind === 'gap' ? (
                  <GapRow gap={row.gap} />
                ) : (
                  <EventRow
                    record={row.record}
                    open={opened.has(row.key)}
                    tabbable={item.index === tabIndexRow}
                    onToggle={() => toggle(row.key)}
                  />
                )}
              </div>
            );
          })}
        </div>
      </div>
      {!hasRows && <Quiet loading={loading} live={live} />}
      {pausedAt !== null && (
        <button type="button" className="jump" onClick={jump}>
          <DownIcon />
          {text.feed.jump(Math.max(0, received - pausedAt))}
        </button>
      )}
    </>
  );
}

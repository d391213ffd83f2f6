/** A list of events and, beside or below it, the one that is chosen; the line between them can be moved. */
import { type ReactNode, useRef } from 'react';
import type { Feed } from '../../connection/api.ts';
import { useAction } from '../actions/use-action.ts';
import { useDesk, useWindow } from '../desk/desk-context.ts';
import { withView } from '../desk/window-state.ts';
import { DetailPane } from '../detail/detail-pane.tsx';
import { Separator } from '../layout/separator.tsx';
import { useStacked } from '../layout/use-stacked.ts';
import type { Reader } from './reader.ts';

interface FeedSplitProps {
  /** Under which the window keeps this view: a channel, or a recording's key. */
  view: string;
  feed: Feed | null;
  reader: Reader | null;
  /** Notices and the list. */
  children: ReactNode;
}

export function FeedSplit({ view, feed, reader, children }: FeedSplitProps) {
  const { window: desk } = useDesk();
  const selected = useWindow((state) => state.views[view]?.selected) ?? null;
  const body = useRef<HTMLDivElement>(null);
  const stacked = useStacked(body);
  const close = () => {
    desk.update((now) => withView(now, view, { selected: null }));
    body.current?.querySelector<HTMLElement>('[data-row-button][tabindex="0"]')?.focus();
  };
  useAction('closeDetail', selected === null ? null : close);
  return (
    <div className="feed-split" ref={body} data-stacked={stacked}>
      <div className="feed-body">{children}</div>
      {selected !== null && (
        <>
          <Separator
            pane="detail"
            controls="detail"
            orientation={stacked ? 'horizontal' : 'vertical'}
            direction={-1}
          />
          <DetailPane feed={feed} reader={reader} position={selected} onClose={close} />
        </>
      )}
    </div>
  );
}

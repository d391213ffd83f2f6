/** What changed since the event before on the same channel. The comparison is loaded when it is first used. */
import { useEffect, useState } from 'react';
import type { EventRecord, Feed } from '../../connection/api.ts';
import { useDesk } from '../desk/desk-context.ts';
import { useText } from '../text/use-text.ts';
import { useLoaded } from '../use-loaded.ts';

const loadView = () => import('./compare-view.tsx');

export function EventCompare({ record, feed }: { record: EventRecord; feed: Feed | null }) {
  const text = useText();
  const { announce } = useDesk();
  const [before, setBefore] = useState<EventRecord | 'loading' | 'none'>('loading');
  const view = useLoaded(loadView, () => announce(text.detail.loadFailed));

  useEffect(() => {
    if (feed === null) return;
    let over = false;
    feed.page({ before: record }, 1).then(
      ([found]) => {
        if (!over) setBefore(found ?? 'none');
      },
      () => {
        if (!over) setBefore('none');
      },
    );
    return () => {
      over = true;
    };
  }, [feed, record]);

  if (before === 'none') return <p className="hint">{text.detail.compareNone}</p>;
  if (before === 'loading' || view === null) return null;
  return <view.CompareView before={before} after={record} />;
}

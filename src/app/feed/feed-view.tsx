/** One channel as a person looks at it: its name and state, a filter, what arrived, and one event in detail. */
import { useCallback, useState } from 'react';
import { isWildcard } from '../../shared/channel.ts';
import { useRate } from '../channels/channel-pace.ts';
import { Sparkline } from '../channels/sparkline.tsx';
import { BackIcon } from '../design/icons.tsx';
import { useDesk, useWindow } from '../desk/desk-context.ts';
import type { FilterInput } from '../desk/filter-input.ts';
import { NEW_VIEW } from '../desk/window-state.ts';
import { FilterBar } from '../filter/filter-bar.tsx';
import { useConnection, useConnectionStatus } from '../services.ts';
import { useText } from '../text/use-text.ts';
import { ExportButton } from './export-button.tsx';
import { FeedAnnouncer } from './feed-announcer.tsx';
import { FeedLog } from './feed-log.tsx';
import { FeedNotice } from './feed-notice.tsx';
import { FeedSplit } from './feed-split.tsx';
import { GoToTime } from './go-to-time.tsx';
import { useFeed } from './use-feed.ts';
import { useReader } from './use-reader.ts';

export function FeedView({ channel, offline }: { channel: string; offline: boolean }) {
  const text = useText();
  const { route, window: desk } = useDesk();
  const status = useConnectionStatus();
  const view = useWindow((state) => state.views[channel]) ?? NEW_VIEW;
  const [problem, setProblem] = useState<string | null>(null);
  const slots = useRate(channel);
  const connection = useConnection();
  const feed = useFeed(channel);
  /** Undefined: it is not known yet whether the filter of last time means something; rows without it would jump. */
  const [filter, setFilter] = useState<FilterInput | null | undefined>(() =>
    (desk.get().views[channel]?.filter ?? null) === null ? null : undefined,
  );
  const applyFilter = useCallback(
    (next: FilterInput | null | 'keep') => setFilter((before) => (next === 'keep' ? (before ?? null) : next)),
    [],
  );
  const reader = useReader(connection, filter === undefined ? null : feed, filter ?? null, setProblem);
  /** The row that something asked to be shown. */
  const [target, setTarget] = useState<{ key: string } | null>(null);

  const channelStatus = status?.channels[channel] ?? null;
  const phase = channelStatus?.phase ?? 'waiting';

  const showAll = () => {
    desk.update((now) => ({ ...now, last: null }));
    route.go(null);
  };

  return (
    <section className="feed" aria-label={channel} data-detail={view.selected !== null}>
      <div className="feed-head">
        <button
          type="button"
          className="icon-button feed-back"
          aria-label={text.channels.all}
          onClick={showAll}
        >
          <BackIcon />
        </button>
        <div className="feed-title">
          <h1>{channel}</h1>
          {isWildcard(channel) && <span className="hint">{text.feed.wildcard(channel.slice(0, -2))}</span>}
        </div>
        <span className="feed-rate">{slots !== null && <Sparkline slots={slots} />}</span>
        <span className="pill" data-phase={phase}>
          <span className="dot" data-phase={phase} />
          {text.channels.phases[phase]}
        </span>
        <GoToTime reader={reader} onFound={(key) => setTarget({ key })} onProblem={setProblem} />
        <ExportButton channel={channel} feed={feed} filter={filter ?? null} onProblem={setProblem} />
      </div>
      <FilterBar channel={channel} filter={view.filter} reader={reader} onApply={applyFilter} />
      <FeedSplit view={channel} feed={feed} reader={reader}>
        <FeedNotice
          offline={offline}
          connectionPhase={status?.phase ?? null}
          channelStatus={channelStatus}
          problem={problem}
        />
        <FeedLog
          channel={channel}
          reader={reader}
          live={phase === 'live'}
          filtered={filter !== null && filter !== undefined}
          target={target}
          onProblem={setProblem}
        />
      </FeedSplit>
      <FeedAnnouncer channel={channel} feed={feed} />
    </section>
  );
}

/** One channel as a person looks at it: its name and state, what arrived, and a way to take it along. */
import { useState } from 'react';
import type { Feed, FeedState } from '../../connection/api.ts';
import { isWildcard } from '../../shared/channel.ts';
import { createStore, type Store } from '../../shared/store.ts';
import { BackIcon } from '../design/icons.tsx';
import { useDesk } from '../desk/desk-context.ts';
import type { DeskFeeds } from '../desk/desk-feeds.ts';
import { useConnectionStatus, useStore } from '../services.ts';
import { text } from '../text.ts';
import { ExportButton } from './export-button.tsx';
import { FeedAnnouncer } from './feed-announcer.tsx';
import { FeedNotice } from './feed-notice.tsx';
import { FeedRows } from './feed-rows.tsx';

const NO_FEEDS: ReadonlyMap<string, Feed> = new Map();
const NO_FEEDS_STORE: Store<ReadonlyMap<string, Feed>> = createStore(NO_FEEDS);
const LOADING: FeedState = { rows: [], loading: true, hasOlder: false, received: 0 };
const LOADING_STORE: Store<FeedState> = createStore(LOADING);

function useFeed(feeds: DeskFeeds | null, channel: string): { feed: Feed | null; state: FeedState } {
  const open = useStore(feeds?.feeds ?? NO_FEEDS_STORE, NO_FEEDS);
  const feed = open.get(channel) ?? null;
  return { feed, state: useStore<FeedState>(feed ?? LOADING_STORE, LOADING) };
}

export function FeedView({ channel, offline }: { channel: string; offline: boolean }) {
  const { feeds, route, desk } = useDesk();
  const status = useConnectionStatus();
  const { feed, state } = useFeed(feeds, channel);
  const [problem, setProblem] = useState<string | null>(null);
  const channelStatus = status?.channels[channel] ?? null;
  const phase = channelStatus?.phase ?? 'waiting';

  const showAll = () => {
    desk.update((now) => ({ ...now, last: null }));
    route.go(null);
  };

  return (
    <section className="feed" aria-label={channel}>
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
        <span className="pill" data-phase={phase}>
          <span className="dot" data-phase={phase} />
          {text.channels.phases[phase]}
        </span>
        <ExportButton channel={channel} feed={feed} onProblem={setProblem} />
      </div>
      <div className="feed-body">
        <FeedNotice
          offline={offline}
          connectionPhase={status?.phase ?? null}
          channelStatus={channelStatus}
          problem={problem}
        />
        <FeedRows
          channel={channel}
          feed={feed}
          state={state}
          live={phase === 'live'}
          onProblem={setProblem}
        />
      </div>
      <FeedAnnouncer channel={channel} received={state.received} />
    </section>
  );
}

/** The open channels with their state and what waits in them, and the field that opens another. */

import { createStore, type Store } from '../../shared/store.ts';
import { useDesk } from '../desk/desk-context.ts';
import { withoutOpen } from '../desk/desk-data.ts';
import type { DeskFeeds } from '../desk/desk-feeds.ts';
import { useConnectionStatus, useStore } from '../services.ts';
import { text } from '../text.ts';
import { ChannelItem } from './channel-item.tsx';
import { OpenChannel } from './open-channel.tsx';

const NOTHING: Readonly<Record<string, number>> = {};
const NOTHING_UNREAD: Store<Readonly<Record<string, number>>> = createStore(NOTHING);

function useUnread(feeds: DeskFeeds | null): Readonly<Record<string, number>> {
  return useStore(feeds?.unread ?? NOTHING_UNREAD, NOTHING);
}

export function ChannelList({ ready }: { ready: boolean }) {
  const { data, channel, route, desk, feeds } = useDesk();
  const status = useConnectionStatus();
  const unread = useUnread(feeds);

  const close = (name: string) => {
    const at = data.open.indexOf(name);
    desk.update((now) => withoutOpen(now, name));
    // The neighbour takes the place, so that closing several needs no aiming.
    if (name === channel) route.go(data.open[at + 1] ?? data.open[at - 1] ?? null);
  };

  return (
    <nav className="sidebar" aria-label={text.channels.title}>
      <h2 className="sidebar-title">{text.channels.title}</h2>
      <OpenChannel />
      {data.open.length === 0 && ready && <p className="hint sidebar-none">{text.channels.none}</p>}
      <ul className="channel-list">
        {data.open.map((name) => (
          <ChannelItem
            key={name}
            channel={name}
            selected={name === channel}
            phase={status?.channels[name]?.phase ?? 'waiting'}
            unread={unread[name] ?? 0}
            onSelect={() => route.go(name)}
            onClose={() => close(name)}
          />
        ))}
      </ul>
    </nav>
  );
}

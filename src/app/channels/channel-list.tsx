/** The open channels with their state, pace and what waits in them; the saved views; the field that opens another. */
import { useChannel, useChannels, useDesk, usePreferences } from '../desk/desk-context.ts';
import { withoutView } from '../desk/preferences.ts';
import { withPin, withView } from '../desk/window-state.ts';
import { chooseRecording } from '../recording/open-recording.ts';
import type { LoadedRecordings } from '../recording/use-recordings.ts';
import { useShownRecording } from '../recording/use-recordings.ts';
import { useConnectionStatus, useStore } from '../services.ts';
import { useCloseChannel } from '../shell/desk-actions.tsx';
import { useText } from '../text/use-text.ts';
import { ChannelItem } from './channel-item.tsx';
import { OpenChannel } from './open-channel.tsx';
import { ViewItem } from './view-item.tsx';

export function ChannelList({ recordings }: { recordings: LoadedRecordings | null }) {
  const text = useText();
  const { window: desk, route, preferences } = useDesk();
  const ready = useStore(desk.ready, false);
  const status = useConnectionStatus();
  const channel = useChannel();
  const channels = useChannels();
  const views = usePreferences((now) => now.views);
  const close = useCloseChannel();
  const recording = useShownRecording();

  return (
    <nav className="sidebar" id="channel-list" aria-label={text.channels.title}>
      <h2 className="sidebar-title">{text.channels.title}</h2>
      <OpenChannel />
      {channels.length === 0 && ready && <p className="hint sidebar-none">{text.channels.none}</p>}
      <ul className="channel-list">
        {channels.map(({ name, pinned }) => (
          <ChannelItem
            key={name}
            channel={name}
            pinned={pinned}
            selected={name === channel && recording === null}
            phase={status?.channels[name]?.phase ?? 'waiting'}
            onSelect={() => route.go(name)}
            onPin={() => desk.update((state) => withPin(state, name, !pinned))}
            onClose={() => close(name)}
          />
        ))}
      </ul>
      {views.length > 0 && (
        <>
          <h2 className="sidebar-title">{text.channels.views}</h2>
          <ul className="channel-list">
            {views.map((view) => (
              <ViewItem
                key={view.id}
                view={view}
                onOpen={() => {
                  desk.update((state) => withView(state, view.channel, { filter: view.filter, place: null }));
                  route.go(view.channel);
                }}
                onRemove={() => preferences.update((now) => withoutView(now, view.id))}
              />
            ))}
          </ul>
        </>
      )}
      {recordings !== null && <recordings.parts.RecordingList recordings={recordings.recordings} />}
      <button
        type="button"
        className="button button-quiet button-small open-recording"
        onClick={chooseRecording}
      >
        {text.actions.names.openRecording}
      </button>
    </nav>
  );
}

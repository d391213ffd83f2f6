/** The signed-in view: bar, channels, feed, details and composer, connection panel, status bar. */
import { type CSSProperties, useRef } from 'react';
import type { SessionInfo } from '../../shared/page-data.ts';
import { ActionOverlays } from '../actions/action-overlays.tsx';
import { useAction } from '../actions/use-action.ts';
import { useShortcuts } from '../actions/use-shortcuts.ts';
import { ChannelList } from '../channels/channel-list.tsx';
import { Composer } from '../composer/composer.tsx';
import { DeskContext, useChannel, useDesk, useWindow } from '../desk/desk-context.ts';
import { FeedView } from '../feed/feed-view.tsx';
import { Separator } from '../layout/separator.tsx';
import { useRecordings, useShownRecording } from '../recording/use-recordings.ts';
import { useStore } from '../services.ts';
import { ConnectionPanel } from '../status/connection-panel.tsx';
import { StatusBar } from '../status/status-bar.tsx';
import { useText } from '../text/use-text.ts';
import { useLoaded } from '../use-loaded.ts';
import { DeskActions } from './desk-actions.tsx';
import { DeskEffects } from './desk-effects.tsx';
import { EmptyDesk } from './empty-desk.tsx';
import { TopBar } from './top-bar.tsx';
import { useDeskScope } from './use-desk-scope.ts';

export function Desk({ user, offline }: { user: SessionInfo; offline: boolean }) {
  const { scope, spoken } = useDeskScope(user);
  return (
    <DeskContext value={scope}>
      <DeskEffects />
      <DeskActions />
      <Frame offline={offline} />
      <ActionOverlays />
      <Attendants />
      <div className="visually-hidden" aria-live="polite">
        {spoken}
      </div>
    </DeskContext>
  );
}

const loadAttendants = () => import('./attendants.tsx');

/** What attends to launches and watch rules: loaded when the desk can be used. */
function Attendants() {
  const text = useText();
  const { announce } = useDesk();
  const attendants = useLoaded(loadAttendants, () => announce(text.detail.loadFailed));
  return attendants === null ? null : <attendants.Attendants />;
}

const px = (size: number) => `${size}px`;

function Frame({ offline }: { offline: boolean }) {
  const text = useText();
  const { window: desk } = useDesk();
  const ready = useStore(desk.ready, false);
  const channel = useChannel();
  const layout = useWindow((state) => state.layout);
  const panel = useWindow((state) => state.panel);
  const recordings = useRecordings();
  const recording = useShownRecording();
  const toggle = useRef<HTMLButtonElement>(null);
  const setPanel = (open: boolean) => desk.update((state) => ({ ...state, panel: open }));
  const closePanel = () => {
    setPanel(false);
    toggle.current?.focus();
  };
  useAction('connection', () => (panel ? closePanel() : setPanel(true)));
  // Escape closes what was opened last: the details offer the same action, and they offer it later.
  useAction('closeDetail', panel ? closePanel : null);
  useShortcuts();

  const sizes: Record<`--${string}`, string> = {
    '--list': px(layout.list),
    '--detail': px(layout.detail),
    '--panel': px(layout.panel),
    '--composer': layout.composer === null ? 'auto' : px(layout.composer),
  };

  return (
    <>
      <a className="skip-link" href="#main">
        {text.skip}
      </a>
      <div
        className="desk"
        data-panel={panel}
        data-channel={channel !== null || recording !== null}
        style={sizes as CSSProperties}
      >
        <TopBar />
        <ChannelList recordings={recordings} />
        <main className="centre" id="main" tabIndex={-1}>
          <Separator
            className="edge-line"
            pane="list"
            controls="channel-list"
            orientation="vertical"
            direction={1}
          />
          {recordings !== null && <recordings.parts.ClosedReplay recordings={recordings.recordings} />}
          {recordings !== null && recording !== null ? (
            <recordings.parts.RecordingView
              key={recording}
              recordings={recordings.recordings}
              id={recording}
            />
          ) : channel === null ? (
            <EmptyDesk ready={ready} />
          ) : (
            <>
              <FeedView key={`feed ${channel}`} channel={channel} offline={offline} />
              <Separator pane="composer" controls="composer" orientation="horizontal" direction={-1} />
              <Composer key={`composer ${channel}`} channel={channel} onShowOutbox={() => setPanel(true)} />
            </>
          )}
        </main>
        {panel && <ConnectionPanel onClose={closePanel} />}
        <StatusBar panelOpen={panel} onToggle={() => setPanel(!panel)} toggleRef={toggle} />
      </div>
    </>
  );
}

/** The signed-in view: bar, channels, feed and composer, connection panel, status bar. */
import { useEffect, useRef } from 'react';
import type { SessionInfo } from '../../shared/page-data.ts';
import { ChannelList } from '../channels/channel-list.tsx';
import { Composer } from '../composer/composer.tsx';
import { DeskContext } from '../desk/desk-context.ts';
import { FeedView } from '../feed/feed-view.tsx';
import { ConnectionPanel } from '../status/connection-panel.tsx';
import { StatusBar } from '../status/status-bar.tsx';
import { text } from '../text.ts';
import { EmptyDesk } from './empty-desk.tsx';
import { TopBar } from './top-bar.tsx';
import { useDeskScope } from './use-desk-scope.ts';

export function Desk({ user, offline }: { user: SessionInfo; offline: boolean }) {
  const { scope, ready, spoken } = useDeskScope(user);
  const { channel, data } = scope;
  const toggle = useRef<HTMLButtonElement>(null);
  const setPanel = (panel: boolean) => scope.desk.update((desk) => ({ ...desk, panel }));

  useEffect(() => {
    if (!data.panel) return;
    const onKey = (event: KeyboardEvent) => {
      // Escape belongs to an open dialog or menu first.
      if (event.key !== 'Escape' || document.querySelector('dialog[open], :popover-open') !== null) return;
      scope.desk.update((desk) => ({ ...desk, panel: false }));
      toggle.current?.focus();
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, [data.panel, scope.desk]);

  return (
    <DeskContext value={scope}>
      <a className="skip-link" href="#main">
        {text.skip}
      </a>
      <div className="desk" data-panel={data.panel} data-channel={channel !== null}>
        <TopBar />
        <ChannelList ready={ready} />
        <main className="centre" id="main" tabIndex={-1}>
          {channel === null ? (
            <EmptyDesk ready={ready} />
          ) : (
            <>
              <FeedView key={`feed ${channel}`} channel={channel} offline={offline} />
              <Composer key={`composer ${channel}`} channel={channel} onShowOutbox={() => setPanel(true)} />
            </>
          )}
        </main>
        {data.panel && (
          <ConnectionPanel
            onClose={() => {
              setPanel(false);
              toggle.current?.focus();
            }}
          />
        )}
        <StatusBar panelOpen={data.panel} onToggle={() => setPanel(!data.panel)} toggleRef={toggle} />
      </div>
      <div className="visually-hidden" aria-live="polite">
        {spoken}
      </div>
    </DeskContext>
  );
}

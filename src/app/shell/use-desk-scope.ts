/** Makes what the desk's parts share, and ties it to the page: address, storage, feeds, theme, title. */
import { useCallback, useEffect, useMemo, useState } from 'react';
import { createSystemClock } from '../../shared/clock.ts';
import type { SessionInfo } from '../../shared/page-data.ts';
import type { DeskScope } from '../desk/desk-context.ts';
import { type DeskData, EMPTY_DESK, withOpen } from '../desk/desk-data.ts';
import { createDeskFeeds, type DeskFeeds } from '../desk/desk-feeds.ts';
import { createDeskStore, deviceStorage } from '../desk/desk-store.ts';
import { createFixedRoute, createRoute } from '../desk/route.ts';
import { applyTheme } from '../desk/theme.ts';
import { useConnection, useServices, useStore } from '../services.ts';
import { text } from '../text.ts';

const inBrowser = typeof window !== 'undefined';

export interface DeskScopeResult {
  scope: DeskScope;
  /** False in the first HTML and while hydrating: what the device remembers is not known yet. */
  ready: boolean;
  /** What was announced last. */
  spoken: string;
}

export function useDeskScope(user: SessionInfo): DeskScopeResult {
  const { page } = useServices();
  const [desk] = useState(() =>
    createDeskStore({
      sub: user.sub,
      storage: inBrowser ? deviceStorage() : null,
      clock: createSystemClock(),
    }),
  );
  const [route] = useState(() =>
    inBrowser ? createRoute(window) : createFixedRoute({ channel: page.channel, error: page.channelError }),
  );
  const [serverDesk] = useState<DeskData>(() => ({ ...EMPTY_DESK, theme: page.theme }));
  const [serverRoute] = useState(() => ({ channel: page.channel, error: page.channelError }));
  const stored = useStore(desk, serverDesk);
  const { channel } = useStore(route, serverRoute);
  const [ready, setReady] = useState(false);
  const [spoken, setSpoken] = useState('');
  const connection = useConnection();
  const [feeds, setFeeds] = useState<DeskFeeds | null>(null);

  // A channel that the address names is open from the first paint on, before the desk has noted it.
  const data = useMemo(() => (channel === null ? stored : withOpen(stored, channel)), [stored, channel]);

  useEffect(() => {
    const { last, open } = desk.get();
    if (route.get().channel === null && route.get().error === null && last !== null && open.includes(last)) {
      route.go(last, { replace: true });
    }
    setReady(true);
  }, [desk, route]);

  useEffect(() => {
    document.title = text.title(channel);
    if (channel === null) return;
    const now = desk.get();
    if (!now.open.includes(channel) || now.last !== channel) {
      desk.update((before) => ({ ...withOpen(before, channel), last: channel }));
    }
  }, [desk, channel]);

  useEffect(() => {
    if (stored.theme !== null) applyTheme(stored.theme);
  }, [stored.theme]);

  useEffect(() => {
    const save = () => desk.flush();
    addEventListener('pagehide', save);
    document.addEventListener('visibilitychange', save);
    return () => {
      removeEventListener('pagehide', save);
      document.removeEventListener('visibilitychange', save);
      desk.flush();
    };
  }, [desk]);

  useEffect(() => {
    if (connection === null) return;
    const made = createDeskFeeds(connection);
    setFeeds(made);
    return () => {
      made.close();
      setFeeds(null);
    };
  }, [connection]);

  useEffect(() => {
    if (ready) feeds?.want(data.open, channel);
  }, [feeds, data.open, channel, ready]);

  const announce = useCallback((message: string) => setSpoken(message), []);
  const scope = useMemo(
    () => ({ user, desk, data, route, channel, feeds, announce }),
    [user, desk, data, route, channel, feeds, announce],
  );
  return { scope, ready, spoken };
}

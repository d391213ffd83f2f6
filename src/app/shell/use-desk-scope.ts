/** Makes what the desk's parts share, and ties it to the page: address, storage, feeds, look, title. */
import { useCallback, useEffect, useMemo, useState } from 'react';
import { createSystemClock } from '../../shared/clock.ts';
import type { SessionInfo } from '../../shared/page-data.ts';
import { createActionRegistry } from '../actions/registry.ts';
import type { DeskScope } from '../desk/desk-context.ts';
import { createDeskFeeds, type DeskFeeds } from '../desk/desk-feeds.ts';
import { createPreferencesStore } from '../desk/preferences-store.ts';
import { createFixedRoute, createRoute } from '../desk/route.ts';
import { deviceStorage, wipeDesk } from '../desk/storage.ts';
import { createWindowClaims } from '../desk/window-claim.ts';
import { createWindowStore } from '../desk/window-store.ts';
import { useConnection, useServices } from '../services.ts';

const inBrowser = typeof window !== 'undefined';

function onStorage(listener: (key: string | null) => void): () => void {
  if (!inBrowser) return () => {};
  const onEvent = (event: StorageEvent) => listener(event.key);
  addEventListener('storage', onEvent);
  return () => removeEventListener('storage', onEvent);
}

function createStores(sub: string) {
  const clock = createSystemClock();
  const storage = inBrowser ? deviceStorage('localStorage') : null;
  const locks = inBrowser && 'locks' in navigator ? (navigator.locks ?? null) : null;
  // The preferences first: of a desk of version 1 they take their part before the window does.
  const preferences = createPreferencesStore({ sub, storage, clock, onOutside: onStorage });
  const desk = createWindowStore({
    sub,
    storage,
    tab: inBrowser ? deviceStorage('sessionStorage') : null,
    claims: createWindowClaims(locks, clock),
    clock,
    newId: () => crypto.randomUUID(),
  });
  return {
    preferences,
    window: desk,
    leave({ wipe }: { wipe: boolean }) {
      if (!wipe) {
        preferences.flush();
        desk.flush();
        return;
      }
      preferences.end();
      desk.end();
      wipeDesk(sub, storage);
    },
  };
}

export interface DeskScopeResult {
  scope: DeskScope;
  /** What was announced last. */
  spoken: string;
}

export function useDeskScope(user: SessionInfo): DeskScopeResult {
  const { page } = useServices();
  const [stores] = useState(() => createStores(user.sub));
  const [actions] = useState(createActionRegistry);
  const [route] = useState(() =>
    inBrowser ? createRoute(window) : createFixedRoute({ channel: page.channel, error: page.channelError }),
  );
  const [spoken, setSpoken] = useState('');
  const connection = useConnection();
  const [feeds, setFeeds] = useState<DeskFeeds | null>(null);

  useEffect(() => {
    const { window: desk, preferences } = stores;
    desk.enter();
    const leave = () => {
      preferences.flush();
      desk.leave();
    };
    const save = () => {
      preferences.flush();
      desk.flush();
    };
    const comeBack = (event: PageTransitionEvent) => {
      if (event.persisted) desk.enter();
    };
    addEventListener('pagehide', leave);
    addEventListener('pageshow', comeBack);
    document.addEventListener('visibilitychange', save);
    return () => {
      removeEventListener('pagehide', leave);
      removeEventListener('pageshow', comeBack);
      document.removeEventListener('visibilitychange', save);
      leave();
    };
  }, [stores]);

  useEffect(() => {
    if (connection === null) return;
    const made = createDeskFeeds({ connection, clock: createSystemClock() });
    setFeeds(made);
    return () => {
      made.close();
      setFeeds(null);
    };
  }, [connection]);

  const announce = useCallback((message: string) => setSpoken(message), []);
  const scope = useMemo(
    () => ({ user, ...stores, route, actions, feeds, announce }),
    [user, stores, route, actions, feeds, announce],
  );
  return { scope, spoken };
}

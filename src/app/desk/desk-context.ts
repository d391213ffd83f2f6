/** What the parts of a signed-in desk share. */
import { createContext, useContext } from 'react';
import type { SessionInfo } from '../../shared/page-data.ts';
import type { DeskData } from './desk-data.ts';
import type { DeskFeeds } from './desk-feeds.ts';
import type { DeskStore } from './desk-store.ts';
import type { Route } from './route.ts';

export interface DeskScope {
  user: SessionInfo;
  desk: DeskStore;
  /** The desk as it is now. */
  data: DeskData;
  route: Route;
  /** The selected channel, canonical. */
  channel: string | null;
  /** Null until the connection is there. */
  feeds: DeskFeeds | null;
  /** Says something to screen readers, politely and without a place on the screen. */
  announce(message: string): void;
}

export const DeskContext = createContext<DeskScope | null>(null);

export function useDesk(): DeskScope {
  const scope = useContext(DeskContext);
  if (scope === null) throw new Error('A part of the desk was rendered outside DeskContext.');
  return scope;
}

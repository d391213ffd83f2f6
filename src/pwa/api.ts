/** The public face of the installed-app room: types only. `createPwa` in `index.ts` makes one. */
import type { Store } from '../shared/store.ts';
import type { Launch } from './launches.ts';
import type { Notifications } from './notifications.ts';

export type { Launch } from './launches.ts';
export type { Notifications } from './notifications.ts';

export interface PwaState {
  /** Whether a service worker answers this page's requests now. */
  serviceWorker: 'unsupported' | 'none' | 'installing' | 'controlling';
  /** A newer version of the app waits; `applyUpdate` takes it. */
  updateReady: boolean;
  /** The browser offers installation now. */
  canInstall: boolean;
  /** The page runs in its own window, installed. */
  standalone: boolean;
}

export interface Pwa {
  readonly state: Store<PwaState>;
  /** Resolves when a service worker controls the page, or after `timeoutMs`, or at once where there is none to wait for. */
  settled(timeoutMs: number): Promise<void>;
  /** Takes the waiting version in all windows. */
  applyUpdate(): void;
  /** Shows the browser's install dialog. Resolves with whether the person accepted. */
  install(): Promise<boolean>;
  /**
   * Calls `listener` with everything the app is opened with from now on (and what came before anybody listened): the
   * dock's menu, a link of another program, files, a click on a notification.
   */
  onLaunch(listener: (launch: Launch) => void): () => void;
  readonly notifications: Notifications;
  /** Shows a number on the app's icon; zero clears it. */
  showBadge(count: number): void;
  /** Asks the browser to keep this device's history for good. Resolves with whether it will. */
  keepStorage(): Promise<boolean>;
  /** Asks the browser to have the outbox sent when there is a network, also with no page open. Does nothing where it cannot. */
  requestOutboxSync(): void;
  close(): void;
}

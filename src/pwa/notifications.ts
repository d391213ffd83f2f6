/**
 * Notifications of events that a watch rule found. They are shown through the service worker, so that a click on one
 * finds the right window even when the page that showed it is gone (`sw/notification-click.ts`).
 */

export interface EventNotification {
  title: string;
  body: string;
  /** Where the click leads: a local path. */
  path: string;
  /** A newer one with the same tag takes the place of the older one. */
  tag: string;
}

export type NotificationState =
  /** The browser has none. */
  | 'unsupported'
  /** Nobody was asked yet. */
  | 'ask'
  | 'granted'
  /** The person said no; only they can change it, in the browser's settings. */
  | 'denied';

export interface Notifications {
  state(): NotificationState;
  /** Asks the person. Call it from a click. */
  ask(): Promise<NotificationState>;
  /** Shows one; does nothing unless granted. */
  show(notification: EventNotification): Promise<void>;
}

export interface NotificationsDeps {
  /** `window.Notification`; undefined where there is none. */
  Notification: Pick<typeof Notification, 'permission' | 'requestPermission'> | undefined;
  registration(): ServiceWorkerRegistration | null;
}

export function createNotifications({ Notification, registration }: NotificationsDeps): Notifications {
  const state = (): NotificationState => {
    if (Notification === undefined || registration()?.showNotification === undefined) return 'unsupported';
    return Notification.permission === 'default' ? 'ask' : Notification.permission;
  };
  return {
    state,
    async ask() {
      if (state() === 'ask') await Notification?.requestPermission();
      return state();
    },
    async show({ title, body, path, tag }) {
      if (state() !== 'granted') return;
      await registration()?.showNotification(title, {
        body,
        tag,
        icon: '/icons/icon-192.png',
        badge: '/icons/icon-monochrome-192.png',
        data: { path },
      });
    },
  };
}

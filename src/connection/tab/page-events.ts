/**
 * The page's life as the connection needs it. Browsers differ in which of these they send after sleep or from the
 * back/forward cache, so all are listened to; a trigger too many costs one small probe.
 */
import type { NudgeCause } from '../../shared/line-messages.ts';

export interface PageListener {
  /** The network or the device may have changed. */
  nudge(cause: NudgeCause): void;
  /** The page became visible or hidden. */
  visibility(): void;
  /** The page is left, cached or frozen: it must let go of everything that others wait for. */
  suspend(): void;
  /** It is back; a `nudge` follows. */
  resume(): void;
}

export interface Page {
  visible(): boolean;
  online(): boolean;
  /** Calls the listener until the returned function is called. */
  watch(listener: PageListener): () => void;
}

/** The page that this code runs in. */
export function createPage(): Page {
  const visible = (): boolean => document.visibilityState === 'visible';
  return {
    visible,
    online: () => navigator.onLine,
    watch(listener) {
      const abort = new AbortController();
      const { signal } = abort;
      const back = (cause: NudgeCause) => (): void => {
        listener.resume();
        listener.nudge(cause);
      };
      window.addEventListener('online', () => listener.nudge('online'), { signal });
      window.addEventListener('offline', () => listener.nudge('offline'), { signal });
      window.addEventListener('focus', () => listener.nudge('focus'), { signal });
      window.addEventListener('pagehide', () => listener.suspend(), { signal });
      window.addEventListener('pageshow', (event) => event.persisted && back('pageshow')(), { signal });
      document.addEventListener('freeze', () => listener.suspend(), { signal });
      document.addEventListener('resume', back('resume'), { signal });
      document.addEventListener(
        'visibilitychange',
        () => {
          listener.visibility();
          if (visible()) listener.nudge('visible');
        },
        { signal },
      );
      return () => abort.abort();
    },
  };
}

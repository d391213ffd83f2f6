/** What the session wants to know of the page's life, as one small interface; and the browser's version of it. */

export type PageSignal =
  /** The network is back. */
  | 'online'
  /** The page is seen again, was focused, or goes on after being frozen. */
  | 'shown'
  /** The page came back from the back/forward cache: what was said on channels meanwhile did not reach it. */
  | 'returned';

export interface PageSignals {
  /** Calls `listener` on every signal; the returned function stops that. */
  subscribe(listener: (signal: PageSignal) => void): () => void;
  visible(): boolean;
  online(): boolean;
}

interface Target {
  addEventListener(type: string, listener: (event: Event) => void): void;
  removeEventListener(type: string, listener: (event: Event) => void): void;
}

/**
 * The signals of a page, or, without `page`, of a worker (which hears of the network only).
 * @param scope `window` or the worker's global scope.
 */
export function createPageSignals(
  scope: Target & { navigator: { onLine: boolean } },
  page?: Target & { visibilityState: string },
): PageSignals {
  return {
    subscribe(listener) {
      const online = () => listener('online');
      const shown = () => {
        if (page?.visibilityState === 'visible') listener('shown');
      };
      const pageShown = (event: Event) => {
        if ((event as PageTransitionEvent).persisted) listener('returned');
      };
      const pairs: [Target, string, (event: Event) => void][] = [[scope, 'online', online]];
      if (page !== undefined) {
        pairs.push([scope, 'focus', shown], [scope, 'pageshow', pageShown]);
        pairs.push([page, 'visibilitychange', shown], [page, 'resume', shown]);
      }
      for (const [target, type, fn] of pairs) target.addEventListener(type, fn);
      return () => {
        for (const [target, type, fn] of pairs) target.removeEventListener(type, fn);
      };
    },
    visible: () => page?.visibilityState === 'visible',
    online: () => scope.navigator.onLine,
  };
}

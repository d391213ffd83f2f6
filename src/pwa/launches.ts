/**
 * What the installed app is opened with: an address (from the dock's menu, a link, another program) and files that the
 * person opened with it. The browser may tell before anybody listens, so launches wait for their first listener.
 * https://wicg.github.io/web-app-launch/ (Chromium)
 */
import type { EventSource } from './install-prompt.ts';

export interface Launch {
  /** The address that was asked for, of this origin. */
  url: string;
  /** Files that were opened; often none. */
  files: readonly File[];
}

/** `window.launchQueue`, as far as it is used. */
export interface LaunchQueue {
  setConsumer(consumer: (params: LaunchParams) => void): void;
}

interface LaunchParams {
  readonly targetURL?: string | null;
  readonly files?: readonly { getFile(): Promise<File> }[];
}

/** The page, as far as launches use it. */
export interface LaunchPage {
  /** Its own address now: what it was opened with is the first launch. */
  address(): string;
  /** `window`. */
  scope: EventSource;
  /** `sessionStorage`; null where it is forbidden. */
  tab: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'> | null;
}

/** What nobody had heard of when the page was left: whoever signs in comes back to it, in this tab. */
const KEPT_KEY = 'switchboard-launches';
const MAX_KEPT = 10;

export interface Launches {
  /** Calls `listener` with every launch from now on, and at once with those that nobody has heard of. */
  subscribe(listener: (launch: Launch) => void): () => void;
  close(): void;
}

/**
 * @param queue undefined where the browser has none.
 * @param worker `navigator.serviceWorker`: it tells of clicks on notifications (`sw/notification-click.ts`).
 */
export function createLaunches(
  queue: LaunchQueue | undefined,
  { address, scope, tab }: LaunchPage,
  worker: EventSource | undefined,
): Launches {
  const listeners = new Set<(launch: Launch) => void>();
  const opened = address();
  // Remembered now: the page may show another address by the time that somebody listens.
  let waiting: Launch[] = [{ url: opened, files: [] }];
  // A reload that came before anybody listened opens the same address again: once is enough.
  waiting.push(...takeKept(tab).filter(({ url }) => url !== opened));
  let first = true;

  async function hear({ targetURL, files = [] }: LaunchParams): Promise<void> {
    // A file that was moved away in the meantime is left out; the others are still worth opening.
    const readable = await Promise.all(files.map((handle) => handle.getFile().catch(() => null)));
    const url = targetURL ?? address();
    const isOpening = first && url === opened && files.length === 0;
    first = false;
    // The queue tells of the launch that opened this window, too.
    if (!isOpening) tell({ url, files: readable.filter((file) => file !== null) });
  }

  function tell(launch: Launch): void {
    if (listeners.size === 0) waiting.push(launch);
    for (const listener of listeners) listener(launch);
  }

  /** A path comes back with the sign-in; a query, a fragment and what came later would not. Files cannot be kept. */
  function onPageHide(): void {
    const urls = waiting.map(({ url }) => url).filter((url) => url !== opened || /[?#]/.test(url));
    waiting = [];
    if (urls.length === 0) return;
    try {
      tab?.setItem(KEPT_KEY, JSON.stringify(urls.slice(-MAX_KEPT)));
    } catch {
      // Full: the page opens without.
    }
  }

  function onPageShow(event: Event): void {
    // Back from the cache: what no other page of the tab has taken waits here again.
    if ((event as PageTransitionEvent).persisted) for (const launch of takeKept(tab)) tell(launch);
  }

  function onMessage(event: Event): void {
    const { data } = event as MessageEvent<{ type?: unknown; url?: unknown } | null>;
    if (data?.type === 'OPEN_ADDRESS' && typeof data.url === 'string') tell({ url: data.url, files: [] });
  }

  queue?.setConsumer((params) => void hear(params));
  worker?.addEventListener('message', onMessage);
  scope.addEventListener('pagehide', onPageHide);
  scope.addEventListener('pageshow', onPageShow);
  return {
    subscribe(listener) {
      listeners.add(listener);
      const missed = waiting;
      waiting = [];
      for (const launch of missed) listener(launch);
      return () => listeners.delete(listener);
    },
    close() {
      worker?.removeEventListener('message', onMessage);
      scope.removeEventListener('pagehide', onPageHide);
      scope.removeEventListener('pageshow', onPageShow);
    },
  };
}

function takeKept(tab: LaunchPage['tab']): Launch[] {
  try {
    const kept: unknown = JSON.parse(tab?.getItem(KEPT_KEY) ?? '[]');
    tab?.removeItem(KEPT_KEY);
    if (!Array.isArray(kept)) return [];
    return kept.filter((url) => typeof url === 'string').map((url) => ({ url, files: [] }));
  } catch {
    return [];
  }
}

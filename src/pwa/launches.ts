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

export interface Launches {
  /** Calls `listener` with every launch from now on, and at once with those that nobody has heard of. */
  subscribe(listener: (launch: Launch) => void): () => void;
  close(): void;
}

/**
 * @param queue undefined where the browser has none.
 * @param address the page's own address now: what it was opened with is the first launch.
 * @param worker `navigator.serviceWorker`: it tells of clicks on notifications (`sw/notification-click.ts`).
 */
export function createLaunches(
  queue: LaunchQueue | undefined,
  address: () => string,
  worker: EventSource | undefined,
): Launches {
  const listeners = new Set<(launch: Launch) => void>();
  const opened = address();
  // Remembered now: the page may show another address by the time that somebody listens.
  let waiting: Launch[] = [{ url: opened, files: [] }];
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

  function onMessage(event: Event): void {
    const { data } = event as MessageEvent<{ type?: unknown; url?: unknown } | null>;
    if (data?.type === 'OPEN_ADDRESS' && typeof data.url === 'string') tell({ url: data.url, files: [] });
  }

  queue?.setConsumer((params) => void hear(params));
  worker?.addEventListener('message', onMessage);
  return {
    subscribe(listener) {
      listeners.add(listener);
      const missed = waiting;
      waiting = [];
      for (const launch of missed) listener(launch);
      return () => listeners.delete(listener);
    },
    close: () => worker?.removeEventListener('message', onMessage),
  };
}

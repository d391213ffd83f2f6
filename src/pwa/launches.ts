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
 * @param queue undefined where the browser has none: then nothing is ever told, and the address of the page is all.
 * @param address the page's own address now: a window that was opened by the launch shows it already.
 * @param worker `navigator.serviceWorker`: it tells of clicks on notifications (`sw/notification-click.ts`).
 */
export function createLaunches(
  queue: LaunchQueue | undefined,
  address: () => string,
  worker: EventSource | undefined,
): Launches {
  const listeners = new Set<(launch: Launch) => void>();
  let waiting: Launch[] = [];

  async function hear({ targetURL, files = [] }: LaunchParams): Promise<void> {
    // A file that was moved away in the meantime is left out; the others are still worth opening.
    const opened = await Promise.all(files.map((handle) => handle.getFile().catch(() => null)));
    tell({ url: targetURL ?? address(), files: opened.filter((file) => file !== null) });
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

/** A click on a notification: the window that shows its channel comes to the front, else any, else a new one. */

export interface ClickDeps {
  origin: string;
  clients: Pick<Clients, 'matchAll' | 'openWindow'>;
}

/** @param data what the page put into the notification; anything but a local path leads to the start page. */
export async function openFromNotification({ origin, clients }: ClickDeps, data: unknown): Promise<void> {
  const url = localUrl(data, origin);
  const windows = await clients.matchAll({ type: 'window', includeUncontrolled: true });
  const path = new URL(url).pathname;
  const best = windows.find((client) => new URL(client.url).pathname === path) ?? windows[0];
  if (best === undefined) {
    await clients.openWindow(url);
    return;
  }
  // The page goes to the event by itself: loading it anew would lose what the person has open.
  best.postMessage({ type: 'OPEN_ADDRESS', url });
  await best.focus();
}

function localUrl(data: unknown, origin: string): string {
  const path: unknown = typeof data === 'object' && data !== null && 'path' in data ? data.path : null;
  const url = new URL(typeof path === 'string' ? path : '/', origin);
  return url.origin === origin ? url.href : `${origin}/`;
}

/** A Web Lock that is held for as long as its holder lives. */

interface Locks {
  request(name: string, options: object, work: () => Promise<void>): Promise<unknown>;
}

/**
 * Holds the lock until it is let go. WebKit takes all locks of a page that goes into its back/forward cache, and
 * rejects the requests with an `AbortError` when the page returns (seen in WebKitGTK 2.50): then it is taken again.
 * @param onHeld the lock is held, for the first time or again
 * @param onRefused locks are refused here
 * @returns lets it go
 */
export function keepLock(
  locks: Locks,
  name: string,
  onHeld: () => void,
  onRefused: () => void = () => {},
): () => void {
  let release = (): void => {};
  const over = new Promise<void>((resolve) => {
    release = resolve;
  });
  let isOver = false;

  function take(): void {
    locks
      .request(name, {}, () => {
        onHeld();
        return over;
      })
      .catch((error: unknown) => {
        if ((error as { name?: unknown }).name !== 'AbortError') onRefused();
        else if (!isOver) take();
      });
  }

  take();
  return () => {
    isOver = true;
    release();
  };
}

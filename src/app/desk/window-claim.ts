/**
 * Which window this page is. An id in sessionStorage survives a reload, but a duplicated tab gets a copy of it: the
 * Web Lock of the id, held while the page lives, decides who is who (docs/desk.md).
 */
import type { Clock } from '../../shared/clock.ts';

/** The part of the Web Locks API that is used. */
export interface ClaimLocks {
  request(
    name: string,
    options: { ifAvailable?: boolean; signal?: AbortSignal },
    hold: (lock: unknown) => Promise<void>,
  ): Promise<unknown>;
}

/** Lets a claim go. */
export type Release = () => void;

export interface WindowClaims {
  /** Takes `id` if nobody holds it now. Without Web Locks nobody can know: then it is taken. */
  now(id: string): Promise<Release | null>;
  /** The same, but waits for a page that is just going away. */
  soon(id: string): Promise<Release | null>;
  /** Whether ids can be told apart at all. */
  readonly known: boolean;
}

/**
 * How long an id waits for its lock, milliseconds: the page before a reload lets go within a few; what takes longer
 * is another window with the same id.
 */
const WAIT_MS = 500;

export const windowLockName = (id: string): string => `switchboard-window:${id}`;

export function createWindowClaims(locks: ClaimLocks | null, clock: Clock): WindowClaims {
  const request = (id: string, options: { ifAvailable?: boolean; signal?: AbortSignal }) =>
    new Promise<Release | null>((resolve) => {
      if (locks === null) {
        resolve(() => {});
        return;
      }
      locks
        .request(windowLockName(id), options, (lock) => {
          if (lock === null) {
            resolve(null);
            return Promise.resolve();
          }
          return new Promise<void>((release) => resolve(release));
        })
        // Given up after the wait, or locks are forbidden here.
        .catch(() => resolve(null));
    });

  return {
    known: locks !== null,
    now: (id) => request(id, { ifAvailable: true }),
    async soon(id) {
      const wait = new AbortController();
      const cancel = clock.after(WAIT_MS, () => wait.abort());
      const release = await request(id, { signal: wait.signal });
      cancel();
      return release;
    },
  };
}

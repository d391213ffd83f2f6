/**
 * One user's desk, kept on the device under the user's `sub`. Several windows write the same entry: each change
 * is applied to what is stored at that moment, so no window undoes another's drafts. A desk that was wiped (this
 * window or another signed out) is never written again.
 */
import type { Clock } from '../../shared/clock.ts';
import { createStore, type Store } from '../../shared/store.ts';
import { type DeskData, EMPTY_DESK, parseDesk } from './desk-data.ts';

/** Long enough to gather a burst of keystrokes, short enough that a crash costs no more than a word. */
const SAVE_AFTER_MS = 200;

export type DeskStorage = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

export interface DeskStore extends Store<DeskData> {
  /** Applies a pure change here at once and to the stored desk soon. */
  update(change: (desk: DeskData) => DeskData): void;
  /** Stores what waits, now. For `pagehide`. */
  flush(): void;
  /** Empties the desk here and on the device; later changes are not stored. */
  wipe(): void;
}

export interface DeskStoreDeps {
  sub: string;
  /** Null where the browser gives no storage: the desk then lasts as long as the page. */
  storage: DeskStorage | null;
  clock: Clock;
}

function keyOf(sub: string): string {
  return `switchboard.desk.${sub}`;
}

/** Removes a user's desk from the device. */
export function wipeDesk(sub: string, storage: DeskStorage | null = deviceStorage()): void {
  try {
    storage?.removeItem(keyOf(sub));
  } catch {
    // Storage that cannot be written holds nothing of ours.
  }
}

/** The browser's local storage, or null where there is none or it is forbidden. */
export function deviceStorage(): DeskStorage | null {
  try {
    return globalThis.localStorage ?? null;
  } catch {
    return null;
  }
}

export function createDeskStore({ sub, storage, clock }: DeskStoreDeps): DeskStore {
  const key = keyOf(sub);
  const read = (): string | null => {
    try {
      return storage?.getItem(key) ?? null;
    } catch {
      return null;
    }
  };
  const stored = read();
  const store = createStore(parseDesk(stored));
  // Once an entry was there, its absence means that somebody wiped it.
  let seenStored = stored !== null;
  let ended = false;
  let waiting: ((desk: DeskData) => DeskData)[] = [];
  let cancel: (() => void) | null = null;

  const flush = () => {
    cancel?.();
    cancel = null;
    if (ended || waiting.length === 0) return;
    const current = read();
    if (seenStored && current === null) {
      ended = true;
      return;
    }
    const next = waiting.reduce((desk, change) => change(desk), parseDesk(current));
    waiting = [];
    try {
      storage?.setItem(key, JSON.stringify(next));
      seenStored = true;
    } catch {
      // Full or forbidden: the desk lives on in this page; the next change tries again.
    }
  };

  return {
    get: store.get,
    subscribe: store.subscribe,
    update(change) {
      store.set(change(store.get()));
      if (ended || storage === null) return;
      waiting.push(change);
      cancel ??= clock.after(SAVE_AFTER_MS, () => {
        cancel = null;
        flush();
      });
    },
    flush,
    wipe() {
      cancel?.();
      cancel = null;
      ended = true;
      waiting = [];
      wipeDesk(sub, storage);
      store.set(EMPTY_DESK);
    },
  };
}

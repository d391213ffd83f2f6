/**
 * Keeps a person's preferences, the same in all windows: a change is replayed on what is stored when it is written,
 * so that no window undoes another's, and what another window wrote is taken over at once.
 */
import type { Clock } from '../../shared/clock.ts';
import { createStore, type Store } from '../../shared/store.ts';
import { NO_PREFERENCES, type Preferences, parsePreferences } from './preferences.ts';
import { type DeskStorage, oldDeskKey, preferencesKey, readKey, SAVE_AFTER_MS, writeKey } from './storage.ts';

export interface PreferencesStore extends Store<Preferences> {
  update(change: (now: Preferences) => Preferences): void;
  /** Writes what waits, now. */
  flush(): void;
  /** Forgets everything and writes nothing any more; the stored text is the caller's to remove. */
  end(): void;
  close(): void;
}

export interface PreferencesStoreDeps {
  sub: string;
  storage: DeskStorage | null;
  clock: Clock;
  /** Calls back with the key that another window wrote (null: all of them); the returned function stops that. */
  onOutside(listener: (key: string | null) => void): () => void;
}

export function createPreferencesStore({
  sub,
  storage,
  clock,
  onOutside,
}: PreferencesStoreDeps): PreferencesStore {
  const key = preferencesKey(sub);
  const stored = readKey(storage, key);
  const old = stored === null ? readKey(storage, oldDeskKey(sub)) : null;
  const store = createStore(parsePreferences(stored ?? old));
  if (old !== null) writeKey(storage, key, JSON.stringify(store.get()));
  // Once an entry was there, its absence means that somebody wiped it.
  let seen = stored !== null || old !== null;
  let ended = false;
  let waiting: ((now: Preferences) => Preferences)[] = [];
  let cancel: (() => void) | null = null;

  const flush = () => {
    cancel?.();
    cancel = null;
    if (ended || waiting.length === 0) return;
    const current = readKey(storage, key);
    if (seen && current === null) {
      ended = true;
      return;
    }
    const next = waiting.reduce((now, change) => change(now), parsePreferences(current));
    waiting = [];
    if (writeKey(storage, key, JSON.stringify(next))) seen = true;
  };

  const stop = onOutside((changed) => {
    if (ended || (changed !== key && changed !== null)) return;
    const current = readKey(storage, key);
    // Wiped by another window: this page is about to learn that it is signed out.
    if (current === null) return;
    seen = true;
    store.set(waiting.reduce((now, change) => change(now), parsePreferences(current)));
  });

  return {
    get: store.get,
    subscribe: store.subscribe,
    update(change) {
      store.set(change(store.get()));
      if (ended || storage === null) return;
      waiting.push(change);
      cancel ??= clock.after(SAVE_AFTER_MS, flush);
    },
    flush,
    end() {
      cancel?.();
      ended = true;
      waiting = [];
      store.set(NO_PREFERENCES);
    },
    close() {
      flush();
      stop();
    },
  };
}

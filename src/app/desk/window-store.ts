/**
 * Keeps what this window shows, under an id of its own. It starts with what is stored under the tab's id, at once;
 * without one, with the window that the claim finds (docs/desk.md). Nothing is written before the claim is settled.
 */
import type { Clock } from '../../shared/clock.ts';
import { createStore, type Store } from '../../shared/store.ts';
import {
  type DeskStorage,
  oldDeskKey,
  preferencesKey,
  readKey,
  removeKey,
  SAVE_AFTER_MS,
  storedWindows,
  windowKey,
  writeKey,
} from './storage.ts';
import type { Release, WindowClaims } from './window-claim.ts';
import { EMPTY_WINDOW, forNewWindow, parseWindow, type WindowState } from './window-state.ts';

/** The entry of sessionStorage that holds the tab's id. */
export const TAB_ID_KEY = 'switchboard-window';
/** More stored windows than anybody has open. */
const MAX_WINDOWS = 20;

type Change = (now: WindowState) => WindowState;

export interface WindowStore extends Store<WindowState> {
  /** False until it is known what this window remembers. */
  readonly ready: Store<boolean>;
  update(change: Change): void;
  /** Writes what waits, now. */
  flush(): void;
  /** Claims the id; again when the page is back from the back/forward cache. */
  enter(): void;
  /** The page goes, perhaps into that cache: writes, and lets go of the id. */
  leave(): void;
  /** Forgets everything and writes nothing any more; the stored text is the caller's to remove. */
  end(): void;
}

export interface WindowStoreDeps {
  sub: string;
  storage: DeskStorage | null;
  /** The tab's own storage. */
  tab: DeskStorage | null;
  claims: WindowClaims;
  clock: Clock;
  newId(): string;
}

export function createWindowStore(deps: WindowStoreDeps): WindowStore {
  const { sub, storage, tab, claims, clock, newId } = deps;
  const tabId = readKey(tab, TAB_ID_KEY);
  const stored = tabId === null ? null : readKey(storage, windowKey(sub, tabId));
  const store = createStore(parseWindow(stored));
  const ready = createStore(stored !== null);

  /** Null until the claim is settled. */
  let id: string | null = null;
  let release: Release | null = null;
  let seen = stored !== null;
  let ended = false;
  /** Counts enters and leaves: what an earlier one began must not settle a later one. */
  let turn = 0;
  let dirty = false;
  let early: Change[] = [];
  let cancel: (() => void) | null = null;

  function write(): void {
    if (ended || id === null) return;
    // Once an entry was there, its absence means that somebody wiped it.
    if (seen && readKey(storage, windowKey(sub, id)) === null) {
      ended = true;
      return;
    }
    const state = { ...store.get(), savedAt: clock.wall() };
    if (writeKey(storage, windowKey(sub, id), JSON.stringify(state))) {
      seen = true;
      dirty = false;
    }
  }

  function flush(): void {
    cancel?.();
    cancel = null;
    if (dirty) write();
  }

  /** This page is the window `own` from now on. */
  function settle(began: number, own: string, held: Release, state: WindowState, known: boolean): void {
    if (ended || began !== turn) {
      held();
      return;
    }
    id = own;
    release = held;
    seen = known;
    writeKey(tab, TAB_ID_KEY, own);
    store.set(early.reduce((now, change) => change(now), state));
    dirty ||= !known || early.length > 0;
    early = [];
    ready.set(true);
    flush();
  }

  /** Under a new id, with what is on the screen. */
  async function split(began: number, state: WindowState): Promise<void> {
    const own = newId();
    settle(began, own, (await claims.now(own)) ?? (() => {}), state, false);
  }

  /** What is on the screen stays; the question is only under which id. */
  async function claimAgain(began: number, own: string): Promise<void> {
    const held = await claims.soon(own);
    if (held === null) await split(began, store.get());
    else settle(began, own, held, store.get(), true);
  }

  async function claimAny(began: number): Promise<void> {
    const windows = storedWindows(storage, sub)
      .map((one) => ({ one, state: parseWindow(readKey(storage, windowKey(sub, one))) }))
      .sort((a, b) => b.state.savedAt - a.state.savedAt);
    if (claims.known) {
      for (const { one, state } of windows) {
        const held = await claims.now(one);
        if (held === null) continue;
        settle(began, one, held, state, true);
        await prune(windows.map((other) => ({ ...other, id: other.one })));
        return;
      }
    }
    const latest = windows[0]?.state;
    if (latest !== undefined) {
      await split(began, claims.known ? forNewWindow(latest) : latest);
      return;
    }
    await split(began, parseWindow(readKey(storage, oldDeskKey(sub))));
    // Its preferences are written by now; if not, the old desk stays for the next start.
    if (seen && readKey(storage, preferencesKey(sub)) !== null) removeKey(storage, oldDeskKey(sub));
  }

  /** Removes the windows that nobody has open beyond the bound: first those without a text, the oldest first. */
  async function prune(windows: readonly { id: string; state: WindowState }[]): Promise<void> {
    const hasText = (state: WindowState) => Object.keys(state.drafts).length > 0;
    const order = windows.toSorted(
      (a, b) => Number(hasText(a.state)) - Number(hasText(b.state)) || a.state.savedAt - b.state.savedAt,
    );
    for (const other of order.slice(0, Math.max(0, windows.length - MAX_WINDOWS))) {
      if (other.id === id) continue;
      const held = await claims.now(other.id);
      if (held === null) continue;
      removeKey(storage, windowKey(sub, other.id));
      held();
    }
  }

  return {
    get: store.get,
    subscribe: store.subscribe,
    ready,
    update(change) {
      // Before it is known which window this is, changes wait for what it remembers.
      if (!ready.get()) early.push(change);
      store.set(change(store.get()));
      dirty = true;
      if (ended || storage === null) return;
      cancel ??= clock.after(SAVE_AFTER_MS, flush);
    },
    flush,
    enter() {
      turn += 1;
      if (ended) return;
      const own = id ?? (ready.get() ? tabId : null);
      void (own === null ? claimAny(turn) : claimAgain(turn, own));
    },
    leave() {
      turn += 1;
      // The claim is still open: under an id of its own nothing of another window is touched.
      if (id === null && ready.get() && dirty) {
        id = newId();
        seen = false;
        writeKey(tab, TAB_ID_KEY, id);
      }
      flush();
      release?.();
      release = null;
    },
    end() {
      cancel?.();
      ended = true;
      release?.();
      release = null;
      store.set(EMPTY_WINDOW);
    },
  };
}

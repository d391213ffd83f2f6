/** The watch rules as one window has them: it takes part in the turns, says what it shows, and knows what waits. */
import type { Connection, EventRecord } from '../../connection/api.ts';
import { createSystemClock } from '../../shared/clock.ts';
import { createStore, type Store } from '../../shared/store.ts';
import type { FilterInput } from '../desk/filter-input.ts';
import type { Preferences, WatchRule } from '../desk/preferences.ts';
import { deviceStorage, readKey, SAVE_AFTER_MS, watchedKey, windowKey } from '../desk/storage.ts';
import type { WindowState } from '../desk/window-state.ts';
import matchWorkerUrl from '../filter/match-worker.ts?worker&url';
import { createMatcher, type Matcher } from '../filter/matcher.ts';
import { trustedScriptUrl } from '../trusted-types.ts';
import { livePins, pinsOf } from './live-pins.ts';
import { createLookers } from './lookers.ts';
import type { SourceProblem } from './source.ts';
import { createStandby } from './standby.ts';
import { takeTurn } from './turn.ts';
import { parseWatched, type Watched } from './watched.ts';
import { createWatcher, type Watcher } from './watcher.ts';

/** Pins of windows that were closed are forgotten after this, milliseconds. */
const PINS_EVERY_MS = 30_000;
/** A change of a window is stored by then, milliseconds. */
const STORED_MS = SAVE_AFTER_MS + 200;
/** How far back a test looks, events. */
const TESTED = 1_000;

export interface Watch {
  readonly watched: Store<Watched>;
  /** Rules that had to be stopped, as far as this window knows. */
  readonly problems: Store<Readonly<Record<string, SourceProblem>>>;
  look(channel: string | null): void;
  /** How many of the newest events kept here the rule finds; null where its filter cannot be applied. */
  test(rule: Pick<WatchRule, 'channel' | 'filter'>): Promise<{ found: number; of: number } | null>;
  close(): void;
}

export interface WatchDeps {
  sub: string;
  connection: Connection;
  preferences: Store<Preferences>;
  window: Store<WindowState>;
  showBadge(count: number): void;
  notify(rule: WatchRule, newest: EventRecord, count: number): void;
}

function makeMatcher(filter: FilterInput): Matcher {
  const makeWorker = () => new Worker(trustedScriptUrl(matchWorkerUrl), { type: 'module' });
  return createMatcher({ filter, makeWorker, clock: createSystemClock() });
}

export function createWatch(deps: WatchDeps): Watch {
  const { sub, connection, preferences } = deps;
  const clock = createSystemClock();
  const storage = deviceStorage('localStorage');
  const key = watchedKey(sub);
  const locks = 'locks' in navigator ? (navigator.locks ?? null) : null;
  const watched = createStore<Watched>(parseWatched(readKey(storage, key)));
  const problems = createStore<Readonly<Record<string, SourceProblem>>>({});
  let watcher: Watcher | null = null;
  let cancelPins = () => {};
  /** Pins of all windows, as looked up last; null: not yet. What is not pinned anywhere loses its count. */
  let pins: readonly string[] | null = null;
  let { channels } = deps.window.get();
  const lookers = createLookers({
    id: crypto.randomUUID(),
    line: typeof BroadcastChannel === 'function' ? new BroadcastChannel(`switchboard-look:${sub}`) : null,
    clock,
    onLook: (channel) => watcher?.seen(channel),
  });

  function wantNow(): void {
    if (pins !== null) watcher?.want({ rules: preferences.get().rules, pins });
  }

  async function want(): Promise<void> {
    pins = await livePins({ sub, storage, locks, own: deps.window.get }).catch(() => pins);
    wantNow();
  }

  /** What this window pins counts from that moment on; what it takes back, when that is stored. */
  function onWindow(): void {
    const now = deps.window.get().channels;
    if (now === channels) return;
    channels = now;
    if (pins !== null) pins = [...new Set([...pins, ...pinsOf(now)])].sort();
    wantNow();
    wantIn(STORED_MS);
  }

  function wantIn(ms: number): void {
    cancelPins();
    cancelPins = clock.after(ms, () => {
      wantIn(PINS_EVERY_MS);
      void want();
    });
  }

  function lead(): () => void {
    const made = createWatcher({
      connection,
      storage,
      storageKey: key,
      clock,
      makeMatcher,
      isLookedAt: lookers.isLookedAt,
      showBadge: deps.showBadge,
      notify: deps.notify,
    });
    watcher = made;
    const stops = [
      made.watched.subscribe(() => watched.set(made.watched.get())),
      made.problems.subscribe(() => problems.set(made.problems.get())),
      preferences.subscribe(wantNow),
      deps.window.subscribe(onWindow),
    ];
    wantIn(0);
    return () => {
      for (const stop of stops) stop();
      cancelPins();
      made.close();
      watcher = null;
    };
  }

  function onStorage({ key: changed }: StorageEvent): void {
    if (watcher === null && changed === key) watched.set(parseWatched(readKey(storage, key)));
    else if (watcher !== null && changed?.startsWith(windowKey(sub, ''))) wantIn(0);
  }

  const standby = createStandby(connection);
  const stand = () =>
    standby.want(preferences.get().rules.flatMap(({ on, channel }) => (on ? [channel] : [])));
  const stopStanding = preferences.subscribe(stand);
  stand();

  let endTurn = takeTurn(locks, `switchboard-watch:${sub}`, lead);
  const leave = () => endTurn();
  const comeBack = ({ persisted }: PageTransitionEvent) => {
    if (persisted) endTurn = takeTurn(locks, `switchboard-watch:${sub}`, lead);
  };
  addEventListener('storage', onStorage);
  addEventListener('pagehide', leave);
  addEventListener('pageshow', comeBack);

  return {
    watched,
    problems,
    look: lookers.look,
    async test({ channel, filter }) {
      const feed = connection.feed(channel);
      const matcher = filter === null ? null : makeMatcher(filter);
      try {
        const events = await feed.page({ before: null }, TESTED);
        if (matcher === null) return { found: events.length, of: events.length };
        const result = await matcher.match(events.map(({ event }) => event));
        return result.ok ? { found: result.hits.length, of: events.length } : null;
      } catch {
        return null;
      } finally {
        feed.close();
        matcher?.close();
      }
    },
    close() {
      removeEventListener('storage', onStorage);
      removeEventListener('pagehide', leave);
      removeEventListener('pageshow', comeBack);
      stopStanding();
      standby.close();
      lookers.close();
      endTurn();
    },
  };
}

/**
 * The one window that watches for all: it looks at what arrives for every rule and every pinned channel, counts what
 * nobody has seen on the icon, and tells of what a rule found. What waits is stored, so that the next window goes on
 * where this one ended.
 */
import type { Connection, EventRecord } from '../../connection/api.ts';
import type { Clock } from '../../shared/clock.ts';
import { createStore, type Store } from '../../shared/store.ts';
import type { FilterInput } from '../desk/filter-input.ts';
import type { WatchRule } from '../desk/preferences.ts';
import { type DeskStorage, readKey, SAVE_AFTER_MS, writeKey } from '../desk/storage.ts';
import type { Matcher } from '../filter/matcher.ts';
import { createNoticePace } from './notice-pace.ts';
import { createSource, type Source, type SourceProblem } from './source.ts';
import {
  parseWatched,
  pinKey,
  ruleKey,
  totalOf,
  type Watched,
  withFound,
  withOnly,
  withSeen,
} from './watched.ts';

export interface Wanted {
  rules: readonly WatchRule[];
  /** Channels that are pinned in any open window. */
  pins: readonly string[];
}

export interface WatcherDeps {
  connection: Pick<Connection, 'feed' | 'events'>;
  storage: DeskStorage | null;
  storageKey: string;
  clock: Clock;
  makeMatcher(filter: FilterInput): Matcher;
  /** Whether somebody looks at the channel, in any window. */
  isLookedAt(channel: string): boolean;
  showBadge(count: number): void;
  /** Tells of the newest of `count` events that a rule found. */
  notify(rule: WatchRule, newest: EventRecord, count: number): void;
}

export interface Watcher {
  readonly watched: Store<Watched>;
  /** Rules that had to be stopped, by their id. */
  readonly problems: Store<Readonly<Record<string, SourceProblem>>>;
  want(wanted: Wanted): void;
  /** Somebody looks at the channel now. */
  seen(channel: string): void;
  close(): void;
}

interface Watching {
  source: Source;
  channel: string;
  /** What it was made from: another filter needs another source. */
  made: string;
}

export function createWatcher(deps: WatcherDeps): Watcher {
  const { connection, storage, storageKey, clock, showBadge } = deps;
  const watched = createStore<Watched>(parseWatched(readKey(storage, storageKey)));
  const problems = createStore<Readonly<Record<string, SourceProblem>>>({});
  const sources = new Map<string, Watching>();
  let rules: readonly WatchRule[] = [];
  /** Until then nothing is written again; null: the next change is written at once. */
  let cancelRest: (() => void) | null = null;
  let unsaved = false;
  let over = false;

  const pace = createNoticePace<EventRecord>(clock, (id, newest, count) => {
    const rule = rules.find((one) => one.id === id);
    if (rule !== undefined && !deps.isLookedAt(rule.channel)) deps.notify(rule, newest, count);
  });

  function save(): void {
    unsaved = false;
    writeKey(storage, storageKey, JSON.stringify(watched.get()));
  }

  /** The first change at once, so that a page that ends right after it has lost nothing; what follows closely, together. */
  function saveSoon(): void {
    unsaved = true;
    if (cancelRest !== null) return;
    save();
    cancelRest = clock.after(SAVE_AFTER_MS, () => {
      cancelRest = null;
      if (unsaved) saveSoon();
    });
  }

  function set(next: Watched): void {
    const before = watched.get();
    if (over || next === before) return;
    watched.set(next);
    if (totalOf(next) !== totalOf(before)) showBadge(totalOf(next));
    saveSoon();
  }

  function start(key: string, channel: string, rule: WatchRule | null): void {
    const filter = rule?.filter ?? null;
    const source = createSource({
      connection,
      channel,
      matcher: filter === null ? null : deps.makeMatcher(filter),
      cursor: watched.get()[key]?.cursor ?? null,
      startedAt: clock.wall(),
      onLooked(cursor, records) {
        const looking = deps.isLookedAt(channel);
        set(
          withFound(watched.get(), key, cursor, looking ? [] : records.map(({ epoch, n }) => ({ epoch, n }))),
        );
        const now = rules.find(({ id }) => id === rule?.id);
        if (now !== undefined && !now.quiet && !looking) pace.found(now.id, records);
      },
      onProblem(problem) {
        if (rule !== null) problems.set({ ...problems.get(), [rule.id]: problem });
      },
    });
    sources.set(key, { source, channel, made: madeFrom(channel, rule) });
  }

  function stop(key: string): void {
    sources.get(key)?.source.close();
    sources.delete(key);
  }

  showBadge(totalOf(watched.get()));

  return {
    watched,
    problems,
    want(wanted) {
      if (over) return;
      rules = wanted.rules.filter(({ on }) => on);
      const keys = new Map<string, { channel: string; rule: WatchRule | null }>([
        ...wanted.pins.map((channel) => [pinKey(channel), { channel, rule: null }] as const),
        ...rules.map((rule) => [ruleKey(rule.id), { channel: rule.channel, rule }] as const),
      ]);
      for (const [key, { made }] of sources) {
        const now = keys.get(key);
        if (now !== undefined && madeFrom(now.channel, now.rule) === made) continue;
        stop(key);
        const id = rules.find((rule) => ruleKey(rule.id) === key)?.id;
        if (id !== undefined)
          set(
            withOnly(
              watched.get(),
              Object.keys(watched.get()).filter((one) => one !== key),
            ),
          );
      }
      set(withOnly(watched.get(), [...keys.keys()]));
      const stopped = problems.get();
      problems.set(Object.fromEntries(Object.entries(stopped).filter(([id]) => sources.has(ruleKey(id)))));
      for (const [key, { channel, rule }] of keys) if (!sources.has(key)) start(key, channel, rule);
    },
    seen(channel) {
      const keys = [...sources].filter(([, source]) => source.channel === channel).map(([key]) => key);
      set(withSeen(watched.get(), keys));
      for (const rule of rules) if (rule.channel === channel) pace.forget(rule.id);
    },
    close() {
      if (over) return;
      over = true;
      for (const key of [...sources.keys()]) stop(key);
      pace.close();
      cancelRest?.();
      if (unsaved) save();
    },
  };
}

/** Sources made from the same are the same. */
function madeFrom(channel: string, rule: WatchRule | null): string {
  return JSON.stringify([channel, rule?.filter ?? null]);
}

/** What the watch rules and the pinned channels have waiting: pure changes, and how stored text becomes it. */
import type { Position } from '../../shared/log.ts';
import { fieldsOf, positionOf, readFields, within } from '../desk/stored.ts';

/** What one source, a rule or a pinned channel, has found that nobody has seen. */
export interface Waiting {
  /** Up to here every event was looked at. */
  cursor: Position;
  /** Found and not seen. */
  count: number;
  /** The newest of them; null: none. */
  last: Position | null;
}

/** By {@link ruleKey} or {@link pinKey}. */
export type Watched = Readonly<Record<string, Waiting>>;

export const ruleKey = (id: string): string => `rule ${id}`;
export const pinKey = (channel: string): string => `pin ${channel}`;

export function parseWatched(stored: string | null): Watched {
  const watched: Record<string, Waiting> = {};
  for (const [key, value] of Object.entries(readFields(stored))) {
    const { cursor, count, last } = fieldsOf(value);
    const at = positionOf(cursor);
    if (at === null) continue;
    watched[key] = {
      cursor: at,
      count: within(0, Number.MAX_SAFE_INTEGER, count, 0),
      last: positionOf(last),
    };
  }
  return watched;
}

/** The source was looked at up to `cursor`, and these were found. */
export function withFound(
  watched: Watched,
  key: string,
  cursor: Position,
  found: readonly Position[],
): Watched {
  const before = watched[key];
  return {
    ...watched,
    [key]: { cursor, count: (before?.count ?? 0) + found.length, last: found.at(-1) ?? before?.last ?? null },
  };
}

/** Somebody looks at what these sources found. The same object where nothing waited. */
export function withSeen(watched: Watched, keys: readonly string[]): Watched {
  const waiting = keys.filter((key) => (watched[key]?.count ?? 0) > 0);
  if (waiting.length === 0) return watched;
  const next = { ...watched };
  for (const key of waiting) {
    const entry = watched[key];
    if (entry !== undefined) next[key] = { ...entry, count: 0, last: null };
  }
  return next;
}

/** Without the sources that are not watched any more. The same object where nothing goes. */
export function withOnly(watched: Watched, keys: readonly string[]): Watched {
  const entries = Object.entries(watched);
  const kept = entries.filter(([key]) => keys.includes(key));
  return kept.length === entries.length ? watched : Object.fromEntries(kept);
}

/** What the icon shows. */
export function totalOf(watched: Watched): number {
  return Object.values(watched).reduce((sum, { count }) => sum + count, 0);
}

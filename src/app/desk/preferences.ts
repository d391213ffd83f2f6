/** What holds for a person in all their windows. */
import { type Density, LANGUAGES, type Language, type ThemeChoice } from '../../shared/page-data.ts';
import { type FilterInput, filterOf } from './filter-input.ts';
import { channelOrNothing, fieldsOf, oneOf, readFields } from './stored.ts';

/** A channel and a filter under a name. */
export interface SavedView {
  id: string;
  name: string;
  channel: string;
  filter: FilterInput;
}

/** What to be told of: events of a channel that a filter lets through. */
export interface WatchRule {
  id: string;
  name: string;
  channel: string;
  /** Null: every event. */
  filter: FilterInput | null;
  on: boolean;
  /** It counts on the icon, but shows no notification. */
  quiet: boolean;
}

export interface Preferences {
  v: 2;
  /** Null, here and below: never chosen. */
  theme: ThemeChoice | null;
  density: Density | null;
  language: Language | null;
  /** Whether signing out leaves events and this desk on the device. */
  keepHistory: boolean;
  /** Whether keys without a modifier are shortcuts. */
  singleKeys: boolean;
  views: readonly SavedView[];
  rules: readonly WatchRule[];
}

export const NO_PREFERENCES: Preferences = {
  v: 2,
  theme: null,
  density: null,
  language: null,
  keepHistory: false,
  singleKeys: true,
  views: [],
  rules: [],
};

const THEMES: readonly ThemeChoice[] = ['system', 'light', 'dark'];
const DENSITIES: readonly Density[] = ['comfortable', 'compact'];

/** The preferences in `stored`, as far as they can be read; a desk of version 1 holds those of its day. */
export function parsePreferences(stored: string | null): Preferences {
  const fields = readFields(stored);
  return {
    v: 2,
    theme: oneOf(THEMES, fields.theme),
    density: oneOf(DENSITIES, fields.density),
    language: oneOf(LANGUAGES, fields.language),
    keepHistory: fields.keepHistory === true,
    singleKeys: fields.singleKeys !== false,
    views: listOf(fields.views, viewOrNothing),
    rules: listOf(fields.rules, ruleOrNothing),
  };
}

/** The readable entries of a stored list; of those with the same id the first. */
function listOf<T extends { id: string }>(value: unknown, read: (entry: unknown) => T[]): T[] {
  const entries = Array.isArray(value) ? value.flatMap(read) : [];
  return entries.filter((entry, at) => entries.findIndex(({ id }) => id === entry.id) === at);
}

function ruleOrNothing(value: unknown): WatchRule[] {
  const { id, name, channel, filter, on, quiet } = fieldsOf(value);
  const [canonical] = channelOrNothing(channel);
  const input = filterOf(filter);
  // A filter that cannot be read must not become one that lets everything through.
  if (typeof id !== 'string' || typeof name !== 'string' || canonical === undefined) return [];
  if (filter !== null && input === null) return [];
  return [{ id, name, channel: canonical, filter: input, on: on === true, quiet: quiet === true }];
}

function viewOrNothing(value: unknown): SavedView[] {
  const { id, name, channel, filter } = fieldsOf(value);
  const [canonical] = channelOrNothing(channel);
  const input = filterOf(filter);
  if (typeof id !== 'string' || typeof name !== 'string' || canonical === undefined || input === null)
    return [];
  return [{ id, name, channel: canonical, filter: input }];
}

/** A view of the same name and channel is replaced in its place. */
export function withView(preferences: Preferences, view: SavedView): Preferences {
  const at = preferences.views.findIndex(
    ({ name, channel }) => name === view.name && channel === view.channel,
  );
  const views = at < 0 ? [...preferences.views, view] : preferences.views.with(at, view);
  return { ...preferences, views };
}

export function withoutView(preferences: Preferences, id: string): Preferences {
  return { ...preferences, views: preferences.views.filter((view) => view.id !== id) };
}

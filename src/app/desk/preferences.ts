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
}

export const NO_PREFERENCES: Preferences = {
  v: 2,
  theme: null,
  density: null,
  language: null,
  keepHistory: false,
  singleKeys: true,
  views: [],
};

const THEMES: readonly ThemeChoice[] = ['system', 'light', 'dark'];
const DENSITIES: readonly Density[] = ['comfortable', 'compact'];

/** The preferences in `stored`, as far as they can be read; a desk of version 1 holds those of its day. */
export function parsePreferences(stored: string | null): Preferences {
  const fields = readFields(stored);
  const views = Array.isArray(fields.views) ? fields.views.flatMap(viewOrNothing) : [];
  return {
    v: 2,
    theme: oneOf(THEMES, fields.theme),
    density: oneOf(DENSITIES, fields.density),
    language: oneOf(LANGUAGES, fields.language),
    keepHistory: fields.keepHistory === true,
    singleKeys: fields.singleKeys !== false,
    views: views.filter((view, at) => views.findIndex(({ id }) => id === view.id) === at),
  };
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

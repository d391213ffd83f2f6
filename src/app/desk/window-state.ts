/** What one window shows, and how it reads its stored text; the changes that more than one part makes. */
import type { Position } from '../../shared/log.ts';
import { type FilterInput, filterOf } from './filter-input.ts';
import { channelOrNothing, fieldsOf, positionOf, readFields, textsOf, within } from './stored.ts';

export interface OpenChannel {
  /** Canonical. */
  name: string;
  pinned: boolean;
}

/** Where in the log the first visible row is. */
export interface Place extends Position {
  /** How much of the row is above the edge, pixels. */
  offset: number;
}

/** How one channel is looked at. */
export interface ChannelView {
  filter: FilterInput | null;
  /** Null: follows the end. */
  place: Place | null;
  /** The event whose details are shown. */
  selected: Position | null;
}

/** Sizes of the panes, pixels; null: as large as it needs. */
export interface Layout {
  list: number;
  detail: number;
  composer: number | null;
  panel: number;
}

export interface WindowState {
  v: 2;
  /** Wall clock of the last write, milliseconds since 1970. */
  savedAt: number;
  /** Pinned ones first, each group in the order in which it was opened or pinned. */
  channels: readonly OpenChannel[];
  /** The channel looked at last, for a start without one in the address. */
  last: string | null;
  layout: Layout;
  /** Whether the connection panel is open. */
  panel: boolean;
  /** Whether details show the event as it came. */
  raw: boolean;
  /** By channel. */
  views: Readonly<Record<string, ChannelView>>;
  /** By channel: up to where events were looked at. */
  marks: Readonly<Record<string, Position>>;
  /** Unpublished text by channel. */
  drafts: Readonly<Record<string, string>>;
  /** For wildcards: the channel that publishes go to. */
  targets: Readonly<Record<string, string>>;
}

/** Bounds and beginnings of the panes' sizes, pixels. */
export const PANES = {
  list: { min: 180, max: 480, start: 256 },
  detail: { min: 200, max: 900, start: 380 },
  composer: { min: 132, max: 560, start: null },
  panel: { min: 260, max: 560, start: 320 },
} as const;

export const NEW_VIEW: ChannelView = { filter: null, place: null, selected: null };

export const EMPTY_WINDOW: WindowState = {
  v: 2,
  savedAt: 0,
  channels: [],
  last: null,
  layout: {
    list: PANES.list.start,
    detail: PANES.detail.start,
    composer: PANES.composer.start,
    panel: PANES.panel.start,
  },
  panel: false,
  raw: false,
  views: {},
  marks: {},
  drafts: {},
  targets: {},
};

/** The window in `stored`, as far as it can be read. A desk of version 1 becomes one. */
export function parseWindow(stored: string | null): WindowState {
  const fields = readFields(stored);
  const channels = Array.isArray(fields.channels)
    ? fields.channels.flatMap(openChannelOrNothing)
    : Array.isArray(fields.open)
      ? fields.open.flatMap(channelOrNothing).map((name) => ({ name, pinned: false }))
      : [];
  return {
    v: 2,
    savedAt: within(0, Number.MAX_SAFE_INTEGER, fields.savedAt, 0),
    channels: inOrder(
      channels.filter(({ name }, at) => channels.findIndex((one) => one.name === name) === at),
    ),
    last: channelOrNothing(fields.last)[0] ?? null,
    layout: layoutOf(fields.layout),
    panel: fields.panel === true,
    raw: fields.raw === true,
    views: viewsOf(fields.views),
    marks: marksOf(fields.marks),
    drafts: textsOf(fields.drafts),
    targets: textsOf(fields.targets),
  };
}

function openChannelOrNothing(value: unknown): OpenChannel[] {
  const { name, pinned } = fieldsOf(value);
  return channelOrNothing(name).map((canonical) => ({ name: canonical, pinned: pinned === true }));
}

function layoutOf(value: unknown): Layout {
  const { list, detail, composer, panel } = fieldsOf(value);
  const size = (pane: keyof Layout, stored: unknown, otherwise: number) =>
    within(PANES[pane].min, PANES[pane].max, stored, otherwise);
  return {
    list: size('list', list, PANES.list.start),
    detail: size('detail', detail, PANES.detail.start),
    composer: typeof composer === 'number' ? size('composer', composer, PANES.composer.min) : null,
    panel: size('panel', panel, PANES.panel.start),
  };
}

function viewsOf(value: unknown): Record<string, ChannelView> {
  const views: Record<string, ChannelView> = {};
  for (const [channel, stored] of Object.entries(fieldsOf(value))) {
    const [name] = channelOrNothing(channel);
    if (name === undefined) continue;
    const { filter, place, selected } = fieldsOf(stored);
    const at = positionOf(place);
    views[name] = {
      filter: filterOf(filter),
      place: at === null ? null : { ...at, offset: within(0, 10_000, fieldsOf(place).offset, 0) },
      selected: positionOf(selected),
    };
  }
  return views;
}

function marksOf(value: unknown): Record<string, Position> {
  const marks: Record<string, Position> = {};
  for (const [channel, stored] of Object.entries(fieldsOf(value))) {
    const [name] = channelOrNothing(channel);
    const mark = positionOf(stored);
    if (name !== undefined && mark !== null) marks[name] = mark;
  }
  return marks;
}

function inOrder(channels: readonly OpenChannel[]): OpenChannel[] {
  return [...channels.filter(({ pinned }) => pinned), ...channels.filter(({ pinned }) => !pinned)];
}

/** A copy of `map` with `key` set, or without it when `value` is empty. */
export function withText(
  map: Readonly<Record<string, string>>,
  key: string,
  value: string,
): Readonly<Record<string, string>> {
  const next = { ...map, [key]: value };
  if (value === '') delete next[key];
  return next;
}

export function withOpen(state: WindowState, name: string): WindowState {
  if (state.channels.some((channel) => channel.name === name)) return state;
  return { ...state, channels: [...state.channels, { name, pinned: false }] };
}

/** The channel goes from the list; its draft stays, for when it is opened again. */
export function withoutOpen(state: WindowState, name: string): WindowState {
  const { [name]: _, ...views } = state.views;
  const { [name]: __, ...marks } = state.marks;
  return {
    ...state,
    channels: state.channels.filter((channel) => channel.name !== name),
    last: state.last === name ? null : state.last,
    views,
    marks,
  };
}

export function withPin(state: WindowState, name: string, pinned: boolean): WindowState {
  const others = state.channels.filter((channel) => channel.name !== name);
  if (others.length === state.channels.length) return state;
  // A newly pinned one is the last of the pinned; an unpinned one the first of the rest.
  const pins = others.filter((channel) => channel.pinned).length;
  return { ...state, channels: others.toSpliced(pins, 0, { name, pinned }) };
}

export function withView(state: WindowState, channel: string, change: Partial<ChannelView>): WindowState {
  const before = state.views[channel] ?? NEW_VIEW;
  return { ...state, views: { ...state.views, [channel]: { ...before, ...change } } };
}

export function withSize(state: WindowState, pane: keyof Layout, size: number | null): WindowState {
  const { min, max, start } = PANES[pane];
  const layout: Layout = { ...state.layout };
  if (pane === 'composer') layout.composer = size === null ? null : within(min, max, size, min);
  else layout[pane] = size === null ? (start ?? min) : within(min, max, size, min);
  return { ...state, layout };
}

/** What a new window beside this one begins with: the same desk, but nobody's place, selection or text. */
export function forNewWindow(state: WindowState): WindowState {
  return { ...state, views: {}, drafts: {}, panel: false };
}

/**
 * What a person's desk is made of, and how it reads stored text: versioned, and never trusted. Whatever does not
 * fit is left out on its own, so that one bad entry never costs the rest.
 */
import { parseChannel } from '../../shared/channel.ts';
import type { ThemeChoice } from '../../shared/page-data.ts';

export interface DeskData {
  v: 1;
  /** Open channels, in the order of the list; canonical names. */
  open: readonly string[];
  /** The channel looked at last, for a start without one in the address. */
  last: string | null;
  /** Unpublished text by channel. */
  drafts: Readonly<Record<string, string>>;
  /** For wildcards: the channel that publishes go to. */
  targets: Readonly<Record<string, string>>;
  /** Null: never chosen on this desk. */
  theme: ThemeChoice | null;
  /** Whether signing out leaves events and this desk on the device. */
  keepHistory: boolean;
  /** Whether the connection panel is open. */
  panel: boolean;
}

export const EMPTY_DESK: DeskData = {
  v: 1,
  open: [],
  last: null,
  drafts: {},
  targets: {},
  theme: null,
  keepHistory: false,
  panel: false,
};

/** The desk in `stored`, as far as it can be read. */
export function parseDesk(stored: string | null): DeskData {
  if (stored === null) return EMPTY_DESK;
  let data: unknown;
  try {
    data = JSON.parse(stored);
  } catch {
    return EMPTY_DESK;
  }
  if (typeof data !== 'object' || data === null) return EMPTY_DESK;
  const desk = data as Record<string, unknown>;
  if (desk.v !== 1) return EMPTY_DESK;
  const open = Array.isArray(desk.open) ? [...new Set(desk.open.flatMap(channelOrNothing))] : [];
  return {
    v: 1,
    open,
    last: channelOrNothing(desk.last)[0] ?? null,
    drafts: texts(desk.drafts),
    targets: texts(desk.targets),
    theme: desk.theme === 'system' || desk.theme === 'light' || desk.theme === 'dark' ? desk.theme : null,
    keepHistory: desk.keepHistory === true,
    panel: desk.panel === true,
  };
}

function channelOrNothing(value: unknown): string[] {
  if (typeof value !== 'string') return [];
  try {
    return [parseChannel(value, 'subscribe')];
  } catch {
    return [];
  }
}

function texts(value: unknown): Record<string, string> {
  if (typeof value !== 'object' || value === null) return {};
  return Object.fromEntries(
    Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
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

export function withOpen(desk: DeskData, channel: string): DeskData {
  return desk.open.includes(channel) ? desk : { ...desk, open: [...desk.open, channel] };
}

export function withoutOpen(desk: DeskData, channel: string): DeskData {
  return {
    ...desk,
    open: desk.open.filter((name) => name !== channel),
    last: desk.last === channel ? null : desk.last,
  };
}

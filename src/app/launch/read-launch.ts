/** What an address that the app is opened with asks for. Links come from other programs: nothing in them is trusted. */
import { parseChannel } from '../../shared/channel.ts';
import { isAppError } from '../../shared/errors.ts';
import type { Position } from '../../shared/log.ts';
import { readPath } from '../desk/route.ts';

export const VIEWS = ['publish', 'channel', 'connection', 'rules'] as const;
export type LaunchView = (typeof VIEWS)[number];

export type LaunchIntent =
  | { kind: 'nothing' }
  | { kind: 'channel'; channel: string; event: Position | null }
  /** Text of another program, for the composer. */
  | { kind: 'share'; text: string }
  /** A way into the desk, from the dock's menu. */
  | { kind: 'view'; view: LaunchView }
  /** `reason` is a sentence; null: it is not one of our links at all. */
  | { kind: 'bad-link'; reason: string | null };

const SCHEME = 'web+switchboard:';
const SHARE = '#share=';
const NOTHING: LaunchIntent = { kind: 'nothing' };

/** @param origin the app's own; other addresses ask for nothing. */
export function readLaunch(address: string, origin: string): LaunchIntent {
  if (!URL.canParse(address)) return NOTHING;
  const url = new URL(address);
  if (url.origin !== origin) return NOTHING;
  const link = url.searchParams.get('link');
  if (link !== null) return readLink(link);
  if (url.hash.startsWith(SHARE)) return readShare(url.hash.slice(SHARE.length));
  const view = VIEWS.find((one) => one === url.searchParams.get('open'));
  if (view !== undefined) return { kind: 'view', view };
  const { channel, error } = readPath(url.pathname);
  if (error !== null) return { kind: 'bad-link', reason: error };
  return channel === null ? NOTHING : { kind: 'channel', channel, event: readEvent(url.hash) };
}

/** `web+switchboard:default/orders`, with any number of slashes before the name, as browsers add them. */
function readLink(link: string): LaunchIntent {
  if (!link.toLowerCase().startsWith(SCHEME)) return { kind: 'bad-link', reason: null };
  const [name = '', hash = ''] = link.slice(SCHEME.length).replace(/^\/+/, '').split('#', 2);
  try {
    const channel = parseChannel(decodeURIComponent(name), 'subscribe');
    return { kind: 'channel', channel, event: readEvent(`#${hash}`) };
  } catch (error) {
    return { kind: 'bad-link', reason: isAppError(error) ? error.message : null };
  }
}

function readShare(raw: string): LaunchIntent {
  let text = raw;
  try {
    text = decodeURIComponent(raw);
  } catch {
    // Not what the service worker wrote; as it came it is still the person's text.
  }
  return text.trim() === '' ? NOTHING : { kind: 'share', text };
}

/** `#e12.345`: an event by its place in the log. */
function readEvent(hash: string): Position | null {
  const match = /^#e(\d{1,15})\.(\d{1,15})$/.exec(hash);
  return match === null ? null : { epoch: Number(match[1]), n: Number(match[2]) };
}

/** The address of an event. */
export function eventPath(channel: string, { epoch, n }: Position): string {
  return `/c/${channel}#e${epoch}.${n}`;
}

/**
 * Channel names of AppSync Events. Canonical form here: no leading and no trailing slash (`default/orders`).
 * Rules: https://docs.aws.amazon.com/appsync/latest/eventapi/event-api-websocket-protocol.html and
 * https://docs.aws.amazon.com/appsync/latest/eventapi/channel-namespaces.html
 */
import { AppError } from './errors.ts';

const SEGMENT = /^[A-Za-z0-9](?:[A-Za-z0-9-]{0,48}[A-Za-z0-9])?$/;
const MAX_SEGMENTS = 5;

/** What a channel name is wanted for: only a subscription may end in `*`. */
export type ChannelUse = 'subscribe' | 'publish';

/**
 * The canonical form of a channel name.
 * @throws AppError `bad-channel` with a sentence that says which rule was broken and shows a right name.
 */
export function parseChannel(input: string, use: ChannelUse): string {
  const name = input.trim().replace(/^\//, '').replace(/\/$/, '');
  if (name === '') throw bad('A channel name is empty', input);
  const segments = name.split('/');
  if (segments.length > MAX_SEGMENTS) throw bad(`A channel has at most ${MAX_SEGMENTS} parts`, input);
  segments.forEach((segment, index) => {
    if (segment === '*') {
      if (index === 0) throw bad('A wildcard needs a namespace before it', input);
      if (index !== segments.length - 1) throw bad('A wildcard (*) can only be the last part', input);
      if (use === 'publish') throw bad('Publishing needs one channel, not a wildcard', input);
    } else if (!SEGMENT.test(segment)) {
      throw bad(`The part “${segment}” is not allowed: 1 to 50 letters, digits and inner dashes`, input);
    }
  });
  return name;
}

function bad(rule: string, input: string): AppError {
  const shown = input.length > 80 ? `${input.slice(0, 80)}…` : input;
  return new AppError(
    'bad-channel',
    `${rule} (got “${shown}”). A right name: default/orders, or default/* to watch.`,
  );
}

/** Whether the canonical name subscribes to more than one channel. */
export function isWildcard(channel: string): boolean {
  return channel.endsWith('/*');
}

/**
 * Whether a subscription to `pattern` receives what is published on `channel` (both canonical). A wildcard
 * matches any depth below its prefix, not the prefix itself.
 */
export function channelMatches(pattern: string, channel: string): boolean {
  return isWildcard(pattern) ? channel.startsWith(pattern.slice(0, -1)) : pattern === channel;
}

/** The namespace (first part) of a canonical name. */
export function namespaceOf(channel: string): string {
  return channel.split('/', 1)[0] ?? channel;
}

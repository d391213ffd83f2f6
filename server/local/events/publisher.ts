/** One publish request, from either transport: limits, rights, fan-out, and the answer of the service. */
import { randomUUID } from 'node:crypto';
import { parseChannel } from '../../../src/shared/channel.ts';
import { isAppError } from '../../../src/shared/errors.ts';
import { MAX_EVENT_BYTES, MAX_EVENTS_PER_PUBLISH, utf8Bytes } from '../../../src/shared/publish-rules.ts';
import type { Authorizer, Credentials } from './authorizer.ts';
import type { Hub } from './hub.ts';
import { badInput, fail, type Outcome, type ServiceError, type Transport } from './service-error.ts';

interface PublishRequest {
  channel: unknown;
  events: unknown;
  credentials: Credentials;
}

interface PublishAnswer {
  successful: { identifier: string; index: number }[];
  failed: { identifier: string; index: number; code: string; message: string }[];
}

export type Publisher = (request: PublishRequest, transport: Transport) => Promise<Outcome<PublishAnswer>>;

export interface PublisherDeps {
  authorizer: Authorizer;
  hub: Hub;
  /** Whether the switch that refuses every publish is on. */
  refuses(): boolean;
  /** Told once for every publish that was taken. */
  onAccepted(transport: Transport): void;
}

const REFUSED_BY_SWITCH: ServiceError = {
  errorType: 'Unauthorized',
  message: 'The fault switch events.publish refuses every publish.',
  status: 403,
};

export function createPublisher({ authorizer, hub, refuses, onAccepted }: PublisherDeps): Publisher {
  return async ({ channel, events, credentials }, transport) => {
    // Who calls is settled before anything of the content is looked at.
    const caller = await authorizer.identify(credentials);
    if (!caller.ok) return caller;
    const name = canonicalChannel(channel, 'publish', transport);
    if (!name.ok) return name;
    const checked = checkEvents(events, transport);
    if (!checked.ok) return checked;
    const refusal = authorizer.mayUse(caller.value, name.value, 'publish');
    if (refusal !== null) return fail(refusal);
    if (refuses()) return fail(REFUSED_BY_SWITCH);

    onAccepted(transport);
    const answer: PublishAnswer = { successful: [], failed: [] };
    checked.value.forEach((event, index) => {
      const identifier = randomUUID();
      if (utf8Bytes(event) > MAX_EVENT_BYTES) {
        const message = 'Transformed event is larger than 240KB';
        answer.failed.push({ identifier, index, code: 'EventTooLargeException', message });
        return;
      }
      hub.publish(name.value, event);
      answer.successful.push({ identifier, index });
    });
    return { ok: true, value: answer };
  };
}

/** The canonical form of what a client sent as a channel. */
export function canonicalChannel(
  channel: unknown,
  use: 'subscribe' | 'publish',
  transport: Transport,
): Outcome<string> {
  if (typeof channel !== 'string') return fail(badInput(transport, 'channel must be a string.'));
  // Our own parser forgives blanks around a name that a person typed; the service does not.
  if (/\s/.test(channel)) return fail(badInput(transport, 'A channel name has no blanks.'));
  try {
    return { ok: true, value: parseChannel(channel, use) };
  } catch (error) {
    if (!isAppError(error, 'bad-channel')) throw error;
    return fail(badInput(transport, error.message));
  }
}

function checkEvents(events: unknown, transport: Transport): Outcome<readonly string[]> {
  if (!Array.isArray(events) || events.length === 0) {
    return fail(badInput(transport, 'events must be an array of one to five JSON strings.'));
  }
  if (events.length > MAX_EVENTS_PER_PUBLISH) {
    const text = `nput exceeded ${MAX_EVENTS_PER_PUBLISH} event limit`;
    return fail(badInput(transport, transport === 'ws' ? `i${text}` : `I${text}`));
  }
  const bad = events.findIndex((event) => !isJsonText(event));
  if (bad !== -1) return fail(badInput(transport, `events[${bad}] must be a string that holds JSON.`));
  return { ok: true, value: events as string[] };
}

function isJsonText(event: unknown): boolean {
  if (typeof event !== 'string') return false;
  try {
    JSON.parse(event);
    return true;
  } catch {
    return false;
  }
}

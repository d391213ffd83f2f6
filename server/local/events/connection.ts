/**
 * One WebSocket of one client: reads its messages in order, answers them, and keeps the timers (`ka`, longest
 * life, token expiry). It knows the protocol; rights are the authorizer's, fan-out is the hub's.
 * https://docs.aws.amazon.com/appsync/latest/eventapi/event-api-websocket-protocol.html
 */
import type { RawData, WebSocket } from 'ws';
import { channelMatches } from '../../../src/shared/channel.ts';
import type { Clock } from '../../../src/shared/clock.ts';
import type { FaultSwitches } from '../faults.ts';
import type { Authorizer, Credentials } from './authorizer.ts';
import { createConnectionTimers } from './connection-timers.ts';
import type { Hub, Receiver } from './hub.ts';
import { canonicalChannel, type Publisher } from './publisher.ts';
import { createRateLimit } from './rate-limit.ts';
import type { Caller } from './rules.ts';
import { badInput, HANDLER_DENIED, NOT_AUTHORIZED, type ServiceError } from './service-error.ts';

/** An id that a client may choose for an operation. */
const OPERATION_ID = /^[a-zA-Z0-9-_+]{1,128}$/;
const MAX_SUBSCRIPTIONS = 200;
const PUBLISHES_PER_SECOND = 25;
/** Five events of 240 KB, escaped, and sent twice as some clients do. */
const MAX_FRAME_BYTES = 8 * 1024 * 1024;
/** A client that reads nothing is cut off before it fills the memory. */
const MAX_UNSENT_BYTES = 64 * 1024 * 1024;
/** The service closes with the normal code, whatever the cause. */
const CLOSE_CODE = 1000;

export interface ConnectionInfo {
  id: string;
  /** ISO 8601. */
  openedAt: string;
  /** The username; null for an API key. */
  user: string | null;
  subscriptions: { id: string; channel: string }[];
}

export interface Connection {
  info(): ConnectionInfo;
  /** Ends it without a closing handshake, as a lost network does. */
  terminate(): void;
  /** Every token issued until now has expired. */
  tokensExpired(): void;
}

export interface ConnectionDeps {
  id: string;
  socket: WebSocket;
  caller: Caller;
  authorizer: Authorizer;
  publish: Publisher;
  hub: Hub;
  faults: FaultSwitches;
  clock: Clock;
  onDelivered(): void;
  onClosed(): void;
}

export function openConnection(deps: ConnectionDeps): Connection {
  const { id, socket, caller, authorizer, publish, hub, faults, clock } = deps;
  const openedAt = clock.wall();
  const subscriptions = new Map<string, { channel: string; end: () => void }>();
  const mayPublish = createRateLimit(
    () => PUBLISHES_PER_SECOND,
    () => clock.monotonic(),
  );
  const receiver: Receiver = {
    deliver(subscriptionId, eventJson) {
      // Built by hand: the event was encoded once for all receivers. Ids are checked, so need no escaping.
      if (sendText(`{"type":"data","id":"${subscriptionId}","event":${eventJson}}`)) deps.onDelivered();
    },
  };
  const timers = createConnectionTimers({
    clock,
    faults,
    openedAt,
    tokenExpiresAt: caller.mode === 'userPool' ? caller.expiresAtMs : null,
    keepAlive: () => send({ type: 'ka' }),
    close: () => socket.close(CLOSE_CODE),
    // A half-open socket: what the peer sends stays unread in the kernel, and nothing is sent.
    silence: (silent) => (silent ? socket.pause() : socket.resume()),
  });

  let queue: Promise<void> = Promise.resolve();
  socket.on('message', (data, isBinary) => {
    // One after the other, so that publishes of one client keep their order while tokens are checked.
    queue = queue.then(() => receive(data, isBinary));
  });
  socket.on('error', () => socket.terminate());
  socket.on('close', () => {
    timers.cancel();
    for (const { end } of subscriptions.values()) end();
    subscriptions.clear();
    deps.onClosed();
  });

  function sendText(text: string): boolean {
    if (socket.readyState !== socket.OPEN || faults.current.events.silent) return false;
    if (socket.bufferedAmount > MAX_UNSENT_BYTES) {
      socket.terminate();
      return false;
    }
    socket.send(text);
    return true;
  }

  function send(frame: Record<string, unknown>): void {
    sendText(JSON.stringify(frame));
  }

  function sendError(type: string, operationId: unknown, { errorType, message }: ServiceError): void {
    const id = typeof operationId === 'string' ? { id: operationId } : {};
    send({ type, ...id, errors: [{ errorType, message }] });
  }

  async function receive(data: RawData, isBinary: boolean): Promise<void> {
    if (isBinary) return sendError('error', undefined, badInput('ws', 'Messages are JSON text, not binary.'));
    const text = data.toString();
    if (text.length > MAX_FRAME_BYTES) {
      sendError('error', undefined, badInput('ws', 'The message is too large.'));
      return socket.close(CLOSE_CODE);
    }
    const message = parseMessage(text);
    if (message === null) {
      return sendError('error', undefined, badInput('ws', 'The message is not a JSON object.'));
    }
    const { type, id: operationId } = message;
    if (type === 'connection_init') return acknowledge();
    if (type !== 'subscribe' && type !== 'unsubscribe' && type !== 'publish') {
      const error = { errorType: 'UnsupportedOperation', message: 'Unknown message type.', status: 400 };
      return sendError('error', operationId, error);
    }
    if (typeof operationId !== 'string' || !OPERATION_ID.test(operationId)) {
      const text = 'id must have 1 to 128 letters, digits or the characters - _ +';
      return sendError(`${type}_error`, operationId, badInput('ws', text));
    }
    if (type === 'unsubscribe') return unsubscribe(operationId);
    const credentials = credentialsOf(message.authorization);
    if (credentials === null) return sendError(`${type}_error`, operationId, NOT_AUTHORIZED);
    if (type === 'subscribe') return subscribe(operationId, message.channel, credentials);
    return publishEvents(operationId, message, credentials);
  }

  function acknowledge(): void {
    const { withholdConnectionAck, ackDelayMs, connectionTimeoutMs } = faults.current.events;
    if (withholdConnectionAck) return;
    timers.delay(ackDelayMs, () => {
      send({ type: 'connection_ack', connectionTimeoutMs });
      // At once: a client may count from its last `ka` of an earlier socket.
      timers.keepAliveNow();
    });
  }

  async function subscribe(operationId: string, channel: unknown, credentials: Credentials): Promise<void> {
    const refuse = (error: ServiceError) => sendError('subscribe_error', operationId, error);
    const identity = await authorizer.identify(credentials);
    if (!identity.ok) return refuse(identity.error);
    const name = canonicalChannel(channel, 'subscribe', 'ws');
    if (!name.ok) return refuse(name.error);
    if (subscriptions.has(operationId)) {
      const message = `A subscription with the id ${operationId} exists on this connection.`;
      return refuse({ errorType: 'DuplicatedOperationError', message, status: 400 });
    }
    if (subscriptions.size >= MAX_SUBSCRIPTIONS) {
      const message = `A connection has at most ${MAX_SUBSCRIPTIONS} subscriptions.`;
      return refuse({ errorType: 'MaxSubscriptionsReachedError', message, status: 400 });
    }
    const refusal = authorizer.mayUse(identity.value, name.value, 'subscribe');
    if (refusal !== null) return refuse(refusal);
    const { deny, withholdSubscribeAck, ackDelayMs } = faults.current.events;
    if (deny.some((pattern) => channelMatches(pattern, name.value))) return refuse(HANDLER_DENIED);

    const subscription = { channel: name.value, end: () => {} };
    subscriptions.set(operationId, subscription);
    timers.delay(ackDelayMs, () => {
      if (subscriptions.get(operationId) !== subscription) return;
      if (!withholdSubscribeAck) send({ type: 'subscribe_success', id: operationId });
      subscription.end = hub.add(name.value, operationId, receiver);
    });
  }

  function unsubscribe(operationId: string): void {
    const subscription = subscriptions.get(operationId);
    if (subscription === undefined) {
      const message = `Unknown operation id ${operationId}`;
      const error = { errorType: 'UnknownOperationError', message, status: 400 };
      sendError('unsubscribe_error', operationId, error);
      return;
    }
    subscription.end();
    subscriptions.delete(operationId);
    send({ type: 'unsubscribe_success', id: operationId });
  }

  async function publishEvents(
    operationId: string,
    { channel, events }: Record<string, unknown>,
    credentials: Credentials,
  ): Promise<void> {
    if (!mayPublish()) {
      const message = `Rate exceeded: at most ${PUBLISHES_PER_SECOND} publishes a second on one connection.`;
      const error = { errorType: 'LimitExceededError', message, status: 429 };
      return sendError('publish_error', operationId, error);
    }
    const outcome = await publish({ channel, events, credentials }, 'ws');
    if (!outcome.ok) return sendError('publish_error', operationId, outcome.error);
    if (faults.current.events.publish === 'lose') return socket.terminate();
    send({ type: 'publish_success', id: operationId, ...outcome.value });
  }

  return {
    info: () => ({
      id,
      openedAt: new Date(openedAt).toISOString(),
      user: caller.mode === 'userPool' ? caller.username : null,
      subscriptions: [...subscriptions].map(([subscriptionId, { channel }]) => ({
        id: subscriptionId,
        channel,
      })),
    }),
    terminate: () => socket.terminate(),
    tokensExpired: () => timers.tokenExpired(),
  };
}

function parseMessage(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}

function credentialsOf(authorization: unknown): Credentials | null {
  return typeof authorization === 'object' && authorization !== null ? (authorization as Credentials) : null;
}

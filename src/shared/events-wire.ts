/**
 * The frames of the AppSync Events WebSocket protocol, client side.
 * https://docs.aws.amazon.com/appsync/latest/eventapi/event-api-websocket-protocol.html
 */

export interface WireFault {
  errorType: string;
  message: string;
}

export type ServerFrame =
  | { type: 'connection_ack' }
  | { type: 'connection_error'; fault: WireFault }
  | { type: 'ka' }
  | { type: 'subscribe_success'; id: string }
  | { type: 'subscribe_error'; id: string; fault: WireFault }
  | { type: 'unsubscribe_success'; id: string }
  | { type: 'unsubscribe_error'; id: string; fault: WireFault }
  | { type: 'data'; id: string; events: string[] }
  | { type: 'error'; id: string | null; fault: WireFault };

/**
 * Reads one frame. Returns null for anything that is not a known frame: the caller counts it and goes on, since
 * one bad frame must not cost the connection.
 */
export function parseServerFrame(text: unknown): ServerFrame | null {
  if (typeof text !== 'string') return null;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof value !== 'object' || value === null) return null;
  const frame = value as Record<string, unknown>;
  const id = typeof frame.id === 'string' ? frame.id : null;
  switch (frame.type) {
    case 'connection_error':
      return { type: 'connection_error', fault: readFault(frame) };
    case 'connection_ack':
    case 'ka':
      return { type: frame.type };
    case 'subscribe_success':
    case 'unsubscribe_success':
      return id === null ? null : { type: frame.type, id };
    case 'subscribe_error':
    case 'unsubscribe_error':
      return id === null ? null : { type: frame.type, id, fault: readFault(frame) };
    case 'data': {
      const events = readEvents(frame.event);
      return id === null || events === null ? null : { type: 'data', id, events };
    }
    case 'error':
    case 'broadcast_error':
      return { type: 'error', id, fault: readFault(frame) };
    default:
      return null;
  }
}

/** The service sends one string per frame; its documentation shows an array. Both are read. */
function readEvents(event: unknown): string[] | null {
  if (typeof event === 'string') return [event];
  if (Array.isArray(event) && event.every((item) => typeof item === 'string')) return event as string[];
  return null;
}

function readFault(frame: Record<string, unknown>): WireFault {
  const first: unknown = Array.isArray(frame.errors) ? frame.errors[0] : undefined;
  const { errorType, message } = (typeof first === 'object' && first !== null ? first : {}) as Record<
    string,
    unknown
  >;
  return {
    errorType: typeof errorType === 'string' ? errorType : 'UnknownError',
    message: typeof message === 'string' ? message : 'The service gave no reason.',
  };
}

/** Whether a fault is about who asks (then a new token may help) rather than about what is asked. */
export function isAuthorizationFault(fault: WireFault): boolean {
  return fault.errorType.startsWith('Unauthorized');
}

/** Whether the service says that the token is over: a newer one will do, sooner or later. */
export function isExpiryFault(fault: WireFault): boolean {
  return isAuthorizationFault(fault) && /expired/i.test(fault.message);
}

/** Whether the connection has as many subscriptions as the service lets it have. */
export function isCapacityFault(fault: WireFault): boolean {
  return fault.errorType === 'MaxSubscriptionsReachedError' || fault.errorType === 'LimitExceededError';
}

export const EVENTS_SUBPROTOCOL = 'aws-appsync-event-ws';

/** The authorization of one connect or subscribe with a user pool's access token. */
export function authorizationFor(host: string, accessToken: string): Record<string, string> {
  return { host, Authorization: accessToken };
}

/** The second subprotocol, which carries the authorization of the connect: base64url without padding. */
export function headerSubprotocol(authorization: Record<string, string>): string {
  const json = JSON.stringify(authorization);
  const base64 = (globalThis as unknown as { btoa(text: string): string }).btoa(json);
  return `header-${base64.replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '')}`;
}

/**
 * One WebSocket to AppSync Events: handshake, frames out, frames in. It knows nothing of reconnecting, tabs or
 * logs; whoever opened it hears of everything through `on`, and never again after `close`.
 */
import {
  authorizationFor,
  EVENTS_SUBPROTOCOL,
  headerSubprotocol,
  isAuthorizationFault,
  parseServerFrame,
  type ServerFrame,
} from '../../shared/events-wire.ts';

export interface WireSocketDeps {
  /** WebSocket endpoint of the Events API. */
  realtime: string;
  /** Host that authorization objects name. */
  host: string;
  accessToken: string;
  WebSocket: typeof WebSocket;
  on(event: WireSocketEvent): void;
}

export type WireSocketEvent =
  | { t: 'acked' }
  | { t: 'frame'; frame: ServerFrame }
  /** Something arrived that is no known frame: ignored, but the path is alive. */
  | { t: 'unreadable' }
  /** The socket ended, or never opened. */
  | { t: 'closed'; reason: string; spoke: 'nothing' | 'unauthorized' | 'refused' };

export interface WireSocket {
  subscribe(id: string, channel: string, accessToken: string): void;
  unsubscribe(id: string): void;
  /** One cheap round trip: the service answers `unsubscribe_error` with an id that it does not know. */
  probe(id: string): void;
  /** Closes without waiting for the other side; nothing more is heard of this socket. */
  close(): void;
}

export const UNREACHABLE = 'The service cannot be reached.';

/** @throws whatever the platform throws for an address it cannot open. */
export function openWireSocket({ realtime, host, accessToken, WebSocket, on }: WireSocketDeps): WireSocket {
  const socket = new WebSocket(realtime, [
    EVENTS_SUBPROTOCOL,
    headerSubprotocol(authorizationFor(host, accessToken)),
  ]);
  let over = false;
  let acked = false;

  function finish(reason: string, spoke: 'nothing' | 'unauthorized' | 'refused'): void {
    if (over) return;
    over = true;
    socket.close();
    on({ t: 'closed', reason, spoke });
  }

  function send(frame: object): void {
    if (!over && socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(frame));
  }

  socket.onopen = () => send({ type: 'connection_init' });
  // A close tells nothing by code or reason (the service uses the normal code for failures too).
  socket.onclose = () => finish(acked ? 'The connection was lost.' : UNREACHABLE, 'nothing');
  socket.onmessage = ({ data }: MessageEvent<unknown>) => {
    if (over) return;
    const frame = parseServerFrame(data);
    if (frame === null) {
      on({ t: 'unreadable' });
    } else if (frame.type === 'connection_ack') {
      acked = true;
      on({ t: 'acked' });
    } else if (frame.type === 'connection_error') {
      finish(
        `The service refused the connection: ${frame.fault.message}`,
        isAuthorizationFault(frame.fault) ? 'unauthorized' : 'refused',
      );
    } else {
      on({ t: 'frame', frame });
    }
  };

  const unsubscribe = (id: string): void => send({ type: 'unsubscribe', id });

  return {
    subscribe(id, channel, token) {
      send({ type: 'subscribe', id, channel: `/${channel}`, authorization: authorizationFor(host, token) });
    },
    unsubscribe,
    probe: unsubscribe,
    close() {
      if (over) return;
      over = true;
      socket.close();
    },
  };
}

/**
 * An AppSync Events API: `POST /event` and the WebSocket at `/event/realtime`; beside it, behind a switch, the
 * history that an application may keep. This file owns the upgrade and the list of open connections; a connection's
 * life is in `connection.ts`.
 */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Clock } from '../../../src/shared/clock.ts';
import type { TokenVerdict } from '../cognito/access-tokens.ts';
import type { FaultSwitches } from '../faults.ts';
import { sendJson, urlOf } from '../http-answers.ts';
import { createAuthorizer } from './authorizer.ts';
import { type Connection, type ConnectionInfo, openConnection } from './connection.ts';
import { readHandshake, SUBPROTOCOL } from './handshake.ts';
import { createEventHistory } from './history.ts';
import { createHttpHistory, HISTORY_PATH, POSITION_PATH } from './http-history.ts';
import { createHttpPublish } from './http-publish.ts';
import { createHub } from './hub.ts';
import { createPublisher } from './publisher.ts';
import { refuseSocket } from './refusal.ts';
import type { Caller, EventsRules } from './rules.ts';
import { badInput, fail, type Outcome } from './service-error.ts';

export const PUBLISH_PATH = '/event';
export const REALTIME_PATH = '/event/realtime';
/** Above it the library cuts the connection; far above anything a client may send. */
const MAX_FRAME_BYTES = 32 * 1024 * 1024;

/** What the Events API saw, since the start or the last reset. */
interface EventsCounts {
  socketsOpened: number;
  /** Connects that were destroyed or answered with `connection_error`. */
  connectsRefused: number;
  /** Publishes that were taken. */
  httpPublishes: number;
  wsPublishes: number;
  /** `data` frames sent. */
  delivered: number;
  /** Answers of the history that gave something. */
  historyPositions: number;
  historyPages: number;
}

export interface EventsStats extends EventsCounts {
  socketsOpen: number;
  sockets: ConnectionInfo[];
}

export interface EventsApiOptions {
  rules: EventsRules;
  apiKeys: readonly string[];
  verifyToken(token: string): Promise<TokenVerdict>;
  faults: FaultSwitches;
  clock: Clock;
  log(line: string): void;
}

export interface EventsApi {
  /** @returns false when the path is none of this API. */
  handle(req: IncomingMessage, res: ServerResponse): Promise<boolean>;
  upgrade(req: IncomingMessage, socket: Duplex, head: Buffer): Promise<void>;
  stats(): EventsStats;
  resetCounts(): void;
  /** Ends every socket without a closing handshake. @returns how many. */
  dropAll(): number;
  /** Every token issued until now has expired. */
  tokensExpired(): void;
  close(): void;
}

export function createEventsApi(options: EventsApiOptions): EventsApi {
  const { faults, clock, log } = options;
  const authorizer = createAuthorizer(options);
  const history = createEventHistory(() => clock.wall());
  const hub = createHub(history);
  let counts = noCounts();
  const publish = createPublisher({
    authorizer,
    hub,
    refuses: () => faults.current.events.publish === 'refuse',
    onAccepted: (transport) => {
      if (transport === 'http') counts.httpPublishes += 1;
      else counts.wsPublishes += 1;
    },
  });
  const httpPublish = createHttpPublish(publish, faults, () => clock.monotonic());
  const httpHistory = createHttpHistory({
    ...{ history, authorizer, faults },
    now: () => clock.wall(),
    onAnswered: (what) => {
      if (what === 'position') counts.historyPositions += 1;
      else counts.historyPages += 1;
    },
  });
  const sockets = new WebSocketServer({
    noServer: true,
    clientTracking: true,
    maxPayload: MAX_FRAME_BYTES,
    handleProtocols: () => SUBPROTOCOL,
  });
  const connections = new Set<Connection>();

  async function admit(req: IncomingMessage): Promise<Outcome<Caller>> {
    const { credentials } = readHandshake(req);
    if (credentials === null) return fail(badInput('http', 'The header- subprotocol cannot be read.'));
    const identity = await authorizer.identify(credentials);
    if (!identity.ok) return identity;
    const refusal = authorizer.mayConnect(identity.value);
    return refusal === null ? identity : fail(refusal);
  }

  function accept(socket: WebSocket, admission: Outcome<Caller>): void {
    if (!admission.ok) {
      counts.connectsRefused += 1;
      log(`connect refused: ${admission.error.message}`);
      refuseSocket(socket, admission.error, { clock, silent: () => faults.current.events.silent });
      return;
    }
    counts.socketsOpened += 1;
    const connection = openConnection({
      id: randomUUID(),
      socket,
      caller: admission.value,
      authorizer,
      publish,
      hub,
      faults,
      clock,
      onDelivered: () => {
        counts.delivered += 1;
      },
      onClosed: () => connections.delete(connection),
    });
    connections.add(connection);
  }

  return {
    async handle(req, res) {
      const path = urlOf(req).pathname;
      if (path === PUBLISH_PATH) await httpPublish(req, res);
      else if (path === HISTORY_PATH || path === POSITION_PATH) await httpHistory(req, res);
      else if (path === REALTIME_PATH) {
        sendJson(res, 400, {
          errors: [{ errorType: 'BadRequestException', message: 'Connect a WebSocket.' }],
        });
      } else return false;
      return true;
    },
    async upgrade(req, socket, head) {
      socket.on('error', () => socket.destroy());
      if (faults.current.events.refuseConnections) {
        counts.connectsRefused += 1;
        socket.destroy();
        return;
      }
      if (urlOf(req).pathname !== REALTIME_PATH || !readHandshake(req).offersProtocol) {
        socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
        return;
      }
      const admission = await admit(req);
      sockets.handleUpgrade(req, socket, head, (webSocket) => accept(webSocket, admission));
    },
    stats: () => ({
      socketsOpen: connections.size,
      ...counts,
      sockets: [...connections].map((connection) => connection.info()),
    }),
    resetCounts: () => {
      counts = noCounts();
    },
    dropAll() {
      const dropped = connections.size;
      for (const socket of sockets.clients) socket.terminate();
      return dropped;
    },
    tokensExpired() {
      for (const connection of connections) connection.tokensExpired();
    },
    close() {
      for (const socket of sockets.clients) socket.terminate();
      sockets.close();
    },
  };
}

function noCounts(): EventsCounts {
  return {
    socketsOpened: 0,
    connectsRefused: 0,
    httpPublishes: 0,
    wsPublishes: 0,
    delivered: 0,
    historyPositions: 0,
    historyPages: 0,
  };
}

/**
 * The embedded stand-ins for Cognito and AppSync Events, on one loopback port, so that everything works with
 * no AWS account. Loaded only when nothing real is configured. They speak the protocols of the real services
 * and have switches for their faults; they are the demo and the test bench, never a production server.
 */
import { randomBytes } from 'node:crypto';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { type Clock, createSystemClock } from '../../src/shared/clock.ts';
import type { EventsConfig } from '../../src/shared/page-data.ts';
import { createCognito } from './cognito/index.ts';
import { CONTROL_PATH, createControl } from './control.ts';
import { DEMO_USERS, type DemoUser } from './demo-users.ts';
import { HISTORY_PATH } from './events/http-history.ts';
import { createEventsApi, PUBLISH_PATH, REALTIME_PATH } from './events/index.ts';
import { DEFAULT_RULES, type EventsRules } from './events/rules.ts';
import { createFaultSwitches } from './faults.ts';
import { isLoopbackRequest, sendJson } from './http-answers.ts';
import { listenOnLoopback } from './loopback-server.ts';
import { openStateFile } from './state-file.ts';

export interface LocalOptions {
  /** 0 = any free port. */
  port: number;
  /** Origin of the app: its callback and sign-out addresses, and the only page that may use the switches. */
  appOrigin: string;
  /** Life of access and ID tokens. */
  tokenSeconds: number;
  /** Folder for keys and the provider's state, which survive a restart. Made when missing. */
  stateDir: string;
  /** One line of what happened; never a token. */
  log(line: string): void;
  /** Namespaces and auth modes of the Events API. Default: {@link DEFAULT_RULES}. */
  rules?: EventsRules;
  /** Default: the system's. */
  clock?: Clock;
}

export interface LocalServices {
  /** `http://localhost:<port>` */
  origin: string;
  cognito: { issuer: string; clientId: string; clientSecret: string };
  /** `lifetimeMs` is that of the fault switches at the moment it is read. */
  events: EventsConfig;
  apiKey: string;
  users: readonly DemoUser[];
  /** Address below which `/stats`, `/faults`, `/drop`, `/expire-tokens` and `/reset` are. */
  controlUrl: string;
  close(): Promise<void>;
}

const REGION = 'local-1';

/** @throws an error whose message says what to do when the port is taken. */
export async function startLocal(options: LocalOptions): Promise<LocalServices> {
  const { appOrigin, tokenSeconds, log, rules = DEFAULT_RULES, clock = createSystemClock() } = options;
  const state = openStateFile(options.stateDir, () => clock.wall());

  // The issuer names the port, so the server listens before the services behind it are made.
  let services: Awaited<ReturnType<typeof createServices>> | undefined;
  const server = await listenOnLoopback(options.port, {
    request: (req, res) => {
      if (services === undefined) sendJson(res, 503, { error: 'Starting. Try again in a moment.' });
      else services.request(req, res);
    },
    upgrade: (req, socket, head) => {
      if (services === undefined) socket.destroy();
      else services.upgrade(req, socket, head);
    },
  }).catch((error: unknown) => {
    state.close();
    throw error;
  });
  const origin = `http://localhost:${server.port}`;

  async function createServices() {
    const faults = createFaultSwitches();
    const cognito = await createCognito({ origin, appOrigin, tokenSeconds, state, faults, clock, log });
    const apiKey = await state.once('api-key', () => `da2-${randomBytes(13).toString('hex')}`);
    const verifyToken = (token: string) => cognito.accessTokens.verify(token);
    const events = createEventsApi({ rules, apiKeys: [apiKey], verifyToken, faults, clock, log });
    const control = createControl({ appOrigin, cognito, events, faults, log });

    async function answer(req: IncomingMessage, res: ServerResponse): Promise<void> {
      if (!isLoopbackRequest(req)) return sendJson(res, 421, { error: 'Ask for localhost.' });
      if ((await control(req, res)) || (await events.handle(req, res)) || (await cognito.handle(req, res)))
        return;
      sendJson(res, 404, { error: 'There is nothing here.' });
    }

    const request: RequestListener = (req, res) => {
      answer(req, res).catch((error: unknown) => {
        log(`request failed: ${error instanceof Error ? error.message : String(error)}`);
        if (res.headersSent) res.destroy();
        else sendJson(res, 500, { error: 'The stand-in failed. Its log says why.' });
      });
    };
    const upgrade = (req: IncomingMessage, socket: Duplex, head: Buffer): void => {
      if (isLoopbackRequest(req)) events.upgrade(req, socket, head).catch(() => socket.destroy());
      else socket.destroy();
    };
    return { cognito, events, faults, apiKey, request, upgrade };
  }

  services = await createServices();
  const { cognito, events, faults, apiKey } = services;
  const host = new URL(origin).host;
  return {
    origin,
    cognito: { issuer: cognito.issuer, clientId: cognito.clientId, clientSecret: cognito.clientSecret },
    events: {
      endpoint: `${origin}${PUBLISH_PATH}`,
      realtime: `ws://${host}${REALTIME_PATH}`,
      host,
      region: REGION,
      history: `${origin}${HISTORY_PATH}`,
      get lifetimeMs() {
        return faults.current.events.maxConnectionMs;
      },
    },
    apiKey,
    users: DEMO_USERS,
    controlUrl: `${origin}${CONTROL_PATH}`,
    async close() {
      events.close();
      await server.close();
      state.close();
    },
  };
}

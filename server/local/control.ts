/**
 * `/_local`: what the far end saw, and the fault switches, as JSON, for tests and for the demo's panel. Only
 * the app's own origin and callers that are no web page (no `Origin`) are answered.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Cognito } from './cognito/index.ts';
import type { EventsApi } from './events/index.ts';
import type { FaultSwitches } from './faults.ts';
import { readBody, sendJson, urlOf } from './http-answers.ts';

export const CONTROL_PATH = '/_local';
const MAX_BODY_BYTES = 64 * 1024;

export interface ControlDeps {
  appOrigin: string;
  cognito: Cognito;
  events: EventsApi;
  faults: FaultSwitches;
  log(line: string): void;
}

export function createControl({ appOrigin, cognito, events, faults, log }: ControlDeps) {
  const routes: Record<string, (req: IncomingMessage, res: ServerResponse) => Promise<void> | void> = {
    'GET /stats': (_req, res) =>
      sendJson(res, 200, { provider: cognito.counts(), events: events.stats() }, cors()),
    'GET /faults': (_req, res) => sendJson(res, 200, faults.current, cors()),
    'POST /faults': async (req, res) => {
      const input = parseJson(await readBody(req, MAX_BODY_BYTES));
      if (input === undefined) return sendJson(res, 400, { error: 'body: It must be JSON.' }, cors());
      const result = faults.patch(input);
      if (!result.ok) return sendJson(res, 400, { error: result.error }, cors());
      log(`fault switches: ${JSON.stringify(input)}`);
      sendJson(res, 200, result.faults, cors());
    },
    'POST /drop': (_req, res) => sendJson(res, 200, { dropped: events.dropAll() }, cors()),
    'POST /expire-tokens': (_req, res) => {
      cognito.accessTokens.expireAll();
      events.tokensExpired();
      sendJson(res, 200, {}, cors());
    },
    'POST /reset': (_req, res) => {
      faults.reset();
      cognito.resetCounts();
      events.resetCounts();
      sendJson(res, 200, {}, cors());
    },
  };

  function cors(): Record<string, string> {
    return { 'access-control-allow-origin': appOrigin, vary: 'Origin' };
  }

  /** @returns false when the path is none of the control's. */
  return async function control(req: IncomingMessage, res: ServerResponse): Promise<boolean> {
    const path = urlOf(req).pathname;
    if (path !== CONTROL_PATH && !path.startsWith(`${CONTROL_PATH}/`)) return false;
    const { origin } = req.headers;
    if (origin !== undefined && origin !== appOrigin) {
      sendJson(res, 403, { error: `Only pages of ${appOrigin} may use the switches.` });
      return true;
    }
    if (req.method === 'OPTIONS') {
      const headers = {
        'access-control-allow-methods': 'GET, POST',
        'access-control-allow-headers': 'content-type',
      };
      res.writeHead(204, { ...cors(), ...headers }).end();
      return true;
    }
    const route = routes[`${req.method} ${path.slice(CONTROL_PATH.length)}`];
    if (route === undefined) {
      sendJson(
        res,
        404,
        { error: `There is no such switch. There are: ${Object.keys(routes).join(', ')}.` },
        cors(),
      );
      return true;
    }
    await route(req, res);
    return true;
  };
}

function parseJson(text: string | null): unknown {
  try {
    return JSON.parse(text ?? '') as unknown;
  } catch {
    return undefined;
  }
}

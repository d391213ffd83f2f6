/** `POST /event`: publishing over HTTP, with the CORS answers that a browser needs. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FaultSwitches } from '../faults.ts';
import { readBody, sendJson } from '../http-answers.ts';
import { commonHeaders, sendPreflight, sendServiceError } from './http-answers.ts';
import type { Publisher } from './publisher.ts';
import { createRateLimit } from './rate-limit.ts';
import { badInput, TOO_MANY_PUBLISHES } from './service-error.ts';

const MAX_BODY_BYTES = 8 * 1024 * 1024;

export function createHttpPublish(publish: Publisher, faults: FaultSwitches, now: () => number) {
  const mayPublish = createRateLimit(() => faults.current.events.publishPerSecond, now);
  return async function httpPublish(req: IncomingMessage, res: ServerResponse): Promise<void> {
    if (faults.current.events.refuseConnections) {
      req.socket.destroy();
      return;
    }
    if (req.method === 'OPTIONS') return sendPreflight(res, 'POST');
    if (req.method !== 'POST') {
      const error = { errorType: 'BadRequestException', message: 'Publish with POST.', status: 405 };
      return sendServiceError(res, error, { allow: 'POST, OPTIONS' });
    }
    if (faults.current.events.publishPerSecond > 0 && !mayPublish()) {
      return sendServiceError(res, TOO_MANY_PUBLISHES, { 'retry-after': '1' });
    }
    const body = parseBody(await readBody(req, MAX_BODY_BYTES));
    if (body === null) {
      const text = 'The body must be a JSON object with channel and events, of at most 1.2 MB.';
      return sendServiceError(res, badInput('http', text));
    }
    const { channel, events } = body;
    const outcome = await publish({ channel, events, credentials: req.headers }, 'http');
    if (!outcome.ok) return sendServiceError(res, outcome.error);
    if (faults.current.events.publish === 'lose') {
      req.socket.destroy();
      return;
    }
    const { failed, successful } = outcome.value;
    sendJson(res, 200, { failed, successful }, commonHeaders());
  };
}

function parseBody(text: string | null): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text ?? '');
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

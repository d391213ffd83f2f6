/** `POST /event`: publishing over HTTP, with the CORS answers that a browser needs. */

import { randomUUID } from 'node:crypto';
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { FaultSwitches } from '../faults.ts';
import { readBody, sendJson } from '../http-answers.ts';
import type { Publisher } from './publisher.ts';
import { createRateLimit } from './rate-limit.ts';
import { badInput, type ServiceError, TOO_MANY_PUBLISHES } from './service-error.ts';

const MAX_BODY_BYTES = 8 * 1024 * 1024;

export function createHttpPublish(publish: Publisher, faults: FaultSwitches, now: () => number) {
  const mayPublish = createRateLimit(() => faults.current.events.publishPerSecond, now);
  return async function httpPublish(req: IncomingMessage, res: ServerResponse): Promise<void> {
    if (faults.current.events.refuseConnections) {
      req.socket.destroy();
      return;
    }
    if (req.method === 'OPTIONS') {
      res.writeHead(200, { ...commonHeaders(), ...PREFLIGHT }).end();
      return;
    }
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

const PREFLIGHT: OutgoingHttpHeaders = {
  'access-control-allow-methods': 'POST, OPTIONS',
  'access-control-allow-headers':
    'authorization, x-amz-user-agent, x-api-key, content-type, x-amz-date, x-amz-security-token',
  'access-control-max-age': '600',
  'content-length': 0,
};

function commonHeaders(): OutgoingHttpHeaders {
  return {
    'access-control-allow-origin': '*',
    'access-control-expose-headers': 'x-amzn-errortype, x-amzn-requestid',
    'x-amzn-requestid': randomUUID(),
    // Browsers silently send a request again when a kept-alive connection dies before the answer. With a new
    // connection for each, the switches that destroy it show the client what a first-time failure is.
    connection: 'close',
  };
}

function sendServiceError(
  res: ServerResponse,
  { errorType, message, status }: ServiceError,
  headers: OutgoingHttpHeaders = {},
): void {
  const all = { ...commonHeaders(), 'x-amzn-errortype': errorType, ...headers };
  sendJson(res, status, { errors: [{ errorType, message }] }, all);
}

function parseBody(text: string | null): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text ?? '');
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

/** The HTTP answers of the Events API: its errors, and the CORS headers that a browser needs. */
import { randomUUID } from 'node:crypto';
import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { sendJson } from '../http-answers.ts';
import type { ServiceError } from './service-error.ts';

/** Headers of every answer. */
export function commonHeaders(): OutgoingHttpHeaders {
  return {
    'access-control-allow-origin': '*',
    'access-control-expose-headers': 'x-amzn-errortype, x-amzn-requestid',
    'x-amzn-requestid': randomUUID(),
    // Browsers silently send a request again when a kept-alive connection dies before the answer. With a new
    // connection for each, the switches that destroy it show the client what a first-time failure is.
    connection: 'close',
  };
}

/** The answer to a browser that asks whether it may send `method` with credentials in headers. */
export function sendPreflight(res: ServerResponse, method: 'GET' | 'POST'): void {
  const headers: OutgoingHttpHeaders = {
    ...commonHeaders(),
    'access-control-allow-methods': `${method}, OPTIONS`,
    'access-control-allow-headers':
      'authorization, x-amz-user-agent, x-api-key, content-type, x-amz-date, x-amz-security-token',
    'access-control-max-age': '600',
    'content-length': 0,
  };
  res.writeHead(200, headers).end();
}

export function sendServiceError(
  res: ServerResponse,
  { errorType, message, status }: ServiceError,
  headers: OutgoingHttpHeaders = {},
): void {
  const all = { ...commonHeaders(), 'x-amzn-errortype': errorType, ...headers };
  sendJson(res, status, { errors: [{ errorType, message }] }, all);
}

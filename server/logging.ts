/**
 * Logs: one JSON line an event, without secrets. Requests are logged by path only (a callback's query carries code
 * and state), errors by name, message and stack only (the causes of some carry whole answers).
 */
import type { FastifyRequest, FastifyServerOptions } from 'fastify';

export interface LogOptions {
  /** `info` logs every request; `warn` keeps a terminal readable. */
  level: 'info' | 'warn' | 'silent';
  /** Where the lines go; standard output when not given. */
  stream?: { write(line: string): void };
}

export function loggerOptions({ level, stream }: LogOptions): NonNullable<FastifyServerOptions['logger']> {
  return {
    level,
    ...(stream === undefined ? {} : { stream }),
    redact: {
      paths: [
        'authorization',
        'cookie',
        'set-cookie',
        'accessToken',
        'refreshToken',
        'idToken',
        'ticket',
      ].flatMap((name) => [`["${name}"]`, `*["${name}"]`, `*.*["${name}"]`]),
      censor: '[redacted]',
    },
    serializers: {
      req: (request: FastifyRequest) => ({
        method: request.method,
        path: pathOf(request.url),
        address: request.ip,
      }),
      res: (reply: { statusCode: number }) => ({ status: reply.statusCode }),
      err: describeError,
    },
  };
}

function describeError(error: Error): Record<'type' | 'message' | 'stack', string> {
  return { type: error.name, message: error.message, stack: error.stack ?? '' };
}

function pathOf(url: string): string {
  return url.split('?', 1)[0] ?? '';
}

/** Errors of the API as `application/problem+json` (RFC 9457) with a stable `code`. */
import type { FastifyReply } from 'fastify';
import type { ErrorCode } from '../src/shared/errors.ts';
import type { Problem } from '../src/shared/token.ts';

/** Codes that only an API client can cause, beside those that every room knows. */
type ProblemCode = ErrorCode | 'not-found' | 'bad-request' | 'server-error';

export interface ProblemInit {
  status: number;
  code: ProblemCode;
  title: string;
  /** A sentence that says what was wrong and what to do. */
  detail: string;
  epoch?: number;
  /** Sent as `Retry-After`, whole seconds, at least 1. */
  retryAfterMs?: number;
}

export function sendProblem(reply: FastifyReply, init: ProblemInit): FastifyReply {
  const { status, code, title, detail, epoch, retryAfterMs } = init;
  const problem: Problem = { type: `urn:switchboard:problem:${code}`, title, status, detail, code };
  if (epoch !== undefined) problem.epoch = epoch;
  if (retryAfterMs !== undefined) {
    reply.header('retry-after', String(Math.max(1, Math.ceil(retryAfterMs / 1_000))));
  }
  return reply.code(status).type('application/problem+json; charset=utf-8').send(JSON.stringify(problem));
}

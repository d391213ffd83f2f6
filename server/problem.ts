/** Errors of the API as `application/problem+json` (RFC 9457) with a stable `code`. */
import type { FastifyReply } from 'fastify';
import type { ErrorCode } from '../src/shared/errors.ts';
import type { Problem } from '../src/shared/token.ts';

/** Codes that only an API client can cause, beside those that every room knows. */
export type ProblemCode =
  | ErrorCode
  | 'not-found'
  | 'method-not-allowed'
  | 'bad-request'
  | 'request-timeout'
  | 'body-too-large'
  | 'address-too-long'
  | 'unsupported-type'
  | 'headers-too-large'
  | 'server-error';

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

export const PROBLEM_TYPE = 'application/problem+json; charset=utf-8';
/** An error is never kept, whatever the route says of its answers. */
export const ERROR_CACHING = { 'cache-control': 'no-store', vary: 'Cookie' } as const;

export function problemBody({ status, code, title, detail, epoch }: ProblemInit): string {
  const problem: Problem = { type: `urn:switchboard:problem:${code}`, title, status, detail, code };
  if (epoch !== undefined) problem.epoch = epoch;
  return JSON.stringify(problem);
}

export function sendProblem(reply: FastifyReply, init: ProblemInit): FastifyReply {
  const { status, retryAfterMs } = init;
  if (retryAfterMs !== undefined) {
    reply.header('retry-after', String(Math.max(1, Math.ceil(retryAfterMs / 1_000))));
  }
  reply.headers(ERROR_CACHING);
  return reply.code(status).type(PROBLEM_TYPE).send(problemBody(init));
}

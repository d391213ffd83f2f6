/** Errors as AppSync Events words them. A type and a text; on HTTP also a status. */

export interface ServiceError {
  errorType: string;
  message: string;
  /** HTTP status; `connection_error` names it as `errorCode`. Elsewhere on the WebSocket it is not sent. */
  status: number;
}

export type Outcome<T> = { ok: true; value: T } | { ok: false; error: ServiceError };

/** Where a request came in: the service words bad input differently. */
export type Transport = 'http' | 'ws';

export const NOT_AUTHORIZED: ServiceError = {
  errorType: 'UnauthorizedException',
  message: 'You are not authorized to make this call.',
  status: 401,
};

export const TOKEN_EXPIRED: ServiceError = {
  errorType: 'UnauthorizedException',
  message: 'Token has expired.',
  status: 401,
};

/** The credential is good, but its mode is not allowed there, or the namespace does not exist. */
export const MODE_NOT_ALLOWED: ServiceError = { ...NOT_AUTHORIZED, status: 403 };

/** A handler's `util.unauthorized()`. */
export const HANDLER_DENIED: ServiceError = {
  errorType: 'Unauthorized',
  message: 'You are not authorized to make this call.',
  status: 403,
};

/** More requests than the API takes. The service's name and text for it over HTTP are not documented; 429 is AWS's. */
export const TOO_MANY_PUBLISHES: ServiceError = {
  errorType: 'LimitExceededException',
  message: 'Rate limit exceeded.',
  status: 429,
};

export function badInput(transport: Transport, message: string): ServiceError {
  const errorType = transport === 'ws' ? 'InvalidInputError' : 'BadRequestException';
  return { errorType, message, status: 400 };
}

export function fail(error: ServiceError): { ok: false; error: ServiceError } {
  return { ok: false, error };
}

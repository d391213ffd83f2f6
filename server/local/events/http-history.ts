/** `GET /event/history` and `GET /event/history/position`: the protocol of docs/catch-up.md. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { channelMatches } from '../../../src/shared/channel.ts';
import type { FaultSwitches } from '../faults.ts';
import { sendJson, urlOf } from '../http-answers.ts';
import type { Authorizer } from './authorizer.ts';
import type { EventHistory, HistoryPage } from './history.ts';
import { commonHeaders, sendPreflight, sendServiceError } from './http-answers.ts';
import { canonicalChannel } from './publisher.ts';
import { badInput, fail, HANDLER_DENIED, type Outcome, type ServiceError } from './service-error.ts';

export const HISTORY_PATH = '/event/history';
export const POSITION_PATH = '/event/history/position';

/** Events of a page when the caller names no limit, and at most. */
const DEFAULT_LIMIT = 500;
const MAX_LIMIT = 1_000;

const SWITCHED_OFF: ServiceError = {
  errorType: 'NotFoundException',
  message: 'This API keeps no history (the fault switch events.history is off, as AppSync Events has none).',
  status: 404,
};

export interface HttpHistoryDeps {
  history: EventHistory;
  authorizer: Authorizer;
  faults: FaultSwitches;
  /** Milliseconds since 1970. */
  now(): number;
  /** Told once for every answer that gave something. */
  onAnswered(what: 'position' | 'page'): void;
}

export function createHttpHistory({ history, authorizer, faults, now, onAnswered }: HttpHistoryDeps) {
  /** Who asks for anything must be somebody who may connect; the rights on a channel are those to subscribe. */
  async function position(req: IncomingMessage): Promise<Outcome<{ position: string; at: number }>> {
    const caller = await authorizer.identify(req.headers);
    if (!caller.ok) return caller;
    const refusal = authorizer.mayConnect(caller.value);
    return refusal === null
      ? { ok: true, value: { position: history.position(), at: now() } }
      : fail(refusal);
  }

  async function page(req: IncomingMessage): Promise<Outcome<HistoryPage>> {
    const caller = await authorizer.identify(req.headers);
    if (!caller.ok) return caller;
    const query = urlOf(req).searchParams;
    const name = canonicalChannel(query.get('channel'), 'subscribe', 'http');
    if (!name.ok) return name;
    const refusal = authorizer.mayUse(caller.value, name.value, 'subscribe');
    if (refusal !== null) return fail(refusal);
    if (faults.current.events.deny.some((pattern) => channelMatches(pattern, name.value))) {
      return fail(HANDLER_DENIED);
    }
    const after = query.get('after');
    if (after === null) return fail(badInput('http', 'after must be a position.'));
    const limit = Number(query.get('limit') ?? DEFAULT_LIMIT);
    if (!Number.isInteger(limit) || limit < 1 || limit > MAX_LIMIT) {
      return fail(badInput('http', `limit must be a whole number from 1 to ${MAX_LIMIT}.`));
    }
    const until = query.get('until');
    return { ok: true, value: history.read({ pattern: name.value, after, until, limit }) };
  }

  return async function httpHistory(req: IncomingMessage, res: ServerResponse): Promise<void> {
    if (faults.current.events.refuseConnections) {
      req.socket.destroy();
      return;
    }
    if (req.method === 'OPTIONS') return sendPreflight(res, 'GET');
    if (req.method !== 'GET') {
      const error = { errorType: 'BadRequestException', message: 'Read the history with GET.', status: 405 };
      return sendServiceError(res, error, { allow: 'GET, OPTIONS' });
    }
    if (!faults.current.events.history) return sendServiceError(res, SWITCHED_OFF);
    const what = urlOf(req).pathname === POSITION_PATH ? 'position' : 'page';
    const outcome = await (what === 'position' ? position(req) : page(req));
    if (!outcome.ok) return sendServiceError(res, outcome.error);
    onAnswered(what);
    sendJson(res, 200, outcome.value, commonHeaders());
  };
}

/** What is counted, for Prometheus. Nothing here names a person, a session or a token. */
import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { RenewalOutcome } from './session/renewal.ts';
import type { SessionStore } from './session/store.ts';

export interface Metrics {
  tokenAnswer(status: number): void;
  renewal(outcome: RenewalOutcome): void;
  sharedRenewal(): void;
  leaseWait(): void;
  storeError(method: string): void;
  rateLimited(what: 'sign-in' | 'token'): void;
  /** The text format, and its content type. `live`: the sessions; null when the store did not say. */
  text(live: number | null): Promise<{ type: string; body: string }>;
}

/** Kinds of token answers that the contract names; all others together are a bug or an attack. */
const TOKEN_STATUSES = new Set([200, 401, 403, 429, 503]);

/** @param options.process also the process's own: memory, event loop, garbage collection. Once a process. */
export function createMetrics(options: { process?: boolean } = {}): Metrics {
  const registry = new Registry();
  const registers = [registry];
  if (options.process) collectDefaultMetrics({ register: registry });

  const tokens = new Counter({
    name: 'switchboard_token_answers_total',
    help: 'Answers of GET /api/cognito-token, by status.',
    labelNames: ['status'],
    registers,
  });
  const renewals = new Counter({
    name: 'switchboard_renewals_total',
    help: 'Renewals asked of the provider, by what came of them.',
    labelNames: ['outcome'],
    registers,
  });
  const shared = new Counter({
    name: 'switchboard_renewals_shared_total',
    help: 'Requests that joined a renewal already under way in this process.',
    registers,
  });
  const waits = new Counter({
    name: 'switchboard_lease_waits_total',
    help: 'Renewals that waited because another server held the lease.',
    registers,
  });
  const storeErrors = new Counter({
    name: 'switchboard_store_errors_total',
    help: 'Calls of the session store that failed, by method.',
    labelNames: ['method'],
    registers,
  });
  const limited = new Counter({
    name: 'switchboard_rate_limited_total',
    help: 'Requests answered 429, by what they asked for.',
    labelNames: ['what'],
    registers,
  });
  const sessions = new Gauge({
    name: 'switchboard_sessions',
    help: 'Live sessions in the store. The same number at every server of one store: do not add them up.',
    registers,
  });

  // A counter that exists from the start shows its first step; one that appears with it does not.
  for (const status of [...TOKEN_STATUSES, 'other']) tokens.inc({ status }, 0);
  for (const outcome of ['renewed', 'late', 'rejected', 'unavailable', 'nonsense'])
    renewals.inc({ outcome }, 0);
  for (const what of ['sign-in', 'token']) limited.inc({ what }, 0);

  return {
    tokenAnswer: (status) => tokens.inc({ status: TOKEN_STATUSES.has(status) ? status : 'other' }),
    renewal: (outcome) => renewals.inc({ outcome }),
    sharedRenewal: () => shared.inc(),
    leaseWait: () => waits.inc(),
    storeError: (method) => storeErrors.inc({ method }),
    rateLimited: (what) => limited.inc({ what }),
    async text(live) {
      sessions.set(live ?? Number.NaN);
      return { type: registry.contentType, body: await registry.metrics() };
    },
  };
}

/** The same store; its failures are counted. */
export function countErrors(store: SessionStore, metrics: Pick<Metrics, 'storeError'>): SessionStore {
  const counted =
    <Args extends unknown[], Result>(method: string, call: (...args: Args) => Promise<Result>) =>
    async (...args: Args): Promise<Result> => {
      try {
        return await call(...args);
      } catch (error) {
        metrics.storeError(method);
        throw error;
      }
    };
  return {
    create: counted('create', store.create),
    read: counted('read', store.read),
    write: counted('write', store.write),
    list: counted('list', store.list),
    count: counted('count', store.count),
    touch: counted('touch', store.touch),
    end: counted('end', store.end),
    acquireLease: counted('acquireLease', store.acquireLease),
    renewLease: counted('renewLease', store.renewLease),
    releaseLease: counted('releaseLease', store.releaseLease),
    removeExpired: counted('removeExpired', store.removeExpired),
    ping: counted('ping', store.ping),
    close: store.close,
  };
}

/** `GET /metrics`, in Prometheus' text format. For machines: other sites cannot make a browser read it. */
import type { FastifyInstance } from 'fastify';
import type { Clock } from '../../src/shared/clock.ts';
import type { Metrics } from '../metrics.ts';
import { sendProblem } from '../problem.ts';
import type { SessionStore } from '../session/store.ts';
import { refusedRequest } from './problems.ts';

export interface MetricsDeps {
  metrics: Metrics;
  store: Pick<SessionStore, 'count'>;
  clock: Clock;
}

/** Sessions are counted this often at most, however often somebody asks. */
const COUNT_EVERY_MS = 10_000;

export function registerMetrics(app: FastifyInstance, { metrics, store, clock }: MetricsDeps): void {
  let counted: { at: number; live: Promise<number | null> } | null = null;

  function live(): Promise<number | null> {
    const now = clock.monotonic();
    if (counted === null || now - counted.at >= COUNT_EVERY_MS) {
      // While the store is out, what we know of ourselves is wanted most.
      counted = { at: now, live: store.count().catch(() => null) };
    }
    return counted.live;
  }

  app.get('/metrics', async (request, reply) => {
    const site = request.headers['sec-fetch-site'];
    if (site !== undefined && site !== 'none' && site !== 'same-origin') {
      return sendProblem(
        reply,
        refusedRequest('Metrics are not for the pages of other sites (Sec-Fetch-Site).'),
      );
    }
    const { type, body } = await metrics.text(await live());
    return reply.type(type).send(body);
  });
}

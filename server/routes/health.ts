/** `/healthz`: the process lives. `/readyz`: it can do its work; else 503 with the reasons. */
import type { FastifyInstance } from 'fastify';
import type { Provider } from '../auth/provider.ts';
import type { SessionStore } from '../session/store.ts';

export interface HealthDeps {
  store: Pick<SessionStore, 'ping'>;
  provider: Pick<Provider, 'ready'>;
}

export function registerHealth(app: FastifyInstance, { store, provider }: HealthDeps): void {
  app.get('/healthz', async () => ({ status: 'alive' }));

  app.get('/readyz', async (request, reply) => {
    const reasons: Record<string, string> = {};
    const check = (name: string, works: Promise<void>) =>
      works.catch((error: unknown) => {
        request.log.warn({ err: error }, `Not ready: ${name}`);
        reasons[name] = error instanceof Error ? error.message : String(error);
      });
    await Promise.all([check('store', store.ping()), check('provider', provider.ready())]);
    const ready = Object.keys(reasons).length === 0;
    return reply.code(ready ? 200 : 503).send(ready ? { status: 'ready' } : { status: 'not-ready', reasons });
  });
}

/**
 * One server of a fleet, as a process of its own, for the tests beside this file: the real app on a real Redis,
 * with a clock that can be put forward and a step of a renewal at which it dies. Neither is part of the app: the
 * steps are seen from outside, at the store and the provider that it is given.
 */
import type { AddressInfo } from 'node:net';
import { type Clock, createSystemClock } from '../../src/shared/clock.ts';
import { createApp } from '../app.ts';
import { createProvider, type Provider } from '../auth/provider.ts';
import { createRedisStore } from '../session/redis-store.ts';
import type { SessionStore } from '../session/store.ts';
import type { FromMember, MemberOptions, Step, ToMember } from './protocol.ts';
import { seeded } from './seeded.ts';

const DAY_MS = 24 * 3_600_000;

async function main(options: MemberOptions): Promise<void> {
  const { redisUrl, origin, issuer, clientId, clientSecret, answerLimitMs, stoppedAt } = options;
  const system = createSystemClock();
  let aheadMs = 0;
  const clock: Clock = { ...system, wall: () => (stoppedAt ?? system.wall()) + aheadMs };
  const random = seeded(options.seed);

  let dieAt: Step | null = null;
  const at = async (step: Step): Promise<void> => {
    if (step !== dieAt) return;
    process.kill(process.pid, 'SIGKILL');
    await new Promise(() => undefined);
  };
  const hasty: typeof fetch = (input, init) =>
    fetch(input, answerLimitMs === null ? init : { ...init, signal: AbortSignal.timeout(answerLimitMs) });

  const app = await createApp(
    {
      ...{ origin, secrets: [options.secret], idleMs: 7 * DAY_MS, maxMs: 30 * DAY_MS },
      events: {
        endpoint: 'http://localhost:9/event',
        realtime: 'ws://localhost:9/event/realtime',
        host: 'localhost:9',
        region: 'eu-west-1',
        history: null,
        lifetimeMs: 86_400_000,
      },
      localControl: null,
      clientFiles: '/nowhere',
      log: { level: 'silent' },
    },
    {
      clock,
      random,
      store: watchStore(createRedisStore({ url: redisUrl, clock, random }), at),
      provider: watchProvider(
        createProvider({
          cognito: { issuer, clientId, clientSecret, scopes: 'openid' },
          ...{ origin, clock, fetch: hasty },
        }),
        at,
      ),
      // Nobody opens a page here.
      pages: {
        template: async () => '<!--head--><!--app--><!--page-data-->',
        render: async () => ({ pipe: (to) => void to.end(''), abort: () => undefined }),
      },
    },
  );

  process.on('message', (message: ToMember) => {
    if ('advanceMs' in message) aheadMs += message.advanceMs;
    else dieAt = message.dieAt;
    tell('done');
  });
  // Whoever started us is gone.
  process.on('disconnect', () => process.exit(0));
  await app.listen({ port: 0, host: '127.0.0.1' });
  tell({ port: (app.server.address() as AddressInfo).port });
}

function watchStore(store: SessionStore, at: (step: Step) => Promise<void>): SessionStore {
  let holding = false;
  return {
    ...store,
    async acquireLease(...args) {
      await at('before the lease');
      holding = await store.acquireLease(...args);
      if (holding) await at('lease taken');
      return holding;
    },
    async read(idHash) {
      const found = await store.read(idHash);
      if (holding) await at('re-read');
      return found;
    },
    async write(...args) {
      await at('before storing');
      const written = await store.write(...args);
      await at('stored');
      return written;
    },
    async releaseLease(...args) {
      await at('before giving the lease back');
      await store.releaseLease(...args);
      await at('lease given back');
    },
  };
}

function watchProvider(provider: Provider, at: (step: Step) => Promise<void>): Provider {
  return {
    ...provider,
    async refresh(...args) {
      await at('asking the provider');
      const tokens = await provider.refresh(...args);
      await at('provider answered');
      return tokens;
    },
  };
}

function tell(message: FromMember): void {
  process.send?.(message);
}

await main(JSON.parse(process.argv[2] ?? '{}') as MemberOptions);

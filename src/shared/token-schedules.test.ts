/**
 * Random schedules over one token cache: callers, answers early and late, faults, sleeps, clocks set, sign-outs
 * and sign-ins. A failing run prints its seed and path; `FC_SEED=<seed>` runs that seed again.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  createFakeClock,
  createHandLoader,
  flush,
  type HandLoad,
  plainResponse,
  problemResponse,
  tokenResponse,
} from './test-doubles.ts';
import type { TokenResponse } from './token-answer.ts';
import { createTokenCache, LOAD_TIMEOUT_MS } from './token-cache.ts';
import { heldToken } from './token-machine.ts';

const SEED = process.env.FC_SEED === undefined ? {} : { seed: Number(process.env.FC_SEED) };

type Op =
  | { op: 'get'; force: boolean }
  | { op: 'answer'; life: number; part: number; late: boolean }
  | { op: 'fault'; kind: 'network' | '503' | '429' | '403' | 'portal' | '401-proxy' }
  | { op: 'pass' | 'sleep'; ms: number }
  | { op: 'set-clock'; ms: number }
  | { op: 'sign-out'; reachesServer: boolean }
  | { op: 'ended' }
  | { op: 'sign-in'; sub: 'ann' | 'bob'; how: 'message' | 'header' | 'silent' }
  | { op: 'old-news'; behind: number }
  /** The last moment of the held token, when a mistake in its deadline shows. */
  | { op: 'edge' }
  | { op: 'woke' };

const op: fc.Arbitrary<Op> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ op: fc.constant('get' as const), force: fc.boolean() }) },
  {
    weight: 8,
    arbitrary: fc.record({
      op: fc.constant('answer' as const),
      life: fc.integer({ min: 60, max: 600 }),
      part: fc.double({ min: 0, max: 1, noNaN: true }),
      late: fc.boolean(),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      op: fc.constant('fault' as const),
      kind: fc.constantFrom('network', '503', '429', '403', 'portal', '401-proxy'),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      op: fc.constant('pass' as const),
      ms: fc.oneof(fc.integer({ min: 1, max: 25_000 }), fc.integer({ min: 1, max: 200_000 })),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ op: fc.constant('sleep' as const), ms: fc.integer({ min: 1, max: 400_000 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      op: fc.constant('set-clock' as const),
      ms: fc.constantFrom(-86_400_000, -60_000, 60_000, 86_400_000),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ op: fc.constant('sign-out' as const), reachesServer: fc.boolean() }),
  },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('ended' as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      op: fc.constant('sign-in' as const),
      sub: fc.constantFrom('ann', 'bob'),
      how: fc.constantFrom('message', 'header', 'silent'),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ op: fc.constant('old-news' as const), behind: fc.integer({ min: 1, max: 3 }) }),
  },
  { weight: 2, arbitrary: fc.record({ op: fc.constant('edge' as const) }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('woke' as const) }) },
);

interface Issued {
  trueEnd: number;
  epoch: number;
  sub: string;
}

async function play(ops: Op[], pinned: 'ann' | null): Promise<void> {
  const clock = createFakeClock();
  const hand = createHandLoader();
  /** What an answer made when the request arrived would say, for answers that come late. */
  const early = new Map<HandLoad, (life: number, part: number) => TokenResponse>();
  const over = new Set<HandLoad>();
  const issued = new Map<string, Issued>();
  const server: { user: string | null; epoch: number } = { user: 'ann', epoch: 1 };
  let trueTime = 0;
  let told = 1;
  let reason = false;
  let serial = 0;
  let open = 0;
  /** Collected, not thrown: most checks run inside callbacks that would swallow an exception. */
  const broken: string[] = [];
  const must = (holds: boolean, promise: string) => {
    if (!holds) broken.push(promise);
  };

  const makeAnswer = () => {
    const { user, epoch } = server;
    const madeAt = trueTime;
    return (life: number, part: number): TokenResponse => {
      if (user === null) return problemResponse(401, 'signed-out', { epoch });
      const expiresIn = Math.ceil(life * part);
      serial += 1;
      const response = tokenResponse({ sub: user, epoch, expiresIn, whole: life, jti: String(serial) });
      response.json().then((body) => {
        const { accessToken } = body as { accessToken: string };
        issued.set(accessToken, { trueEnd: madeAt + expiresIn * 1000, epoch, sub: user });
      });
      return response;
    };
  };
  const flying = () => hand.loads.filter((load) => !over.has(load) && !load.cancelled);

  const cache = createTokenCache({
    clock,
    random: () => ((serial * 7919) % 1000) / 1000,
    load(request) {
      const load = hand.load(request);
      const entry = hand.loads.at(-1);
      if (entry !== undefined) early.set(entry, makeAnswer());
      must(flying().length <= 1, 'one load in flight');
      return load;
    },
    user: pinned === null ? null : { sub: pinned, epoch: 1 },
  });
  cache.state.subscribe(() => {
    if (cache.state.get().kind === 'signed-out') must(reason, 'no sign-out without a reason');
    else reason = false;
  });

  const ask = (force: boolean) => {
    open += 1;
    cache.get({ force }).then(
      (token) => {
        open -= 1;
        const origin = issued.get(token.accessToken);
        if (origin === undefined) return must(false, 'only tokens that the server gave');
        must(trueTime < origin.trueEnd, 'no token after its end');
        must(clock.monotonic() < token.endsAt, 'no token after its deadline');
        must(origin.epoch >= told, 'no token of a lower epoch');
        must(pinned === null || origin.sub === pinned, "no other user's token");
      },
      (error: { code: string }) => {
        open -= 1;
        must(['signed-out', 'token-unavailable', 'request-refused'].includes(error.code), 'known codes');
        must(error.code !== 'signed-out' || cache.state.get().kind === 'signed-out', 'signed-out is a state');
      },
    );
  };

  /** Timer by timer, so that whoever is answered by one looks at the clocks of that moment. */
  const pass = async (ms: number) => {
    for (let rest = ms; rest > 0; ) {
      const part = Math.min(rest, clock.untilNextTimer());
      rest -= part;
      trueTime += part;
      clock.advance(part);
      await flush();
    }
  };

  const faults: Record<string, () => TokenResponse> = {
    '503': () => problemResponse(503, 'token-unavailable', {}, { 'retry-after': '7' }),
    '429': () => problemResponse(429, 'rate-limited'),
    '403': () => problemResponse(403, 'request-refused'),
    portal: () => ({ ...plainResponse(200, null), json: () => Promise.reject(new SyntaxError('<html>')) }),
    '401-proxy': () => plainResponse(401, 'Proxy authentication required'),
  };

  for (const step of ops) {
    const load = flying()[0];
    switch (step.op) {
      case 'get':
        ask(step.force);
        break;
      case 'answer': {
        if (load === undefined) break;
        over.add(load);
        const answer = step.late ? early.get(load) : makeAnswer();
        const response = answer?.(step.life, step.part);
        if (response === undefined) break;
        await flush();
        const body = (await response.json()) as { sub?: string };
        if (response.status === 401 || (pinned !== null && body.sub !== pinned)) reason = true;
        await load.answer(response);
        break;
      }
      case 'fault': {
        if (load === undefined) break;
        over.add(load);
        const fault = faults[step.kind];
        await (fault === undefined ? load.fail() : load.answer(fault()));
        break;
      }
      case 'pass':
        await pass(step.ms);
        break;
      case 'sleep':
        trueTime += step.ms;
        clock.sleep(step.ms);
        break;
      case 'set-clock':
        cache.recheck();
        clock.setBy(step.ms);
        cache.recheck();
        break;
      case 'sign-out': {
        reason = true;
        told = cache.epoch() + 1;
        cache.raiseEpoch(told, 'user');
        if (step.reachesServer) {
          server.user = null;
          server.epoch = Math.max(server.epoch + 1, told);
        }
        break;
      }
      case 'ended':
        server.user = null;
        server.epoch += 1;
        break;
      case 'sign-in':
        server.user = step.sub;
        server.epoch = Math.max(server.epoch, told, cache.epoch()) + 1;
        if (step.how === 'message') cache.signedIn(null, server.epoch);
        if (step.how === 'header') cache.seen(server.epoch);
        if (step.how !== 'silent') told = server.epoch;
        break;
      case 'old-news':
        cache.raiseEpoch(cache.epoch() - step.behind, 'user');
        cache.seen(cache.epoch() - step.behind);
        break;
      case 'edge': {
        const token = heldToken(cache.state.get());
        if (token === null) break;
        await pass(Math.max(0, token.endsAt - clock.monotonic() - 1));
        ask(false);
        break;
      }
      case 'woke':
        cache.recheck();
        break;
    }
    await flush();
  }
  for (let turn = 0; turn < 4 && open > 0; turn++) {
    await pass(LOAD_TIMEOUT_MS);
    for (const load of flying()) over.add(load);
    await flush();
  }
  expect(open, 'callers without an answer').toBe(0);

  // Whatever happened: a new sign-in that everybody hears of works again.
  server.user = 'ann';
  server.epoch = Math.max(server.epoch, cache.epoch()) + 1;
  told = server.epoch;
  cache.signedIn(null, told);
  ask(false);
  const last = flying()[0];
  expect(last, 'a load for the new sign-in').toBeDefined();
  await last?.answer(makeAnswer()(300, 1));
  await flush();
  expect(cache.state.get().kind).toBe('fresh');
  expect(open).toBe(0);
  expect(broken).toEqual([]);
  cache.close();
  expect(clock.pendingTimers()).toBe(0);
}

describe('token cache under random schedules', () => {
  it.each([
    ['whoever the cookie names (the broker)', null],
    ["one user's page", 'ann' as const],
  ])(
    'keeps its promises: %s',
    async (_name, pinned) => {
      await fc.assert(
        fc.asyncProperty(fc.array(op, { minLength: 5, maxLength: 60, size: 'max' }), (ops) =>
          play(ops, pinned),
        ),
        { numRuns: 2500, ...SEED },
      );
    },
    30_000,
  );

  it('asks about once per lifetime, however often it is called', async () => {
    const schedule = fc.record({
      life: fc.integer({ min: 10, max: 900 }),
      latency: fc.integer({ min: 1, max: 900 }),
      pauses: fc.array(fc.integer({ min: 1, max: 20_000 }), { minLength: 20, maxLength: 200 }),
    });
    await fc.assert(
      fc.asyncProperty(schedule, async ({ life, latency, pauses }) => {
        const clock = createFakeClock();
        const hand = createHandLoader();
        const cache = createTokenCache({ load: hand.load, clock, random: () => 0.5 });
        const startedAt = clock.monotonic();
        for (const pause of pauses) {
          const before = hand.loads.length;
          const asked = Promise.all([cache.get(), cache.get()]);
          if (hand.loads.length > before) {
            clock.advance(latency);
            await hand.loads.at(-1)?.answer(tokenResponse({ expiresIn: life, whole: life }));
          }
          await asked;
          clock.advance(pause);
        }
        const elapsed = clock.monotonic() - startedAt;
        const renewEvery = (life - Math.min(60, life * 0.2)) * 1000 - latency;
        expect(hand.loads.length).toBeLessThanOrEqual(1 + elapsed / renewEvery);
        cache.close();
      }),
      { numRuns: 300, ...SEED },
    );
  }, 30_000);
});

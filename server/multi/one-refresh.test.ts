/**
 * Rotation without grace: a refresh token that is used twice is worth nothing, so a second refresh would sign the
 * user out. Two servers, one Redis, an expired token, a thousand requests at once.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seeded } from './seeded.ts';
import { askMany, buildMember, type Fleet, startFleet } from './test-doubles.ts';

const SEED = Number(process.env.SEED ?? Date.now() % 1_000_000);
/** How long the provider takes, milliseconds; the last is four leases and beyond the wait of any fetch library. */
const DELAYS = [5, 500, 5_000, 20_000];
const SEEDS = [SEED, SEED + 1];
const REQUESTS = 1_000;
const INTO_EXPIRY_MS = 400_000;

let fleet: Fleet;
let remove: () => void;
beforeAll(async () => {
  const built = await buildMember();
  remove = built.remove;
  fleet = await startFleet(built.file, { size: 2, seed: SEED });
}, 60_000);
afterAll(async () => {
  await fleet?.close();
  remove?.();
});

describe(`two servers with an expired token (SEED=${SEED})`, () => {
  it('refresh it once for a thousand requests, however long the provider takes', async () => {
    const cases = DELAYS.flatMap((delay) =>
      SEEDS.map((seed) => ({ delay, seed, sub: `${delay}ms-${seed}` })),
    );
    for (const { sub, delay } of cases) fleet.provider.delays.set(sub, delay);
    const cookies = new Map<string, string>();
    for (const { sub } of cases) cookies.set(sub, await fleet.signIn(sub));
    await fleet.advance(INTO_EXPIRY_MS);

    // The long ones wait while the short ones come and go. One thousand at a time: the next when the provider has
    // been asked for the one before.
    const waiting = [];
    for (const { sub, seed } of cases.toReversed()) {
      const asked = fleet.provider.arrival('refresh_token');
      const random = seeded(seed);
      const answers = askMany(fleet, cookies.get(sub) ?? '', { count: REQUESTS, random });
      waiting.push(answers.then((all) => ({ sub, answers: all })));
      await asked;
    }
    for (const { sub, answers } of await Promise.all(waiting)) {
      expect(answers, sub).toHaveLength(REQUESTS);
      expect([...new Set(answers.map(({ status }) => status))], sub).toEqual([200]);
      expect(new Set(answers.map(({ body }) => body.accessToken)).size, sub).toBe(1);
      expect(fleet.provider.refreshes(sub), sub).toBe(1);
    }
  }, 60_000);
});

/**
 * A provider that fails for longer than the token lives signs nobody out, and is not stormed by the fleet. The
 * clocks of all servers and of the provider are put forward; only a hanging provider costs real time.
 */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ProviderMode } from '../auth/test-doubles.ts';
import { seeded } from './seeded.ts';
import { askMany, buildMember, type Fleet, startFleet } from './test-doubles.ts';

const SEED = Number(process.env.SEED ?? Date.now() % 1_000_000);
/** Tokens live 300 s, are renewed from 90 s before their end, and are not handed out in the last 5 s. */
const INTO_RENEWAL_MS = 211_000;
const LAST_SECONDS_MS = 295_000;
/** The least pause after a failed attempt. */
const BACKOFF_FLOOR_MS = 1_000;
const REQUESTS = 12;

let built: Awaited<ReturnType<typeof buildMember>>;
const fleets: Fleet[] = [];
beforeAll(async () => {
  built = await buildMember();
}, 60_000);
afterEach(async () => {
  await Promise.all(fleets.splice(0).map((fleet) => fleet.close()));
});
afterAll(() => built?.remove());

describe(`a provider that is out for longer than the token lives (SEED=${SEED})`, () => {
  it.each([
    { mode: 'unavailable', stepMs: 1_000 },
    { mode: 'refuse', stepMs: 1_000 },
    { mode: 'hang', stepMs: 5_000 },
  ] satisfies { mode: ProviderMode; stepMs: number }[])(
    '($mode): the token to its end, then 503, never 401, one attempt a backoff step, and back by itself',
    async ({ mode, stepMs }) => {
      const fleet = await startFleet(built.file, {
        ...{ size: 2, seed: SEED, answerLimitMs: 300, stopped: true },
      });
      fleets.push(fleet);
      const { provider } = fleet;
      const random = seeded(SEED);
      const cookie = await fleet.signIn('ada');
      const ask = () => askMany(fleet, cookie, { count: REQUESTS, random });
      const [first] = await ask();
      const token = first?.body.accessToken;
      expect(token).toBeTruthy();

      provider.mode = mode;
      await fleet.advance(INTO_RENEWAL_MS);
      /** When attempts were made, on the clock of the fleet. */
      const attempts: number[] = [];
      let out: Awaited<ReturnType<typeof ask>> = [];
      for (let at = INTO_RENEWAL_MS; at < LAST_SECONDS_MS + 60_000; at += stepMs) {
        const before = provider.refreshes();
        // The second batch comes at the same moment of the fleet, when the attempt has failed.
        for (const answers of [await ask(), await ask()]) {
          for (const { status, body, headers } of answers) {
            if (at <= LAST_SECONDS_MS) {
              expect(status, `after ${at} ms`).toBe(200);
              expect(body.accessToken).toBe(token);
            } else {
              expect(status, `after ${at} ms`).toBe(503);
              expect(body.code).toBe('token-unavailable');
              expect(Number(headers['retry-after'])).toBeGreaterThanOrEqual(1);
            }
          }
          out = answers;
        }
        const made = provider.refreshes() - before;
        expect(made, `after ${at} ms`).toBeLessThanOrEqual(1);
        if (made === 1) attempts.push(at);
        await fleet.advance(stepMs);
      }
      expect(attempts.length).toBeGreaterThanOrEqual(4);
      attempts.slice(1).forEach((at, index) => {
        expect(at - (attempts[index] ?? 0)).toBeGreaterThanOrEqual(BACKOFF_FLOOR_MS);
      });
      // Backed off: far fewer than one a second.
      expect(attempts.length).toBeLessThan(25);

      provider.mode = 'ok';
      const retryAfter = Math.max(...out.map(({ headers }) => Number(headers['retry-after'])));
      await fleet.advance(retryAfter * 1_000);
      const before = provider.refreshes();
      const back = await ask();
      expect([...new Set(back.map(({ status }) => status))]).toEqual([200]);
      expect(new Set(back.map(({ body }) => body.accessToken)).size).toBe(1);
      expect(back[0]?.body.accessToken).not.toBe(token);
      expect(provider.refreshes() - before).toBe(1);
      expect(provider.grants.filter((grant) => grant === 'authorization_code')).toHaveLength(1);
    },
    60_000,
  );
});

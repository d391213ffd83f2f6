/**
 * A server that is killed at any step of a renewal costs nobody a sign-in, where the provider takes a replaced
 * refresh token for a while (as the README recommends). Another server takes over when the lease has run out.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LEASE_MS, RECOMMENDED_GRACE_MS } from '../session/lease.ts';
import { STEPS } from './protocol.ts';
import { type Answer, buildMember, type Fleet, type Member, startFleet } from './test-doubles.ts';

const SEED = Number(process.env.SEED ?? Date.now() % 1_000_000);
const INTO_EXPIRY_MS = 400_000;
/** Beside the lease: for noticing that it ran out, and for the renewal itself. */
const MARGIN_MS = 250;

/** The step at which the provider has the request, and has done its work, but we are not told any more. */
const ON_ITS_WAY = 'answer on its way';
const CASES = [...STEPS, ON_ITS_WAY] as const;

let fleet: Fleet;
let remove: () => void;
beforeAll(async () => {
  const built = await buildMember();
  remove = built.remove;
  fleet = await startFleet(built.file, { size: 1, seed: SEED });
  fleet.provider.graceMs = RECOMMENDED_GRACE_MS;
}, 60_000);
afterAll(async () => {
  await fleet?.close();
  remove?.();
});

/** Asks the server that will die, and then, like the page whose connection broke, another one. */
async function survive(victim: Member, survivor: Member, cookie: string): Promise<Answer> {
  const first = await victim.token(cookie).catch(() => null);
  if (first !== null) return first;
  return survivor.token(cookie);
}

describe(`a server killed in a renewal (SEED=${SEED})`, () => {
  it('at any step: no sign-in, at most two refreshes, over after the lease', async () => {
    const [survivor] = fleet.members;
    if (survivor === undefined) throw new Error('No server is left.');
    const victims = await Promise.all(CASES.map(() => fleet.add()));
    const cases: { step: (typeof CASES)[number]; victim: Member; cookie: string }[] = [];
    for (const [index, victim] of victims.entries()) {
      const step = CASES[index] ?? ON_ITS_WAY;
      cases.push({ step, victim, cookie: await fleet.signIn(step) });
    }
    await fleet.advance(INTO_EXPIRY_MS);

    const results = [];
    for (const { step, victim, cookie } of cases) {
      // One by one up to the kill, so that it is this one's request that the provider holds.
      if (step === ON_ITS_WAY) fleet.provider.mode = 'hold';
      else await victim.dieAt(step);
      const asked = fleet.provider.arrival('refresh_token');
      const answer = survive(victim, survivor, cookie);
      if (step === ON_ITS_WAY) {
        await asked;
        victim.kill();
        await victim.died;
        fleet.provider.letGo();
      }
      results.push({ step, answer, diedAt: await victim.died });
    }
    for (const { step, answer, diedAt } of results) {
      const { status, body, at } = await answer;
      const took = at - diedAt;
      expect(status, step).toBe(200);
      expect(body.expiresIn, step).toBeGreaterThan(290);
      expect(took, step).toBeLessThan(LEASE_MS + MARGIN_MS);
      expect(fleet.provider.refreshes(step), step).toBeGreaterThanOrEqual(1);
      expect(fleet.provider.refreshes(step), step).toBeLessThanOrEqual(2);
    }
    // Whoever took over has written it down: the next one finds the token there.
    const before = fleet.provider.refreshes();
    for (const { cookie } of cases) expect((await survivor.token(cookie)).status).toBe(200);
    expect(fleet.provider.refreshes()).toBe(before);
    expect(fleet.provider.grants.filter((grant) => grant === 'authorization_code')).toHaveLength(
      CASES.length,
    );
  }, 60_000);
});

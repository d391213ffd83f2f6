/** A Redis server that dies, hangs or is not there yet signs nobody out, keeps nobody waiting and is found again. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createSystemClock } from '../../src/shared/clock.ts';
import { startFakeProvider } from '../auth/test-doubles.ts';
import { startRedis } from '../session/test-doubles.ts';
import { startServer } from '../start.ts';
import { FAKE_PAGES, SECRET } from '../test-doubles.ts';
import { seeded } from './seeded.ts';
import { askMany, buildMember, type Fleet, startFleet } from './test-doubles.ts';

const SEED = Number(process.env.SEED ?? Date.now() % 1_000_000);
/** As it should run: it loses nothing that it has confirmed. */
const DURABLE = ['--appendonly', 'yes', '--appendfsync', 'always'];
const INTO_EXPIRY_MS = 400_000;
/** The limit of one command of the store, and what a busy machine adds. */
const QUICKLY_MS = 3_000;

let built: Awaited<ReturnType<typeof buildMember>>;
const cleanups: (() => unknown)[] = [];
beforeAll(async () => {
  built = await buildMember();
}, 60_000);
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});
afterAll(() => built?.remove());

async function start(): Promise<Fleet> {
  const fleet = await startFleet(built.file, { size: 2, seed: SEED, redisArgs: DURABLE });
  cleanups.push(() => fleet.close());
  return fleet;
}

describe(`a store that is out (SEED=${SEED})`, () => {
  it('is no sign-out, whether it is dead or hangs, and is used again when it is back', async () => {
    const fleet = await start();
    const { redis } = fleet;
    const random = seeded(SEED);
    const cookie = await fleet.signIn('ada');
    const ask = () => askMany(fleet, cookie, { count: 50, random });
    const ready = async () => {
      const answers = await Promise.all(fleet.members.map((member) => member.get('/readyz')));
      return answers.map(({ status }) => status);
    };
    const token = (await ask())[0]?.body.accessToken;
    expect(await ready()).toEqual([200, 200]);

    const outages = [
      { out: () => redis.kill(), back: () => redis.start() },
      { out: async () => redis.freeze(), back: async () => redis.thaw() },
    ];
    for (const { out, back } of outages) {
      await out();
      for (let round = 0; round < 2; round += 1) {
        const from = performance.now();
        const answers = await ask();
        expect([...new Set(answers.map(({ status }) => status))]).toEqual([503]);
        expect(Math.max(...answers.map(({ at }) => at - from))).toBeLessThan(QUICKLY_MS);
        expect(answers[0]?.body.code).toBe('token-unavailable');
        expect(Number(answers[0]?.headers['retry-after'])).toBeGreaterThanOrEqual(1);
      }
      expect(await ready()).toEqual([503, 503]);
      await back();
      await expect.poll(ready, { timeout: 10_000 }).toEqual([200, 200]);
      const answers = await ask();
      expect([...new Set(answers.map(({ status }) => status))]).toEqual([200]);
      expect([...new Set(answers.map(({ body }) => body.accessToken))]).toEqual([token]);
    }
    expect(fleet.provider.refreshes()).toBe(0);
  }, 60_000);

  it('for a moment in a renewal loses no rotated refresh token', async () => {
    const fleet = await start();
    const { redis, provider } = fleet;
    const cookie = await fleet.signIn('ada');
    await fleet.advance(INTO_EXPIRY_MS);
    provider.mode = 'hold';
    const asked = provider.arrival('refresh_token');
    const waiting = askMany(fleet, cookie, { count: 50, random: seeded(SEED) });
    await asked;
    await redis.kill();
    provider.letGo();
    await redis.start();
    for (const { status } of await waiting) expect([200, 503]).toContain(status);
    await expect
      .poll(
        async () => (await askMany(fleet, cookie, { count: 2, random: seeded(1) })).map((one) => one.status),
        {
          timeout: 10_000,
        },
      )
      .toEqual([200, 200]);
    expect(provider.refreshes()).toBe(1);
  }, 60_000);

  it('when the server starts is said, and is no reason not to start', async () => {
    const redis = await startRedis();
    cleanups.push(() => redis.close());
    await redis.kill();
    const provider = await startFakeProvider(createSystemClock());
    cleanups.push(() => provider.close());
    const cwd = mkdtempSync(join(tmpdir(), 'switchboard-'));
    cleanups.push(() => rmSync(cwd, { recursive: true, force: true }));
    const said: string[] = [];
    const server = await startServer(
      {
        ...{ PORT: '0', HOST: 'localhost', SESSION_SECRET: SECRET, SESSION_STORE: redis.url },
        ...{ COGNITO_ISSUER: provider.issuer, COGNITO_CLIENT_ID: provider.clientId },
        EVENTS_ENDPOINT: 'http://localhost:9/event',
      },
      { cwd, pages: FAKE_PAGES, log: { level: 'silent' }, say: (line) => void said.push(line) },
    );
    cleanups.push(() => server.close());
    expect(said.join('\n')).toMatch(/session store \(Redis\) is not available: ECONNREFUSED/);
    expect((await fetch(`${server.origin}/healthz`)).status).toBe(200);
    const ready = await fetch(`${server.origin}/readyz`);
    expect(ready.status).toBe(503);
    expect(await ready.json()).toMatchObject({ reasons: { store: expect.any(String) } });
    await redis.start();
    await expect
      .poll(async () => (await fetch(`${server.origin}/readyz`)).status, { timeout: 10_000 })
      .toBe(200);
  }, 30_000);
});

/**
 * The whole token flow under random schedules: the real pages, service worker, sessions, renewals and routes, with
 * a virtual clock between them. A failing run prints its seed and path; `FC_SEED=<seed>` runs that seed again, and
 * `FC_RUNS=<n>` more or fewer schedules.
 */
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { createSqliteStore } from '../../server/session/sqlite-store.ts';
import { schedule } from './commands.ts';
import { play } from './play.ts';
import { PlainResponse } from './wire.ts';

const RUNS = Number(process.env.FC_RUNS ?? 2_000);
const SEED = process.env.FC_SEED === undefined ? {} : { seed: Number(process.env.FC_SEED) };

const store = createSqliteStore(':memory:');

beforeAll(() => void vi.stubGlobal('Response', PlainResponse));
afterAll(async () => {
  vi.unstubAllGlobals();
  await store.close();
});

it('keeps every promise, whatever comes when', async () => {
  await fc.assert(
    fc.asyncProperty(schedule, async ({ commands, delays }) => {
      expect(await play({ commands, delays: [...delays] }, store)).toEqual([]);
    }),
    { numRuns: RUNS, ...SEED },
  );
}, 120_000);

/**
 * The shared connection under random schedules: the real pages' side, hosts, leaders, store and outbox, with a
 * virtual clock, browser and service around them. Each run has a seed of its own, which the test's name shows; a
 * failing one prints its steps and path. `FC_SEED=<seed>` (and `FC_PATH=<path>`) plays that again, `FC_TRACE=1` with
 * all that is said and stored, and `FC_RUNS=<n>` more or fewer schedules.
 */
import fc from 'fast-check';
import { it, vi } from 'vitest';
import { schedule } from './commands.ts';
import { mustKeep } from './stage.ts';

vi.mock('../../../src/shared/clock.ts', async () => (await import('./mocks.ts')).mockClock());
vi.mock('../../../src/store/database.ts', async (original) =>
  (await import('./mocks.ts')).mockDatabase(original),
);
vi.mock('../../../src/connection/hosts/lazy-host.ts', async (original) =>
  (await import('./mocks.ts')).mockLazyHost(original),
);

const RUNS = Number(process.env.FC_RUNS ?? 1_500);
const SEED = Number(process.env.FC_SEED ?? Math.trunc(Math.random() * 2 ** 31));
const PATH = process.env.FC_PATH === undefined ? {} : { path: process.env.FC_PATH, endOnFailure: true };

it(`keeps every promise, whatever comes when (seed ${SEED})`, async () => {
  await fc.assert(fc.asyncProperty(schedule, mustKeep), { numRuns: RUNS, seed: SEED, ...PATH });
}, 600_000);

import 'fake-indexeddb/auto';
import { expect, it } from 'vitest';
import { createDatabase } from './database.ts';
import { createEventLog } from './event-log.ts';
import { stampTakeOver } from './take-over.ts';

const NOW = 1_700_000_000_000;

it('lets one tab in 30 s take over, whichever asks, and leaves the epoch alone', async () => {
  const one = createDatabase('take-over');
  const two = createDatabase('take-over');
  expect(await createEventLog(one).nextEpoch()).toBe(1);
  expect(await Promise.all([stampTakeOver(one, NOW), stampTakeOver(two, NOW + 5)])).toEqual([true, false]);
  expect(await stampTakeOver(one, NOW + 29_999)).toBe(false);
  expect(await stampTakeOver(two, NOW + 30_000)).toBe(true);
  expect(await stampTakeOver(one, NOW + 30_001)).toBe(false);
  expect(await createEventLog(two).nextEpoch()).toBe(2);
});

it('takes a stamp from the future for none: the clock was set back', async () => {
  const database = createDatabase('take-over-clock');
  expect(await stampTakeOver(database, NOW)).toBe(true);
  expect(await stampTakeOver(database, NOW - 3_600_000)).toBe(true);
  expect(await stampTakeOver(database, NOW - 3_599_000)).toBe(false);
});

it('does not stand in the way where there is no storage', async () => {
  const database = createDatabase('take-over-closed');
  database.close();
  expect(await stampTakeOver(database, NOW)).toBe(true);
});

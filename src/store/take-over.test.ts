import 'fake-indexeddb/auto';
import { expect, it } from 'vitest';
import { createFakeClock } from '../shared/test-doubles.ts';
import { createDatabase } from './database.ts';
import { createEventLog } from './event-log.ts';
import { stampTakeOver } from './take-over.ts';

const NOW = 1_700_000_000_000;
/** A clock that stands still. */
const at = (wall: number) => ({ wall: () => wall, after: () => () => {} });

it('lets one tab in 30 s take over, whichever asks, and leaves the epoch alone', async () => {
  const one = createDatabase('take-over');
  const two = createDatabase('take-over');
  expect(await createEventLog(one).nextEpoch()).toBe(1);
  expect(await Promise.all([stampTakeOver(one, at(NOW)), stampTakeOver(two, at(NOW + 5))])).toEqual([
    true,
    false,
  ]);
  // Asked before the other, and granted its transaction after it.
  expect(await stampTakeOver(two, at(NOW - 5))).toBe(false);
  expect(await stampTakeOver(one, at(NOW + 29_999))).toBe(false);
  expect(await stampTakeOver(two, at(NOW + 30_000))).toBe(true);
  expect(await stampTakeOver(one, at(NOW + 30_001))).toBe(false);
  expect(await createEventLog(two).nextEpoch()).toBe(2);
});

it('takes a stamp from the future for none: the clock was set back', async () => {
  const database = createDatabase('take-over-clock');
  expect(await stampTakeOver(database, at(NOW))).toBe(true);
  expect(await stampTakeOver(database, at(NOW - 3_600_000))).toBe(true);
  expect(await stampTakeOver(database, at(NOW - 3_599_000))).toBe(false);
});

it('does not stand in the way where there is no storage', async () => {
  const database = createDatabase('take-over-closed');
  database.close();
  expect(await stampTakeOver(database, at(NOW))).toBe(true);
});

it('does not wait for a storage that is blocked by whoever hangs', async () => {
  const database = createDatabase('take-over-blocked');
  let opened = (): void => {};
  const blocked = new Promise<void>((resolve) => {
    opened = resolve;
  });
  const stuck = database.use(async (db) => {
    const { store, done } = db.transaction('meta', 'readwrite');
    // As long as it asks for something, a transaction goes on.
    let going = true;
    void blocked.then(() => {
      going = false;
    });
    while (going) await store.get('leader');
    await done;
  });
  const clock = createFakeClock();
  const may = stampTakeOver(database, clock);
  clock.advance(100);
  expect(await may).toBe(true);
  opened();
  await stuck;
});

import 'fake-indexeddb/auto';
import { expect, it } from 'vitest';
import { lineNames } from '../shared/line-messages.ts';
import { createDatabase } from './database.ts';
import { historyOf } from './history.ts';
import { finishWipe, wipeUser } from './wipe.ts';

it('what a leader writes while the device is wiped goes with the next page', async () => {
  const kept = new Map<string, string>();
  const storage = {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  };
  const { database } = lineNames('ada');
  const names = async () => (await indexedDB.databases()).map(({ name }) => name);
  const { coverage } = historyOf(createDatabase(database));
  const interval = { channel: 'default/a', from: 1, to: 2, endedBy: 'not-running' as const };
  await coverage.put(1, [interval]);
  await wipeUser('ada', storage);
  expect(await names()).toEqual([]);
  await coverage.put(1, [interval]);
  expect(await names()).toEqual([database]);

  await finishWipe(storage);
  expect(await names()).toEqual([]);
  expect(kept.size).toBe(0);
  await finishWipe(storage);
});

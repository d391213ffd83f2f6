import 'fake-indexeddb/auto';
import { describe, expect, it } from 'vitest';
import { createHistory, type History } from './history.ts';
import { createMemoryHistory } from './memory-history.ts';

let serial = 0;
const checkpoint = (channel: string, position: string) => ({ channel, position, wall: 1, epoch: 1, n: 1 });

describe.each<[string, () => History]>([
  ['on the device', () => createHistory(`checkpoints-${++serial}`)],
  ['in memory', createMemoryHistory],
])('checkpoints %s', (_where, make) => {
  it('are one for a channel, the newest, until they are removed', async () => {
    const { events, checkpoints } = make();
    const epoch = await events.nextEpoch();
    await checkpoints.put(epoch, [checkpoint('default/a', '1'), checkpoint('default/b', '1')]);
    await checkpoints.put(epoch, [checkpoint('default/a', '2')]);
    expect(await checkpoints.all()).toEqual([checkpoint('default/a', '2'), checkpoint('default/b', '1')]);
    await checkpoints.remove(epoch, 'default/a');
    expect(await checkpoints.all()).toEqual([checkpoint('default/b', '1')]);
  });
});

it('a leader whose time is over cannot change checkpoints: its log may lack what was heard since', async () => {
  const { events, checkpoints } = createHistory(`checkpoints-${++serial}`);
  const old = await events.nextEpoch();
  await checkpoints.put(old, [checkpoint('default/a', '1')]);
  await events.nextEpoch();
  await expect(checkpoints.put(old, [checkpoint('default/a', '2')])).rejects.toMatchObject({
    code: 'closed',
  });
  await expect(checkpoints.remove(old, 'default/a')).rejects.toMatchObject({ code: 'closed' });
  expect(await checkpoints.all()).toEqual([checkpoint('default/a', '1')]);
});

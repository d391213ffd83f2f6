import { describe, expect, it } from 'vitest';
import { AppError } from '../../shared/errors.ts';
import type { EventRecord } from '../../shared/log.ts';
import { createMemoryHistory } from '../../store/memory-history.ts';
import { createLogKeeper } from './log-keeper.ts';

const records = (from: number, to: number): EventRecord[] =>
  Array.from({ length: to - from + 1 }, (_, index) => ({
    epoch: 1,
    n: from + index,
    channel: 'default/a',
    event: '1',
    receivedAt: 0,
  }));

/** A log on a device with room for `space` events in all; others may take it up. */
function setUp(space = Number.POSITIVE_INFINITY, limit = 1_000) {
  const { events } = createMemoryHistory();
  const device = { space, trims: 0 };
  const keeper = createLogKeeper(
    {
      size: events.size,
      trim(limits) {
        device.trims += 1;
        return events.trim(limits);
      },
      async append(epoch, batch) {
        const { count } = await events.size();
        if (count + batch.length > device.space) throw new AppError('storage-full', 'Full.');
        return events.append(epoch, batch);
      },
    },
    async () => ({ count: limit, bytes: Number.POSITIVE_INFINITY }),
  );
  const kept = async () => {
    const all = await events.newest(99_999);
    return [all.length, all.at(-1)?.n];
  };
  return { keeper, device, kept };
}

describe('the keeper of the log', () => {
  it('lets the oldest go at the limit, with some slack so that not every batch trims', async () => {
    const { keeper, device, kept } = setUp();
    await keeper.append(1, records(1, 1_000));
    expect(device.trims).toBe(0);
    await keeper.append(1, records(1_001, 1_005));
    expect(await kept()).toEqual([990, 1_005]);
    await keeper.append(1, records(1_006, 1_015));
    expect(await kept()).toEqual([1_000, 1_015]);
    expect(device.trims).toBe(1);
  });

  it('gives up a tenth of the log for room, and stores what came', async () => {
    const { keeper, kept } = setUp(500);
    await keeper.append(1, records(1, 500));
    await keeper.append(1, records(501, 510));
    expect(await kept()).toEqual([460, 510]);
  });

  it('gives up no more where that does not help, and goes on as soon as there is room', async () => {
    const { keeper, device, kept } = setUp(500);
    await keeper.append(1, records(1, 500));
    device.space = 100;
    for (let attempt = 0; attempt < 5; attempt += 1) {
      await expect(keeper.append(1, records(501, 501))).rejects.toMatchObject({ code: 'storage-full' });
    }
    expect(await kept()).toEqual([450, 500]);
    expect(device.trims).toBe(1);
    device.space = 451;
    await keeper.append(1, records(506, 506));
    expect(await kept()).toEqual([451, 506]);
    // Full once more, after it had recovered: another tenth.
    await keeper.append(1, records(507, 510));
    expect(await kept()).toEqual([409, 510]);
  });
});

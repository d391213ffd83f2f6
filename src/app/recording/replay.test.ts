import { describe, expect, it, vi } from 'vitest';
import type { EventRecord, Outbox, OutboxRow, OutboxState } from '../../connection/api.ts';
import { AppError } from '../../shared/errors.ts';
import { createStore } from '../../shared/store.ts';
import { createFakeClock } from '../../shared/test-doubles.ts';
import { startReplay } from './replay.ts';

function stage(times: readonly number[], speed: number | null, event = (n: number) => `${n}`) {
  const clock = createFakeClock();
  const rows = createStore<readonly OutboxRow[]>([]);
  const published: { at: number; events: readonly unknown[] }[] = [];
  let ids = 0;
  let refuse: AppError | null = null;
  const outbox: Pick<Outbox, 'publish' | 'get' | 'subscribe'> = {
    get: rows.get,
    subscribe: rows.subscribe,
    publish(channel, events) {
      if (refuse !== null) return Promise.reject(refuse);
      ids += 1;
      published.push({ at: clock.monotonic() - began, events });
      const row: OutboxRow = {
        id: `${ids}`,
        channel,
        events: events.map((one) => JSON.stringify(one)),
        state: 'queued',
        reason: null,
        createdAt: 0,
        attempts: 0,
        maybeTwice: false,
      };
      // The outbox shows a row only after it has said that it took it.
      setImmediate(() => rows.set([...rows.get(), row]));
      return Promise.resolve(row.id);
    },
  };
  const began = clock.monotonic();
  const records = times.map(
    (at, n): EventRecord => ({ epoch: 1, n: n + 1, channel: 'default/a', event: event(n), receivedAt: at }),
  );
  async function* pages() {
    for (let at = 0; at < records.length; at += 200) yield records.slice(at, at + 200);
  }
  const replay = startReplay({
    pages: pages(),
    all: times.length,
    target: 'default/b',
    speed,
    outbox,
    clock,
  });
  return {
    clock,
    replay,
    published,
    settle: (state: OutboxState, reason: string | null = null) =>
      rows.set(rows.get().map((row) => ({ ...row, state, reason }))),
    clear: () => rows.set([]),
    fail: (error: AppError) => {
      refuse = error;
    },
  };
}

/** Lets every promise that can go on go on. */
const idle = () => new Promise<void>((resolve) => setImmediate(resolve));

describe('startReplay', () => {
  it('keeps the recorded pace times the speed, and sends together what came together', async () => {
    const { clock, replay, published, settle } = stage([1000, 1000, 3000, 2500, 5000], 2);
    for (let step = 0; step < 20; step += 1) {
      await idle();
      clock.advance(250);
    }
    expect(replay.get()).toMatchObject({ phase: 'running', sent: 5, waits: true });
    settle('delivered');
    await vi.waitFor(() => expect(replay.get().phase).toBe('done'));
    expect(published).toEqual([
      { at: 0, events: [0, 1] },
      { at: 1000, events: [2, 3] },
      { at: 2000, events: [4] },
    ]);
    expect(replay.get()).toMatchObject({ sent: 5, all: 5 });
  });

  it('as fast as allowed: five at a time, and never more than the outbox should hold', async () => {
    const times = Array.from({ length: 250 }, (_, n) => n * 60_000);
    const { replay, published, clear } = stage(times, null);
    await vi.waitFor(() => expect(replay.get().waits).toBe(true));
    expect(published).toHaveLength(20);
    expect(replay.get()).toMatchObject({ phase: 'running', sent: 100 });
    clear();
    await vi.waitFor(() => expect(replay.get().sent).toBe(200));
    clear();
    await vi.waitFor(() => expect(replay.get().sent).toBe(250));
    expect(replay.get().phase).toBe('running');
    clear();
    await vi.waitFor(() => expect(replay.get().phase).toBe('done'));
    expect(published.flatMap(({ events }) => events)).toEqual(times.map((_, n) => n));
  });

  it('stops at once, while it waits for the time or for room, and says how many were sent', async () => {
    const timed = stage([0, 3_600_000], 1);
    await vi.waitFor(() => expect(timed.replay.get().sent).toBe(1));
    timed.replay.stop();
    expect(timed.replay.get()).toMatchObject({ phase: 'stopped', sent: 1, all: 2 });
    timed.clock.advance(7_200_000);
    await idle();
    expect(timed.published).toHaveLength(1);
    expect(timed.clock.pendingTimers()).toBe(0);

    const full = stage(new Array<number>(200).fill(0), null);
    await vi.waitFor(() => expect(full.replay.get().waits).toBe(true));
    full.replay.stop();
    full.clear();
    await idle();
    expect(full.published).toHaveLength(20);
  });

  it('ends with the first refusal, in the outbox or before it', async () => {
    const denied = stage([0, 1000, 2000], 1);
    await vi.waitFor(() => expect(denied.replay.get().sent).toBe(1));
    await idle();
    denied.settle('refused', 'You may not publish here.');
    expect(denied.replay.get()).toMatchObject({
      phase: 'failed',
      sent: 1,
      reason: 'You may not publish here.',
    });

    const storage = stage([0, 1000], 1);
    await vi.waitFor(() => expect(storage.replay.get().sent).toBe(1));
    storage.fail(new AppError('storage', 'The disk is full.'));
    storage.clock.advance(1000);
    await vi.waitFor(() =>
      expect(storage.replay.get()).toMatchObject({ phase: 'failed', reason: 'The disk is full.' }),
    );
  });

  it('leaves out what the service would not take, and goes on', async () => {
    const { replay, published, settle } = stage([0, 0, 0], null, (n) =>
      n === 1 ? JSON.stringify('x'.repeat(250_000)) : `${n}`,
    );
    await vi.waitFor(() => expect(replay.get().sent).toBe(2));
    settle('delivered');
    await vi.waitFor(() => expect(replay.get().phase).toBe('done'));
    expect(published).toEqual([{ at: 0, events: [0, 2] }]);
    expect(replay.get()).toMatchObject({ sent: 2, skipped: 1 });
  });
});

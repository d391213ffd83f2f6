import 'fake-indexeddb/auto';
import { describe, expect, it } from 'vitest';
import { AppError } from '../shared/errors.ts';
import { createFakeClock } from '../shared/test-doubles.ts';
import { createDatabase } from '../store/database.ts';
import { createEventLog } from '../store/event-log.ts';
import { createOutboxLog } from '../store/outbox-log.ts';
import type { OutboxState } from './api.ts';
import { coveringSubscriptions } from './echo.ts';
import { createOutbox } from './outbox.ts';

let serial = 0;

/** An outbox on a database of its own (or a given one), with a service that answers as the test says. */
function setUp(options: { name?: string; online?: boolean } = {}) {
  const name = options.name ?? `outbox-${++serial}`;
  const clock = createFakeClock();
  const database = createDatabase(name);
  const events = createEventLog(database);
  const calls: { channel: string; events: readonly unknown[]; answer(error?: Error): void }[] = [];
  const waiters: (() => void)[] = [];
  const net = { online: options.online ?? true };
  const outbox = createOutbox({
    log: createOutboxLog(database),
    events,
    clock,
    locks: null,
    lockName: 'x',
    random: () => 0.5,
    newId: () => `id-${++serial}`,
    online: () => net.online,
    hint() {},
    post: (channel, sent) =>
      new Promise((resolve, reject) => {
        calls.push({
          channel,
          events: sent,
          answer: (error) => (error === undefined ? resolve() : reject(error)),
        });
        for (const wake of waiters.splice(0)) wake();
      }),
  });

  /** The call number `index`, as soon as it is made. */
  async function call(index: number) {
    while (calls[index] === undefined) await new Promise<void>((resolve) => waiters.push(resolve));
    return calls[index] as (typeof calls)[number];
  }
  /** Resolves when the row is in the state. */
  function state(id: string, wanted: OutboxState): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (outbox.get().find((row) => row.id === id)?.state === wanted) {
          off();
          resolve();
        }
      };
      const off = outbox.subscribe(look);
      queueMicrotask(look);
    });
  }
  return { name, outbox, clock, calls, call, state, net, events };
}

const lost = () => new AppError('network', 'The answer was lost.', { retryable: true });

describe('the outbox', () => {
  it('sends one at a time per channel, in order, and other channels do not wait', async () => {
    const { outbox, call, calls, state } = setUp();
    const first = await outbox.publish('default/a', [1]);
    await outbox.publish('default/a', [2]);
    await outbox.publish('default/b', [3]);
    expect((await call(0)).events).toEqual([1]);
    expect(calls.filter(({ channel }) => channel === 'default/a')).toHaveLength(1);
    calls[0]?.answer();
    await state(first, 'delivered');
    const rest = [await call(1), await call(2)];
    expect(rest.map(({ events }) => events).sort()).toEqual([[2], [3]]);
  });

  it('keeps what was published offline, says why it waits, and sends it when the network is back', async () => {
    const { outbox, net, calls, call, state } = setUp({ online: false });
    const id = await outbox.publish('default/a', [{ n: 1 }]);
    await state(id, 'queued');
    expect(calls).toHaveLength(0);
    net.online = true;
    outbox.kick();
    (await call(0)).answer();
    await state(id, 'delivered');
    expect(calls).toHaveLength(1);
  });

  it('survives the page: what another page left unsent is sent by the next', async () => {
    const one = setUp({ online: false });
    const id = await one.outbox.publish('default/a', ['kept']);
    one.outbox.close();
    const two = setUp({ name: one.name });
    two.outbox.kick();
    expect((await two.call(0)).events).toEqual(['kept']);
    two.calls[0]?.answer();
    await two.state(id, 'delivered');
  });

  it('settles a lost answer by the echo, without sending again', async () => {
    const { outbox, call, calls, clock, state, events } = setUp();
    const id = await outbox.publish('default/a', [{ b: 1, a: 2 }]);
    (await call(0)).answer(lost());
    await state(id, 'ambiguous');
    await events.append(1, [
      { epoch: 1, n: 1, channel: 'default/*', event: '{"a":2,"b":1}', receivedAt: clock.wall() + 1 },
    ]);
    outbox.kick();
    await state(id, 'delivered');
    expect(calls).toHaveLength(1);
  });

  it('sends again after a lost answer that no echo settled', async () => {
    const { outbox, call, clock, state } = setUp();
    const id = await outbox.publish('default/a', [1]);
    (await call(0)).answer(lost());
    await state(id, 'ambiguous');
    clock.advance(10_000);
    outbox.kick();
    (await call(1)).answer();
    await state(id, 'delivered');
  });

  it('keeps a refused publish with the reason, and goes on with the next', async () => {
    const { outbox, call, state } = setUp();
    const bad = await outbox.publish('default/a', [1]);
    const good = await outbox.publish('default/a', [2]);
    (await call(0)).answer(new AppError('denied', 'Not allowed to publish there.'));
    (await call(1)).answer();
    await state(good, 'delivered');
    expect(outbox.get().find(({ id }) => id === bad)).toMatchObject({
      state: 'refused',
      reason: 'Not allowed to publish there.',
    });
    await outbox.retry(bad);
    (await call(2)).answer();
    await state(bad, 'delivered');
  });

  it('waits, and loses nothing, while nobody is signed in', async () => {
    const { outbox, call, state } = setUp();
    const id = await outbox.publish('default/a', [1]);
    (await call(0)).answer(new AppError('signed-out', 'Sign in again.'));
    await state(id, 'queued');
    outbox.kick();
    (await call(1)).answer();
    await state(id, 'delivered');
  });

  it('removes a row that the person discards', async () => {
    const { outbox } = setUp({ online: false });
    const id = await outbox.publish('default/a', [1]);
    await outbox.discard(id);
    expect(outbox.get()).toEqual([]);
  });

  it.each<[string, string, readonly unknown[], string]>([
    ['a wildcard', 'default/*', [1], 'bad-channel'],
    ['a bad name', 'default/a b', [1], 'bad-channel'],
    ['nothing', 'default/a', [], 'bad-batch'],
    ['six events', 'default/a', [1, 2, 3, 4, 5, 6], 'bad-batch'],
    ['241 KB', 'default/a', ['x'.repeat(241 * 1024)], 'event-too-large'],
    ['no JSON value', 'default/a', [undefined], 'bad-json'],
  ])('refuses %s before anything is queued', async (_what, channel, events, code) => {
    const { outbox, calls } = setUp();
    await expect(outbox.publish(channel, events)).rejects.toMatchObject({ code });
    expect(outbox.get()).toEqual([]);
    expect(calls).toEqual([]);
  });
});

it('an echo may come over the channel itself or any wildcard above it', () => {
  expect(coveringSubscriptions('a/b/c')).toEqual(['a/b/c', 'a/b/*', 'a/*']);
});

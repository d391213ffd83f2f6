import 'fake-indexeddb/auto';
import { describe, expect, it } from 'vitest';
import { AppError } from '../shared/errors.ts';
import type { RefusedEvent } from '../shared/publish-answer.ts';
import { createFakeClock } from '../shared/test-doubles.ts';
import { createDatabase } from '../store/database.ts';
import { historyOf } from '../store/history.ts';
import { createOutboxLog } from '../store/outbox-log.ts';
import type { OutboxRow, OutboxState } from './api.ts';
import { coveringSubscriptions } from './echo.ts';
import { createOutbox } from './outbox.ts';

let serial = 0;

interface Call {
  channel: string;
  events: unknown[];
  signal: AbortSignal;
  /** Throws when it is too late to send. */
  check(): void;
  /** When, on the monotonic clock. */
  at: number;
  /** Without anything: taken whole. */
  answer(result?: RefusedEvent[] | AppError): void;
}

/** An outbox on a database of its own (or a given one), with a service that answers as the test says. */
function setUp(options: { name?: string; online?: boolean; locks?: LockManager } = {}) {
  const name = options.name ?? `outbox-${++serial}`;
  const clock = createFakeClock();
  const database = createDatabase(name);
  const { events } = historyOf(database);
  const calls: Call[] = [];
  const waiters: (() => void)[] = [];
  const net = { online: options.online ?? true, live: true, coming: false };
  const told = { queued: 0, unanswered: 0 };
  const outbox = createOutbox({
    log: createOutboxLog(database),
    events,
    clock,
    locks: options.locks ?? null,
    lockName: 'x',
    random: () => 0.5,
    newId: () => `id-${++serial}`,
    online: () => net.online,
    isLive: () => net.live,
    isComing: () => net.coming,
    endpoint: 'https://api.example/event',
    hint() {},
    onQueued: () => {
      told.queued += 1;
    },
    onUnanswered: () => {
      told.unanswered += 1;
    },
    post: ({ channel, events: texts, check }, signal) =>
      new Promise((resolve, reject) => {
        calls.push({
          channel,
          events: texts.map((text): unknown => JSON.parse(text)),
          signal,
          check,
          at: clock.monotonic(),
          answer: (result = []) => (Array.isArray(result) ? resolve(result) : reject(result)),
        });
        for (const wake of waiters.splice(0)) wake();
      }),
  });

  /** The call number `index`, as soon as it is made. */
  async function call(index: number) {
    while (calls[index] === undefined) await new Promise<void>((resolve) => waiters.push(resolve));
    return calls[index] as Call;
  }
  /** Resolves with the row when it is as the test wants it. */
  function row(id: string, wanted: (row: OutboxRow) => boolean): Promise<OutboxRow> {
    return new Promise((resolve) => {
      const look = (): void => {
        const found = outbox.get().find((one) => one.id === id);
        if (found !== undefined && wanted(found)) {
          off();
          resolve(found);
        }
      };
      const off = outbox.subscribe(look);
      queueMicrotask(look);
    });
  }
  function gone(id: string): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (outbox.get().some((one) => one.id === id)) return;
        off();
        resolve();
      };
      const off = outbox.subscribe(look);
      queueMicrotask(look);
    });
  }
  const state = (id: string, wanted: OutboxState) => row(id, (one) => one.state === wanted);
  /** Lets the clock go on in small steps until `wanted` has resolved. */
  async function until<T>(wanted: Promise<T>, stepMs = 50): Promise<T> {
    let done = false;
    const finish = (): void => {
      done = true;
    };
    wanted.then(finish, finish);
    while (!done) {
      await new Promise((resolve) => setImmediate(resolve));
      if (!done) clock.advance(stepMs);
    }
    return wanted;
  }
  return {
    name,
    outbox,
    clock,
    calls,
    call,
    row,
    gone,
    state,
    until,
    net,
    told,
    events,
    log: createOutboxLog(database),
  };
}

const lost = () => new AppError('network', 'The answer was lost.', { retryable: true });

describe('the outbox', () => {
  it('sends one request at a time per channel, in order, and other channels do not wait', async () => {
    const { outbox, call, calls, state } = setUp();
    const first = await outbox.publish('default/a', [1]);
    expect((await call(0)).events).toEqual([1]);
    await outbox.publish('default/a', [2]);
    await outbox.publish('default/b', [3]);
    expect((await call(1)).events).toEqual([3]);
    calls[0]?.answer();
    await state(first, 'delivered');
    // The answer of the other channel is still missing.
    expect((await call(2)).events).toEqual([2]);
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
    await call(0);
    const good = await outbox.publish('default/a', [2]);
    (await call(0)).answer(new AppError('denied', 'Not allowed to publish there.'));
    (await call(1)).answer();
    await state(good, 'delivered');
    expect(await state(bad, 'refused')).toMatchObject({ reason: 'Not allowed to publish there.' });
    await outbox.retry(bad);
    (await call(2)).answer();
    expect(await state(bad, 'delivered')).toMatchObject({ reason: null, attempts: 2 });
  });

  it('waits, and loses nothing, while nobody is signed in', async () => {
    const { outbox, call, row, state, clock } = setUp();
    const id = await outbox.publish('default/a', [1]);
    (await call(0)).answer(new AppError('signed-out', 'Sign in again.'));
    expect(await row(id, ({ reason }) => reason !== null)).toMatchObject({
      state: 'queued',
      reason: 'Sign in again.',
    });
    clock.advance(1);
    outbox.kick();
    (await call(1)).answer();
    await state(id, 'delivered');
  });

  it('removes a row that the person discards', async () => {
    const { outbox, state, gone } = setUp({ online: false });
    const id = await outbox.publish('default/a', [1]);
    await state(id, 'queued');
    await outbox.discard(id);
    await gone(id);
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

describe('batches', () => {
  /** Rows of one event each, queued by a page that had no network, and a page that has one. */
  async function queued(count: number, event: (n: number) => unknown = (n) => n) {
    const before = setUp({ online: false });
    const ids: string[] = [];
    for (let n = 1; n <= count; n++) ids.push(await before.outbox.publish('default/a', [event(n)]));
    before.outbox.close();
    const all = setUp({ name: before.name });
    return { ...all, ids };
  }

  it('take up to five events of rows that follow each other', async () => {
    const { call, calls, ids, state } = await queued(6);
    (await call(0)).answer();
    (await call(1)).answer();
    await state(ids.at(-1) ?? '', 'delivered');
    expect(calls.map(({ events }) => events)).toEqual([[1, 2, 3, 4, 5], [6]]);
  });

  it('never take more than 1.2 MB', async () => {
    const { call, calls } = await queued(5, () => '"'.repeat(200_000 / 2));
    (await call(0)).answer();
    await call(1);
    expect(calls.map(({ events }) => events.length)).toEqual([3, 2]);
  });

  it('have an outcome for each row: refused ones keep their reason, the others are delivered', async () => {
    const { call, ids, state } = await queued(3);
    (await call(0)).answer([{ index: 1, reason: 'TooBad: no', throttled: false }]);
    await state(ids[0] ?? '', 'delivered');
    await state(ids[2] ?? '', 'delivered');
    expect(await state(ids[1] ?? '', 'refused')).toMatchObject({
      reason: 'The service refused it: TooBad: no',
    });
  });

  it('that are refused as a whole are sent again row by row, so that one bad row costs no other', async () => {
    const { call, calls, ids, state } = await queued(3);
    (await call(0)).answer(new AppError('protocol', 'No.'));
    (await call(1)).answer();
    (await call(2)).answer(new AppError('protocol', 'No.'));
    (await call(3)).answer();
    await state(ids[2] ?? '', 'delivered');
    await state(ids[1] ?? '', 'refused');
    await state(ids[0] ?? '', 'delivered');
    expect(calls.map(({ events }) => events)).toEqual([[1, 2, 3], [1], [2], [3]]);
  });

  it('that the channel refuses are refused at once', async () => {
    const { call, calls, ids, state } = await queued(3);
    (await call(0)).answer(new AppError('denied', 'Not allowed.'));
    for (const id of ids) await state(id, 'refused');
    expect(calls).toHaveLength(1);
  });
});

it('keeps of a row with several events only those that the service refused, and retries only those', async () => {
  const { outbox, call, state } = setUp();
  const id = await outbox.publish('default/a', ['a', 'b', 'c']);
  (await call(0)).answer([{ index: 1, reason: 'TooBad: no', throttled: false }]);
  expect(await state(id, 'refused')).toMatchObject({
    events: ['"b"'],
    reason: 'The service took the others, and refused event 2 of 3, which is kept here: TooBad: no',
  });
  await outbox.retry(id);
  expect((await call(1)).events).toEqual(['b']);
});

describe('a lost answer', () => {
  const UUID = '0b9f3c1e-8a54-4f0e-9c58-2d1f9a7be001';
  const ULID = '01JD9ZQ5G3T7Q4R6V8W9X0Y1Z2';

  it('is not waited for where no subscription of ours could bring the echo; without an id the row says so', async () => {
    const { outbox, call, net, row, state, clock } = setUp();
    net.live = false;
    const id = await outbox.publish('default/a', [{ n: 1 }]);
    (await call(0)).answer(lost());
    await state(id, 'ambiguous');
    clock.advance(1);
    outbox.kick();
    (await call(1)).answer();
    expect(await row(id, ({ state: now }) => now === 'delivered')).toMatchObject({ maybeTwice: true });
  });

  it.each([
    ['a UUID', [{ id: UUID }], false],
    ['a ULID', [{ id: ULID, n: 1 }], false],
    ['ids in all events', [{ id: UUID }, { id: ULID }], false],
    ['no id in one of them', [{ id: UUID }, { n: 2 }], true],
    ['an id of another form', [{ id: '17' }], true],
    ['an id further down', [{ data: { id: UUID } }], true],
    ['text', [UUID], true],
  ])(
    'of events with %s: may have come twice for readers: see the third value',
    async (_what, events, twice) => {
      const { outbox, call, net, state, clock } = setUp();
      net.live = false;
      const id = await outbox.publish('default/a', events);
      (await call(0)).answer(lost());
      await state(id, 'ambiguous');
      clock.advance(1);
      outbox.kick();
      (await call(1)).answer();
      expect(await state(id, 'delivered')).toMatchObject({ maybeTwice: twice });
    },
  );

  it('is waited for where the echo can come, and then sent again', async () => {
    const { outbox, call, calls, state, until } = setUp();
    const id = await outbox.publish('default/a', [{ id: UUID }]);
    const sent = Promise.resolve(call(0));
    (await sent).answer(lost());
    await state(id, 'ambiguous');
    outbox.kick();
    await state(id, 'ambiguous');
    expect(calls).toHaveLength(1);
    (await until(call(1))).answer();
    await state(id, 'delivered');
  });

  it('is not settled by the echo of an equal event that was delivered just before', async () => {
    const { outbox, call, state, events, clock, until } = setUp();
    const first = await outbox.publish('default/a', [{ n: 1 }]);
    (await call(0)).answer();
    await state(first, 'delivered');
    const second = await outbox.publish('default/a', [{ n: 1 }]);
    (await call(1)).answer(lost());
    await state(second, 'ambiguous');
    const echo = { epoch: 1, channel: 'default/a', event: '{"n":1}', receivedAt: clock.wall() + 1 };
    await events.append(1, [{ ...echo, n: 1 }]);
    outbox.kick();
    (await until(call(2))).answer();
    await state(second, 'delivered');
  });

  it('comes when none came in 15 s: the request is ended; after 2 s its path is doubted', async () => {
    const { outbox, call, state, told, clock, until } = setUp();
    const id = await outbox.publish('default/a', [1]);
    const { signal } = await call(0);
    clock.advance(1_999);
    expect(told.unanswered).toBe(0);
    clock.advance(1);
    expect(told.unanswered).toBe(1);
    clock.advance(13_000);
    expect(signal.aborted).toBe(true);
    await until(state(id, 'ambiguous'));
  });
});

it('an answer to an earlier attempt changes nothing any more', async () => {
  const slow = setUp();
  const id = await slow.outbox.publish('default/a', [1]);
  await slow.call(0);
  // Much later another tab sends it again, and is answered.
  const other = setUp({ name: slow.name });
  other.clock.sleep(18_000);
  other.outbox.kick();
  (await other.call(0)).answer();
  await other.state(id, 'delivered');
  slow.calls[0]?.answer(new AppError('denied', 'Not allowed.'));
  await slow.state(id, 'delivered');
  await new Promise((resolve) => setTimeout(resolve, 20));
  other.outbox.refresh();
  await other.state(id, 'delivered');
  expect((await slow.log.list()).map(({ state }) => state)).toEqual(['delivered']);
});

describe('an attempt that slept between its claim and its request', () => {
  it('is not sent: its claim is over, and another tab may be at it', async () => {
    const { outbox, call, clock } = setUp();
    await outbox.publish('default/a', [1]);
    const { check } = await call(0);
    clock.stall(14_000);
    expect(check).not.toThrow();
    clock.stall(2_000);
    expect(check).toThrow('It was not sent in time.');
  });
});

describe('a row whose echo could be heard soon', () => {
  it('goes when the subscription is live', async () => {
    const { outbox, net, call, calls, state } = setUp({ online: false });
    net.live = false;
    net.coming = true;
    const id = await outbox.publish('default/a', [1]);
    await state(id, 'queued');
    net.online = true;
    outbox.kick();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(calls).toHaveLength(0);
    net.live = true;
    outbox.hearing();
    (await call(0)).answer();
    await state(id, 'delivered');
  });

  it('goes after 3 s all the same', async () => {
    const { outbox, net, call, calls, until } = setUp({ online: false });
    net.live = false;
    net.coming = true;
    await outbox.publish('default/a', [1]);
    net.online = true;
    outbox.kick();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(calls).toHaveLength(0);
    await until(call(0));
    expect(calls[0]?.at).toBeGreaterThanOrEqual(4_000);
  });
});

describe('throttling', () => {
  it('keeps the row with a visible reason for as long as the service asks, whoever is impatient', async () => {
    const { outbox, call, calls, row, state, clock } = setUp();
    const id = await outbox.publish('default/a', [1]);
    (await call(0)).answer(new AppError('rate-limited', 'Slow.', { retryable: true, retryAfterMs: 3_000 }));
    expect(await row(id, ({ reason }) => reason !== null)).toMatchObject({
      state: 'queued',
      reason: 'The service takes no more just now; sent again in 3 s.',
    });
    const other = await outbox.publish('default/b', [2]);
    outbox.kick();
    await row(other, ({ reason }) => reason !== null);
    expect(calls).toHaveLength(1);
    clock.advance(3_000);
    outbox.kick();
    (await call(1)).answer();
    (await call(2)).answer();
    await state(id, 'delivered');
    await state(other, 'delivered');
  });

  it('holds back every tab, not only the one that was told', async () => {
    const one = setUp();
    const id = await one.outbox.publish('default/a', [1]);
    (await one.call(0)).answer(
      new AppError('rate-limited', 'Slow.', { retryable: true, retryAfterMs: 3_000 }),
    );
    await one.row(id, ({ reason }) => reason !== null);
    one.outbox.close();
    const two = setUp({ name: one.name });
    two.clock.advance(1);
    two.outbox.kick();
    await two.row(id, ({ reason }) => reason !== null);
    two.clock.advance(2_900);
    two.outbox.kick();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(two.calls).toHaveLength(0);
    two.clock.advance(200);
    two.outbox.kick();
    await two.call(0);
  });

  it('sends at most 25 requests within a second, in order, and says why the rest waits', async () => {
    const before = setUp({ online: false });
    const channels = Array.from({ length: 10 }, (_, n) => `default/c${n}`);
    const ids: string[] = [];
    for (let n = 0; n < 200; n++) ids.push(await before.outbox.publish(channels[n % 10] ?? '', [n]));
    before.outbox.close();
    const { calls, until, state, row } = setUp({ name: before.name });
    const waits = Promise.race(
      ids.map((id) => row(id, ({ reason }) => /25 publishes a second/.test(reason ?? ''))),
    );
    let answered = 0;
    const answering = setInterval(() => {
      for (; answered < calls.length; answered++) calls[answered]?.answer();
    }, 0);
    await until(Promise.all([waits, ...ids.slice(-10).map((id) => state(id, 'delivered'))]), 1);
    clearInterval(answering);
    const sentAt = calls.map(({ at }) => at);
    for (const from of sentAt)
      expect(sentAt.filter((at) => at >= from && at < from + 1000).length).toBeLessThanOrEqual(25);
    for (const [index, channel] of channels.entries()) {
      const sent = calls.filter((call) => call.channel === channel).flatMap(({ events }) => events);
      expect(sent).toEqual(Array.from({ length: 20 }, (_, n) => index + 10 * n));
    }
  });
});

describe('rows that were delivered', () => {
  it('are shown for 8 s, and then removed', async () => {
    const { outbox, call, state, gone, until } = setUp();
    const id = await outbox.publish('default/a', [1]);
    (await call(0)).answer();
    await state(id, 'delivered');
    await until(gone(id), 500);
  });

  it('while no page was open are shown by the next for as long', async () => {
    const one = setUp();
    const id = await one.outbox.publish('default/a', [1]);
    (await one.call(0)).answer();
    await one.state(id, 'delivered');
    one.outbox.close();
    const two = setUp({ name: one.name });
    two.clock.sleep(3_600_000);
    two.outbox.kick();
    await two.state(id, 'delivered');
    two.clock.advance(7_000);
    two.outbox.refresh();
    await two.state(id, 'delivered');
    await two.until(two.gone(id), 500);
  });
});

it('every queued row is told of, so that somebody sends it even when the page ends', async () => {
  const { outbox, told } = setUp({ online: false });
  await outbox.publish('default/a', [1]);
  await outbox.publish('default/a', [2]);
  expect(told.queued).toBe(2);
});

it('what another tab queued is sent from here, as soon as this tab hears of it', async () => {
  const here = setUp();
  const there = setUp({ name: here.name, online: false });
  await there.outbox.publish('default/a', [1]);
  there.outbox.close();
  here.outbox.refresh();
  (await here.call(0)).answer();
});

it('an echo may come over the channel itself or any wildcard above it', () => {
  expect(coveringSubscriptions('a/b/c')).toEqual(['a/b/c', 'a/b/*', 'a/*']);
});

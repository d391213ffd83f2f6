import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AppError } from '../../shared/errors.ts';
import type { EventRecord, Gap } from '../../shared/log.ts';
import { createFakeClock } from '../../shared/test-doubles.ts';
import { gapsOf, joinIntervals } from '../../store/coverage-log.ts';
import { createMemoryHistory } from '../../store/memory-history.ts';
import type { CatchUp, HistoryMark, PastPage } from './catch-up.ts';
import { createCatchUpWriter, MAX_CAUGHT_UP, MAX_HELD } from './catch-up-writer.ts';
import { RENEW_MS } from './checkpoint-keeper.ts';
import { createCoverageWriter } from './coverage-writer.ts';
import { createEventWriter, GATHER_MS } from './event-writer.ts';

const CHANNEL = 'default/a';
/** How far the history's clock is behind that of the device: nothing may depend on it. */
const BEHIND_MS = 3_600_000;

/** Lets everything run that waits for nothing but promises. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A service with a history, and a leader's writers on it. Requests to the history wait until they are answered. */
function createWorld() {
  const clock = createFakeClock();
  const history = createMemoryHistory();
  const published: { channel: string; event: string; at: number }[] = [];
  const asked: { what: 'position' | 'page'; answer(): void; fail(error: unknown): void }[] = [];
  /** What the service sent and the device has not received. */
  let wire: { channel: string; event: string; at: number }[] = [];
  const intervals = new Map<string, { from: number; heard: number }>();
  let kept = 0;
  let epoch = 0;
  let counts = { position: 0, page: 0 };

  function ask<T>(what: 'position' | 'page', read: () => T): Promise<T> {
    counts[what] += 1;
    return new Promise((resolve, reject) => {
      asked.push({ what, answer: () => resolve(read()), fail: reject });
    });
  }

  const port: CatchUp = {
    position: () =>
      ask('position', (): HistoryMark => ({ position: `${published.length}`, at: clock.wall() - BEHIND_MS })),
    fetchAfter: ({ channel, after, until, limit }) =>
      ask('page', (): PastPage => {
        const events: PastPage['events'] = [];
        for (let index = Number(after); index < Number(until); index += 1) {
          const sent = published[index];
          if (sent?.channel !== channel) continue;
          if (events.length === limit) return { events, more: true, lost: Number(after) < kept };
          events.push({ event: sent.event, at: sent.at - BEHIND_MS, position: `${index + 1}` });
        }
        return { events, more: false, lost: Number(after) < kept };
      }),
  };

  async function startLeader() {
    epoch += 1;
    const writer = createEventWriter({
      ...{ epoch, clock, log: history.events, limits: history.limits, silent: false },
      announce() {},
      onHistory() {},
      onSuperseded() {},
    });
    const coverage = createCoverageWriter({
      ...{ epoch, log: history.coverage, flushEvents: writer.flush, oldestEvent: history.events.oldest },
      announce() {},
    });
    const catchUp = createCatchUpWriter({
      ...{ epoch, port, writer, clock, checkpoints: history.checkpoints },
      kept: await history.checkpoints.all(),
      cover: coverage.put,
      gaps: async (channel) => gapsOf(channel, joinIntervals(await history.coverage.read(channel)), true),
      logged: history.events.forward,
    });
    return { catchUp, coverage };
  }

  let leader: Awaited<ReturnType<typeof startLeader>> | null = null;
  const running = async () => {
    leader ??= await startLeader();
    return leader;
  };

  const world = {
    clock,
    history,
    published,
    asked,
    counts: () => counts,
    live: (channel = CHANNEL) => intervals.has(channel),
    inFlight: () => wire.length,
    publish(event: string, channel = CHANNEL) {
      const sent = { channel, event, at: clock.wall() };
      published.push(sent);
      if (intervals.has(channel)) wire.push(sent);
    },
    async deliver(most = Number.POSITIVE_INFINITY) {
      const { catchUp } = await running();
      for (const { channel, event, at } of wire.splice(0, most)) {
        catchUp.record(channel, event);
        const interval = intervals.get(channel);
        if (interval !== undefined) interval.heard = Math.max(interval.heard, at);
      }
      await settle();
    },
    async connect(...channels: string[]) {
      const { catchUp } = await running();
      for (const channel of channels.length > 0 ? channels : [CHANNEL]) {
        const from = clock.wall();
        intervals.set(channel, { from, heard: from });
        catchUp.cover({ channel, from, to: from, endedBy: null });
      }
      await settle();
    },
    /** The connection is lost with everything under way, and the leader notices. */
    async cut(channel = CHANNEL) {
      const { catchUp } = await running();
      const interval = intervals.get(channel);
      intervals.delete(channel);
      wire = wire.filter((sent) => sent.channel !== channel);
      if (interval !== undefined) {
        catchUp.cover({ channel, from: interval.from, to: interval.heard, endedBy: 'connection-lost' });
      }
      await settle();
    },
    /** The leader ends without a word; the next one begins when something is to be done. */
    async crash() {
      leader?.catchUp.close();
      leader = null;
      intervals.clear();
      wire = [];
      // What it asked is answered to nobody.
      for (const { fail } of asked.splice(0)) fail(new AppError('closed', 'The leader is gone.'));
      await settle();
    },
    /** Time goes by with a healthy connection: everything under way arrives, and the path is proven. */
    async pass(ms: number) {
      await world.deliver();
      clock.advance(ms);
      const { catchUp, coverage } = await running();
      for (const interval of intervals.values()) interval.heard = clock.wall();
      const claimed = catchUp.extend(
        [...intervals].map(([channel, { from, heard }]) => ({ channel, from, to: heard, endedBy: null })),
      );
      void coverage.put(claimed);
      await settle();
    },
    async answer() {
      asked.shift()?.answer();
      await settle();
    },
    async answerAll() {
      while (asked.length > 0) await world.answer();
    },
    async fail(error: unknown = new AppError('network', 'Out.', { retryable: true })) {
      asked.shift()?.fail(error);
      await settle();
    },
    /** The history forgets everything. */
    forget() {
      kept = published.length + 1;
    },
    resetCounts() {
      counts = { position: 0, page: 0 };
    },
    records: (channel = CHANNEL): Promise<EventRecord[]> => history.events.page(channel, null, 1e9),
    async log(channel = CHANNEL): Promise<string[]> {
      return (await world.records(channel)).map(({ event }) => event);
    },
    async gaps(channel = CHANNEL): Promise<Gap[]> {
      return gapsOf(channel, joinIntervals(await history.coverage.read(channel)), true);
    },
    /** Connected, with a checkpoint of everything so far. */
    async begin(...channels: string[]) {
      await world.connect(...channels);
      await world.pass(500);
      await world.answerAll();
      await world.pass(5_000);
    },
  };
  return world;
}

const texts = (from: number, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `{"n":${from + index}}`);

describe('closing a gap', () => {
  it('writes what was missed before what arrived since, with its times and marked, and covers the gap', async () => {
    const w = createWorld();
    await w.begin();
    w.publish('"heard"');
    await w.pass(1_000);
    await w.cut();
    const [gapFrom] = [w.clock.wall()];
    await w.pass(10_000);
    w.publish('"missed 1"');
    const missedAt = w.clock.wall();
    await w.pass(10_000);
    w.publish('"missed 2"');
    await w.pass(10_000);
    await w.connect();
    const gapTo = w.clock.wall();
    w.publish('"new"');
    await w.deliver();
    expect(await w.log()).toEqual(['"heard"']);
    expect(await w.gaps()).toMatchObject([{ from: gapFrom, to: gapTo }]);
    await w.answerAll();
    const records = await w.records();
    expect(records.map(({ event, caughtUp }) => [event, caughtUp])).toEqual([
      ['"heard"', undefined],
      ['"missed 1"', true],
      ['"missed 2"', true],
      ['"new"', undefined],
    ]);
    expect(records[1]?.receivedAt).toBe(missedAt);
    expect(await w.gaps()).toEqual([]);
  });

  it('keeps the times of what was missed inside the gap, whatever the clocks say', async () => {
    const w = createWorld();
    await w.begin();
    await w.cut();
    const from = w.clock.wall();
    // Published, as the device's clock had it, before it was cut: it was under way.
    w.published.push({ channel: CHANNEL, event: '"under way"', at: from - 400 });
    await w.pass(60_000);
    await w.connect();
    const to = w.clock.wall();
    w.published.push({ channel: CHANNEL, event: '"ahead"', at: to + 500 });
    await w.answerAll();
    expect((await w.records()).map(({ receivedAt }) => receivedAt)).toEqual([from, to]);
  });

  it('asks for pages until there is no more, and takes from the log what is there already', async () => {
    const w = createWorld();
    await w.begin();
    for (const event of texts(0, 700)) w.publish(event);
    await w.pass(1_000);
    await w.cut();
    for (const event of texts(700, 1_400)) w.publish(event);
    await w.pass(60_000);
    w.resetCounts();
    await w.connect();
    await w.answerAll();
    expect(await w.log()).toEqual(texts(0, 2_100));
    expect(w.counts()).toEqual({ position: 1, page: 5 });
  });

  it('does not write again what the history told and the socket brings later', async () => {
    const w = createWorld();
    await w.begin();
    await w.cut();
    await w.pass(20_000);
    await w.connect();
    w.publish('"slow"');
    await w.answerAll();
    expect(await w.log()).toEqual(['"slow"']);
    await w.deliver();
    expect(await w.log()).toEqual(['"slow"']);
    w.publish('"slow"');
    await w.deliver();
    expect(await w.log()).toEqual(['"slow"', '"slow"']);
  });

  it('tells events of the same text apart by their number and place', async () => {
    const w = createWorld();
    await w.begin();
    const tick = async (): Promise<void> => {
      w.publish('"tick"');
      await w.pass(5_000);
    };
    for (let n = 0; n < 3; n += 1) await tick();
    await w.cut();
    for (let n = 0; n < 4; n += 1) await tick();
    await w.connect();
    w.publish('"tick"');
    await w.deliver();
    await w.answerAll();
    const records = await w.records();
    expect(records.map(({ caughtUp }) => caughtUp === true)).toEqual([
      ...[false, false, false],
      ...[true, true, true, true],
      false,
    ]);
  });

  it('takes two writings of one event for one, and two long numbers for two', async () => {
    const w = createWorld();
    await w.begin();
    w.publish('{"b":1.0,"a":[1, 2]}');
    await w.pass(1_000);
    await w.cut();
    w.published[0] = { ...w.published[0], event: '{"a":[1,2],"b":1}' } as (typeof w.published)[0];
    w.publish('{"id":9007199254740993}');
    w.publish('{"id":9007199254740992}');
    await w.pass(9_000);
    await w.connect();
    await w.answerAll();
    expect(await w.log()).toEqual([
      '{"b":1.0,"a":[1, 2]}',
      '{"id":9007199254740993}',
      '{"id":9007199254740992}',
    ]);
  });

  it('goes over a crash of the leader, with what it held back', async () => {
    const w = createWorld();
    await w.begin();
    w.publish('1');
    await w.pass(1_000);
    await w.cut();
    w.publish('2');
    await w.pass(9_000);
    await w.connect();
    w.publish('3');
    await w.deliver();
    await w.crash();
    expect(await w.log()).toEqual(['1']);
    w.publish('4');
    await w.pass(60_000);
    await w.connect();
    await w.answerAll();
    expect(await w.log()).toEqual(['1', '2', '3', '4']);
    expect(await w.gaps()).toEqual([]);
  });

  it('is not given up when the network takes the history with the channel', async () => {
    const w = createWorld();
    await w.begin();
    await w.cut();
    w.publish('1');
    await w.pass(9_000);
    await w.connect();
    w.publish('2');
    await w.deliver();
    await w.cut();
    await w.fail();
    w.publish('3');
    await w.pass(9_000);
    await w.connect();
    w.publish('4');
    await w.deliver();
    await w.answerAll();
    expect(await w.log()).toEqual(['1', '2', '3', '4']);
    expect(await w.gaps()).toEqual([]);
  });

  it('reads again when another gap came while it read', async () => {
    const w = createWorld();
    await w.begin();
    await w.cut();
    w.publish('1');
    await w.pass(9_000);
    await w.connect();
    w.publish('2');
    await w.deliver();
    await w.answer();
    await w.cut();
    w.publish('3');
    await w.pass(9_000);
    await w.connect();
    await w.answerAll();
    expect(await w.log()).toEqual(['1', '2', '3']);
    expect(await w.gaps()).toEqual([]);
  });

  it('covers a gap that an earlier leader read but did not live to cover', async () => {
    const w = createWorld();
    await w.begin();
    await w.cut();
    w.publish('1');
    await w.pass(9_000);
    await w.connect();
    await w.cut();
    await w.pass(9_000);
    await w.connect();
    // The position and the page of the first reading; the second is under way.
    await w.answer();
    await w.answer();
    await w.crash();
    await w.pass(9_000);
    await w.connect();
    await w.answerAll();
    expect(await w.log()).toEqual(['1']);
    expect(await w.gaps()).toEqual([]);
  });

  it('claims no time whose events are held back', async () => {
    const w = createWorld();
    await w.begin();
    await w.cut();
    await w.pass(9_000);
    await w.connect();
    const begin = w.clock.wall();
    w.publish('"held"');
    await w.pass(2_000);
    const covered = await w.history.coverage.read(CHANNEL);
    expect(Math.max(...covered.map(({ to }) => to))).toBe(begin);
    await w.answerAll();
    await w.pass(2_000);
    const later = await w.history.coverage.read(CHANNEL);
    expect(Math.max(...later.map(({ to }) => to))).toBe(w.clock.wall());
  });

  it('takes no event for one that was published before it was subscribed', async () => {
    const w = createWorld();
    await w.begin();
    await w.cut();
    await w.pass(9_000);
    await w.connect();
    await w.answer();
    w.publish('"same"');
    await w.deliver();
    await w.cut();
    w.publish('"other"');
    await w.pass(9_000);
    await w.connect();
    await w.answer();
    await w.answer();
    w.publish('"other"');
    await w.deliver();
    await w.answerAll();
    expect(await w.log()).toEqual(['"same"', '"other"', '"other"']);
  });

  it('reads one position for many channels, and four channels at a time', async () => {
    const w = createWorld();
    const names = Array.from({ length: 9 }, (_, index) => `default/c${index}`);
    await w.begin(...names);
    for (const name of names) await w.cut(name);
    for (const name of names) w.publish(`"${name}"`, name);
    await w.pass(9_000);
    w.resetCounts();
    await w.connect(...names);
    await w.answer();
    await w.answer();
    expect(w.asked.length).toBeLessThanOrEqual(4);
    await w.answerAll();
    for (const name of names) expect(await w.log(name)).toEqual([`"${name}"`]);
    expect(w.counts().page).toBe(9);
    expect(w.counts().position).toBeLessThanOrEqual(9);
  });
});

describe('a gap that cannot be closed', () => {
  async function withGap() {
    const w = createWorld();
    await w.begin();
    await w.cut();
    w.publish('"missed"');
    await w.pass(9_000);
    await w.connect();
    w.publish('"held"');
    await w.deliver();
    return w;
  }

  it.each<[string, (w: ReturnType<typeof createWorld>) => Promise<void>]>([
    ['no position', (w) => w.fail()],
    [
      'no page',
      async (w) => {
        await w.answer();
        await w.fail();
      },
    ],
    [
      'a refusal',
      async (w) => {
        await w.answer();
        await w.fail(new AppError('denied', 'No.'));
      },
    ],
    [
      'a history that forgot',
      async (w) => {
        w.forget();
        await w.answerAll();
      },
    ],
  ])('stays with %s; what was held back is written, and the next gap is another', async (_name, fault) => {
    const w = await withGap();
    await fault(w);
    expect(await w.log()).toEqual(['"held"']);
    expect(await w.gaps()).toHaveLength(1);
    expect(await w.history.checkpoints.all()).toEqual([]);
    w.publish('"live"');
    await w.deliver();
    expect(await w.log()).toEqual(['"held"', '"live"']);
    // The checkpoint comes back with the next position, and the next gap is closed.
    await w.pass(RENEW_MS);
    await w.answerAll();
    await w.pass(5_000);
    await w.cut();
    w.publish('"missed again"');
    await w.pass(9_000);
    await w.connect();
    await w.answerAll();
    expect(await w.log()).toEqual(['"held"', '"live"', '"missed again"']);
    expect(await w.gaps()).toHaveLength(1);
  });

  it('stays when more arrives than can be held', async () => {
    const w = await withGap();
    for (let n = 1; n <= MAX_HELD; n += 1) w.publish(`${n}`);
    await w.deliver();
    await w.pass(GATHER_MS);
    expect((await w.log()).length).toBe(MAX_HELD + 1);
    await w.answerAll();
    expect((await w.log()).length).toBe(MAX_HELD + 1);
    expect(await w.gaps()).toHaveLength(1);
  });

  it('stays when more is missing than the log could hold', async () => {
    const w = createWorld();
    await w.begin();
    await w.cut();
    for (let n = 0; n <= MAX_CAUGHT_UP; n += 1) w.publish(`${n}`);
    await w.pass(9_000);
    await w.connect();
    await w.answerAll();
    expect(await w.gaps()).toHaveLength(1);
    expect((await w.log()).length).toBeLessThanOrEqual(MAX_CAUGHT_UP);
  });

  it('stays for a channel without a checkpoint, and holds nothing back', async () => {
    const w = createWorld();
    await w.connect();
    await w.cut();
    w.publish('"missed"');
    await w.pass(9_000);
    await w.connect();
    w.publish('"new"');
    await w.deliver();
    expect(await w.log()).toEqual(['"new"']);
    expect(await w.gaps()).toHaveLength(1);
  });
});

describe('checkpoints', () => {
  it('are taken only of what was provably heard after its time to arrive', async () => {
    const w = createWorld();
    await w.connect();
    await w.pass(500);
    await w.answerAll();
    await w.pass(1_000);
    expect(await w.history.checkpoints.all()).toEqual([]);
    await w.pass(3_000);
    expect(await w.history.checkpoints.all()).toMatchObject([{ channel: CHANNEL, position: '0' }]);
  });

  it('are not taken of a channel that was lost in between', async () => {
    const w = createWorld();
    await w.connect();
    await w.pass(500);
    await w.answerAll();
    await w.cut();
    await w.connect();
    await w.pass(10_000);
    expect(await w.history.checkpoints.all()).toEqual([]);
  });

  it('are renewed every 30 s with traffic, every ten minutes without, with one request for all', async () => {
    const w = createWorld();
    const names = ['default/a', 'default/b'];
    await w.begin(...names);
    w.resetCounts();
    for (let seconds = 0; seconds < 300; seconds += 5) {
      for (const name of names) w.publish('1', name);
      await w.pass(5_000);
      await w.answerAll();
    }
    expect(w.counts().position).toBeGreaterThanOrEqual(9);
    expect(w.counts().position).toBeLessThanOrEqual(10);
    await w.pass(60_000);
    await w.answerAll();
    await w.pass(60_000);
    await w.answerAll();
    w.resetCounts();
    for (let minutes = 0; minutes < 60; minutes += 1) {
      await w.pass(60_000);
      await w.answerAll();
    }
    expect(w.counts().position).toBeGreaterThanOrEqual(5);
    expect(w.counts().position).toBeLessThanOrEqual(6);
    expect((await w.history.checkpoints.all()).map(({ position }) => position)).toEqual(['120', '120']);
  });

  it('of an unreachable history are asked for no more than twice a minute', async () => {
    const w = createWorld();
    await w.connect();
    for (let seconds = 0; seconds < 300; seconds += 5) {
      await w.fail();
      await w.pass(5_000);
    }
    expect(w.counts().position).toBeLessThanOrEqual(11);
    expect(w.counts().position).toBeGreaterThanOrEqual(9);
  });
});

type Step =
  | { t: 'publish'; count: number }
  | { t: 'deliver'; most: number }
  | { t: 'cut' | 'connect' | 'answer' | 'fail' | 'crash' }
  | { t: 'pass'; ms: number };

const step = (faults: boolean): fc.Arbitrary<Step> =>
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({ t: fc.constant('publish' as const), count: fc.integer({ min: 1, max: 4 }) }),
    },
    {
      weight: 3,
      arbitrary: fc.record({ t: fc.constant('deliver' as const), most: fc.integer({ min: 1, max: 3 }) }),
    },
    { weight: 4, arbitrary: fc.record({ t: fc.constantFrom('cut' as const, 'connect' as const) }) },
    { weight: 5, arbitrary: fc.record({ t: fc.constant('answer' as const) }) },
    { weight: 1, arbitrary: fc.record({ t: fc.constant('crash' as const) }) },
    { weight: faults ? 2 : 0, arbitrary: fc.record({ t: fc.constant('fail' as const) }) },
    {
      weight: 4,
      arbitrary: fc.record({ t: fc.constant('pass' as const), ms: fc.constantFrom(10, 500, 4_000, 31_000) }),
    },
  );

async function play(w: ReturnType<typeof createWorld>, it: Step, next: () => string): Promise<void> {
  switch (it.t) {
    case 'publish':
      for (let n = 0; n < it.count; n += 1) {
        w.clock.advance(1);
        w.publish(next());
      }
      return;
    case 'deliver':
      return w.deliver(it.most);
    case 'cut':
      return w.live() ? w.cut() : undefined;
    case 'connect':
      if (!w.live()) w.clock.advance(5);
      return w.live() ? undefined : w.connect();
    case 'answer':
      return w.answer();
    case 'fail':
      return w.fail();
    case 'crash':
      return w.crash();
    case 'pass':
      return w.pass(it.ms);
    default:
      it satisfies never;
  }
}

async function bringToRest(w: ReturnType<typeof createWorld>): Promise<void> {
  if (!w.live()) {
    w.clock.advance(5);
    await w.connect();
  }
  await w.answerAll();
  await w.pass(4_000);
  await w.answerAll();
}

const RUNS = {
  numRuns: Number(process.env.RUNS ?? 150),
  ...(process.env.SEED === undefined ? {} : { seed: Number(process.env.SEED) }),
};

describe('in random orders of publishes, cuts, answers and crashes', () => {
  it('every event is in the log once and in order, and no gap is left', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step(false), { minLength: 5, maxLength: 60 }), async (steps) => {
        const w = createWorld();
        await w.begin();
        let n = 0;
        for (const one of steps) await play(w, one, () => `{"n":${++n}}`);
        await bringToRest(w);
        expect(await w.log()).toEqual(w.published.map(({ event }) => event));
        expect(await w.gaps()).toEqual([]);
      }),
      RUNS,
    );
  });

  it('with failures too: nothing twice, nothing out of order, and nothing claimed that is not there', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step(true), { minLength: 5, maxLength: 60 }), async (steps) => {
        const w = createWorld();
        await w.begin();
        let n = 0;
        for (const one of steps) await play(w, one, () => `{"n":${++n}}`);
        await bringToRest(w);
        const logged = await w.log();
        const there = new Set(logged);
        expect(logged).toEqual(w.published.map(({ event }) => event).filter((event) => there.has(event)));
        const gaps = await w.gaps();
        const missing = w.published.filter(({ event }) => !there.has(event));
        for (const { at } of missing) {
          expect(gaps.some(({ from, to }) => from <= at && at <= (to ?? at))).toBe(true);
        }
      }),
      RUNS,
    );
  });

  it('events of the same text are as many as were published, where nothing is under way at a border', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step(false), { minLength: 5, maxLength: 60 }),
        fc.infiniteStream(fc.constantFrom('"a"', '"b"')),
        async (steps, alphabet) => {
          const w = createWorld();
          await w.begin();
          const stream = alphabet[Symbol.iterator]();
          for (const one of steps) {
            const pending = w.asked.some(({ what }) => what === 'position');
            if (one.t === 'publish' && pending) continue;
            if (one.t !== 'publish') await w.deliver();
            if (one.t === 'connect' && !w.live()) await w.pass(4_000);
            await play(w, one, () => stream.next().value ?? '"a"');
            if (one.t === 'publish') await w.deliver();
          }
          await w.pass(4_000);
          await bringToRest(w);
          expect(await w.log()).toEqual(w.published.map(({ event }) => event));
        },
      ),
      RUNS,
    );
  });
});

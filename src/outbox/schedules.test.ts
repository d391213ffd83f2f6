/**
 * Random schedules: two or three senders on one database, with and without Web Locks, that crash at any await, whose
 * answers are lost or late, while the network and the clocks do what they like. The far end drops second copies by
 * id. Nothing may be lost, doubled, or out of order in a channel. A failure prints its seed and path.
 */
import 'fake-indexeddb/auto';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { AppError } from '../shared/errors.ts';
import type { RefusedEvent } from '../shared/publish-answer.ts';
import { createFakeClock } from '../shared/test-doubles.ts';
import type { StoredOutboxRow } from '../store/database.ts';
import { createDatabase } from '../store/database.ts';
import { createOutboxLog, type OutboxLog } from '../store/outbox-log.ts';
import { createOutbox, type DrivenOutbox } from './outbox.ts';
import { createFakeLocks } from './test-doubles.ts';

const RUNS = Number(process.env.OUTBOX_RUNS ?? 150);

type Step =
  | { do: 'publish'; by: number; channel: number }
  /** The oldest request under way: arrives (and its answer may get lost on the way back), or is lost on the way there. */
  | { do: 'request'; which: number; outcome: 'taken' | 'answer-lost' | 'lost' | 'throttled' | 'late' }
  /** A request whose sender gave up on it reaches the far end after all. */
  | { do: 'late-arrival' }
  /** The context dies between two awaits; another starts. */
  | { do: 'crash'; who: number; after: number }
  /** The context stands still with all that it holds, and later goes on where it stood. */
  | { do: 'hang'; who: number }
  | { do: 'thaw'; who: number }
  | { do: 'time'; ms: number }
  | { do: 'turns'; count: number }
  | { do: 'network'; online: boolean }
  | { do: 'kick'; who: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant('publish' as const), by: fc.nat(2), channel: fc.nat(1) }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('request' as const),
      which: fc.nat(3),
      outcome: fc.constantFrom('taken', 'taken', 'answer-lost', 'lost', 'throttled', 'late'),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ do: 'late-arrival' as const }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('hang' as const), who: fc.nat(2) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('thaw' as const), who: fc.nat(2) }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('crash' as const), who: fc.nat(2), after: fc.nat(12) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('time' as const),
      ms: fc.constantFrom(1, 50, 700, 2_500, 18_000, 25_000),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant('turns' as const), count: fc.integer({ min: 1, max: 12 }) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('network' as const), online: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('kick' as const), who: fc.nat(2) }) },
);

interface Request {
  channel: string;
  ids: string[];
  resolve(refused: RefusedEvent[]): void;
  reject(error: unknown): void;
}

let serial = 0;

/** Whether a context runs: everything that it waits for comes to it through `go`. */
interface Life {
  /** Runs it now, later when the context hangs, never when it is dead. */
  go(run: () => void): void;
  hang(): void;
  thaw(): void;
  end(): void;
  alive(): boolean;
  awake(): boolean;
}

function createLife(): Life {
  let state: 'awake' | 'hanging' | 'dead' = 'awake';
  const backlog: (() => void)[] = [];
  return {
    go(run) {
      if (state === 'awake') run();
      else if (state === 'hanging') backlog.push(run);
    },
    hang() {
      if (state === 'awake') state = 'hanging';
    },
    thaw() {
      if (state !== 'hanging') return;
      state = 'awake';
      for (const run of backlog.splice(0)) run();
    },
    end() {
      state = 'dead';
    },
    alive: () => state !== 'dead',
    awake: () => state === 'awake',
  };
}

class World {
  readonly clock = createFakeClock();
  readonly name = `schedule-${++serial}`;
  readonly locks;
  online = true;
  /** Publishes in the order in which they became durable: a context that hangs hears of its own late. */
  readonly durable: { channel: string; id: string }[] = [];
  /** Those whose sender was told that they are queued. */
  readonly queued = new Set<string>();
  /** What the far end took, in order, second copies included. */
  readonly arrived = new Map<string, string[]>();
  readonly open: Request[] = [];
  readonly late: Request[] = [];
  /** What must never be, and was. */
  readonly wrong: string[] = [];
  /** By row: who claimed it last. */
  readonly claimers = new Map<string, { at: number; life: Life }>();
  contexts: { outbox: DrivenOutbox; life: Life; die(): void }[] = [];

  constructor(withLocks: boolean) {
    this.locks = withLocks ? createFakeLocks() : null;
    this.contexts = [0, 1, 2].map(() => this.start());
  }

  start() {
    const life = createLife();
    const locks = this.locks?.forContext() ?? null;
    const real = createOutboxLog(createDatabase(this.name));
    const mortal =
      <A extends unknown[], R>(call: (...args: A) => Promise<R>) =>
      (...args: A): Promise<R> =>
        new Promise((resolve, reject) => {
          life.go(() =>
            call(...args).then(
              (value) => life.go(() => resolve(value)),
              (error) => life.go(() => reject(error)),
            ),
          );
        });
    const log: OutboxLog = {
      add: mortal(async (row) => {
        await real.add(row);
        this.durable.push({
          channel: row.channel,
          id: (JSON.parse(row.events[0] ?? '') as { id: string }).id,
        });
      }),
      list: mortal(real.list),
      channels: mortal(real.channels),
      heads: mortal(real.heads),
      delivered: mortal(real.delivered),
      sweep: mortal(real.sweep),
      changeHeads: mortal((channel, limit, change) =>
        real.changeHeads(channel, limit, (rows) => {
          const claimed = change(rows);
          if (claimed.length > 0) this.checkClaim(rows, life);
          return claimed;
        }),
      ),
      change: mortal((ids, now, change) =>
        real.change(ids, now, (row) => {
          const next = change(row);
          if (row.state === 'delivered' && next !== null && next.state !== 'delivered')
            this.wrong.push(`${row.id} was delivered, and became ${next.state}`);
          return next;
        }),
      ),
    };
    const outbox = createOutbox({
      log,
      events: { page: async () => [] },
      clock: {
        ...this.clock,
        after: (ms, run) => this.clock.after(ms, () => life.go(run)),
      },
      locks: locks?.manager ?? null,
      lockName: 'outbox',
      random: () => 0.5,
      newId: () => `row-${++serial}`,
      online: () => this.online,
      isLive: () => false,
      isComing: () => false,
      endpoint: 'https://api.example/event',
      hint: () => {
        for (const other of this.contexts) if (other.outbox !== outbox) other.life.go(other.outbox.refresh);
      },
      onQueued() {},
      onUnanswered() {},
      post: ({ channel, events }) =>
        new Promise<RefusedEvent[]>((resolve, reject) => {
          const ids = events.map((event) => (JSON.parse(event) as { id: string }).id);
          this.open.push({
            channel,
            ids,
            resolve: (refused) => life.go(() => resolve(refused)),
            reject: (error) => life.go(() => reject(error)),
          });
        }),
    });
    return {
      outbox,
      life,
      die: () => {
        life.end();
        locks?.die();
      },
    };
  }

  /** Nobody takes what somebody who lives claimed so lately that its request may still be under way. */
  checkClaim(rows: readonly StoredOutboxRow[], life: Life): void {
    for (const row of rows) {
      const before = this.claimers.get(row.id);
      const age = this.clock.wall() - (before?.at ?? Number.NEGATIVE_INFINITY);
      if (row.state === 'sending' && before?.life.alive() === true && age < 15_000)
        this.wrong.push(`${row.id} was claimed again after ${age} ms`);
      this.claimers.set(row.id, { at: this.clock.wall(), life });
    }
  }

  arrive({ channel, ids }: Request): void {
    const all = this.arrived.get(channel) ?? [];
    all.push(...ids);
    this.arrived.set(channel, all);
  }

  async run(one: Step): Promise<void> {
    switch (one.do) {
      case 'publish':
        return this.publish(one.by, `default/${one.channel}`);
      case 'request':
        return this.settle(one.which, one.outcome);
      case 'late-arrival': {
        const request = this.late.shift();
        if (request !== undefined) this.arrive(request);
        return;
      }
      case 'crash':
        await turns(one.after);
        this.contexts[one.who]?.die();
        this.contexts[one.who] = this.start();
        return;
      case 'hang':
        this.contexts[one.who]?.life.hang();
        return;
      case 'thaw':
        this.contexts[one.who]?.life.thaw();
        return;
      case 'time':
        this.clock.advance(one.ms);
        return;
      case 'turns':
        return turns(one.count);
      case 'network':
        this.online = one.online;
        return;
      case 'kick':
        this.contexts[one.who]?.life.go(() => this.contexts[one.who]?.outbox.kick());
    }
  }

  publish(by: number, channel: string): void {
    // A UUID that tells its own order when a test fails.
    const id = `00000000-0000-4000-8000-${String(++serial).padStart(12, '0')}`;
    const context = this.contexts[by];
    if (context?.life.awake() !== true) return;
    void context.outbox.publish(channel, [{ id }]).then(() => this.queued.add(id));
  }

  /** What was accepted, by channel and in order. */
  accepted(): Map<string, string[]> {
    const accepted = new Map<string, string[]>();
    for (const { channel, id } of this.durable) {
      if (this.queued.has(id)) accepted.set(channel, [...(accepted.get(channel) ?? []), id]);
    }
    return accepted;
  }

  settle(which: number, outcome: Extract<Step, { do: 'request' }>['outcome']): void {
    const [request] = this.open.splice(which % Math.max(1, this.open.length), 1);
    if (request === undefined) return;
    if (outcome === 'taken' || outcome === 'answer-lost') this.arrive(request);
    if (outcome === 'taken') request.resolve([]);
    else if (outcome === 'throttled')
      request.reject(new AppError('rate-limited', 'Slow.', { retryable: true }));
    // Nobody answers: the sender's own time-out ends it. It may arrive long after that.
    else if (outcome === 'late') this.late.push(request);
    else request.reject(new AppError('network', 'Lost.', { retryable: true }));
  }

  /** Everything works again, but who hangs hangs on, and somebody does not: what was accepted has to get there. */
  async finish(): Promise<void> {
    this.online = true;
    if (this.contexts.every(({ life }) => !life.awake())) this.contexts.push(this.start());
    const log = createOutboxLog(createDatabase(this.name));
    for (let round = 0; ; round++) {
      for (const { outbox, life } of this.contexts) life.go(outbox.kick);
      for (let turn = 0; turn < 30; turn++) {
        await turns(2);
        while (this.open.length > 0) this.settle(0, 'taken');
      }
      if ((await log.channels()).length === 0) break;
      if (round > 60) throw new Error(`still to be sent: ${JSON.stringify(await log.list())}`);
      this.clock.advance(1_000);
    }
    for (const context of this.contexts) context.die();
  }
}

/** Lets the database and everybody who waits for it go on. */
async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
}

const unique = (ids: readonly string[]): string[] => [...new Set(ids)];

it.each([
  ['with Web Locks', true],
  ['without', false],
])(
  '%s: nothing is lost, doubled after dropping second copies, or out of order',
  async (_name, withLocks) => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 60 }), async (steps) => {
        const world = new World(withLocks);
        for (const one of steps) await world.run(one);
        await world.finish();
        expect(world.wrong).toEqual([]);
        for (const [channel, accepted] of world.accepted()) {
          const arrived = unique(world.arrived.get(channel) ?? []);
          expect(accepted.filter((id) => !arrived.includes(id))).toEqual([]);
          // What a crash cut off before "queued" was said may have been sent all the same.
          expect(arrived.filter((id) => accepted.includes(id))).toEqual(accepted);
        }
      }),
      { numRuns: RUNS, ...(process.env.SEED === undefined ? {} : { seed: Number(process.env.SEED) }) },
    );
  },
  300_000,
);

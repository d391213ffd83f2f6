import { describe, expect, it } from 'vitest';
import type { LineMessage } from '../../shared/line-messages.ts';
import { createFakeClock, flush, withResolvers } from '../../shared/test-doubles.ts';
import { createFakeLocks } from '../test-doubles.ts';
import type { Leader } from './api.ts';
import { type Contender, createContender, type LeaderCalls } from './contend.ts';
import { createAir } from './test-doubles.ts';

const LOCK = 'leader';

/** A few contexts that contend; their leaders only say who they are. */
function setUp() {
  const clock = createFakeClock();
  const locks = createFakeLocks();
  const BroadcastChannel = createAir();
  const said: string[] = [];
  let epoch = 0;
  const spy = new BroadcastChannel('line');
  spy.onmessage = ({ data }: MessageEvent<LineMessage>) => {
    const to = 'to' in data && data.to !== undefined ? `>${data.to}` : '';
    said.push('by' in data ? `${data.t} ${data.by}` : `${data.t}${to}`);
  };

  async function member(name: string) {
    const acts: string[] = [];
    const prepared: { ready(): void; fail(): void }[] = [];
    let starting: Promise<void> = Promise.resolve();
    /** When this member's leaders have done what a successor that is ready asks for. */
    let drained: Promise<void> = Promise.resolve();

    function leader(calls: LeaderCalls): Leader {
      epoch += 1;
      const own = epoch;
      const line = new BroadcastChannel('line');
      let over = false;
      line.onmessage = ({ data }: MessageEvent<LineMessage>) => {
        if (!over && (data.t === 'succeed' || data.t === 'ready')) calls.onRequest(data);
      };
      function end(to?: string): void {
        if (over) return;
        over = true;
        line.postMessage({ v: 1, t: 'ended', epoch: own, ...(to === undefined ? {} : { to }) });
        acts.push(to === undefined ? 'stopped' : `moved to ${to}`);
        calls.onEnded();
      }
      return {
        epoch: own,
        stop: async () => end(),
        async handOver(to) {
          await drained;
          end(to);
        },
        renew: () => void acts.push('renewed'),
        estate: () => ({
          tabs: Object.fromEntries(
            ['one', 'two', 'three'].map((tab) => [tab, { wants: [], visible: tab !== 'two', locked: true }]),
          ),
        }),
      };
    }

    const contender: Contender = createContender({
      name,
      line: 'line',
      BroadcastChannel,
      clock,
      locks: locks.of(name),
      lockName: LOCK,
      async start(calls) {
        await starting;
        acts.push('started');
        return leader(calls);
      },
      prepare(calls) {
        acts.push('prepared');
        const { promise, resolve, reject } = withResolvers<void>();
        promise.catch(() => {});
        prepared.push({ ready: () => resolve(), fail: () => reject(new Error('gave up')) });
        return {
          ready: promise,
          async lead() {
            acts.push('led');
            return leader(calls);
          },
          close: () => void acts.push('closed'),
        };
      },
    });
    contender.again();
    await flush();
    return {
      contender,
      acts,
      prepared,
      /** The member's next leaders begin only when the promise resolves. */
      holdUp(promise: Promise<void>) {
        starting = promise;
      },
      drainAfter(promise: Promise<void>) {
        drained = promise;
      },
    };
  }

  async function pass(ms: number): Promise<void> {
    clock.advance(ms);
    await flush();
  }
  return { clock, locks, said, member, pass, holder: () => locks.holder(LOCK) };
}

describe('taking turns', () => {
  it('leads when the one before has let go, and not before', async () => {
    const { member, holder } = setUp();
    const one = await member('one');
    const two = await member('two');
    expect([one.contender.leading(), two.contender.leading()]).toEqual([true, false]);
    await one.contender.release();
    await flush();
    expect([holder(), two.contender.leading()]).toEqual(['two', true]);
    expect(one.acts).toEqual(['started', 'stopped']);
  });

  it('stops when the lock is stolen, and even before it has begun', async () => {
    const { member, locks, holder } = setUp();
    const one = await member('one');
    const two = await member('two');
    locks.freeze('one');
    two.contender.steal();
    await flush();
    expect([holder(), two.contender.leading()]).toEqual(['two', true]);
    locks.thaw('one');
    await flush();
    expect([one.contender.leading(), one.acts]).toEqual([false, ['started', 'stopped']]);

    const three = await member('three');
    const { promise, resolve } = withResolvers<void>();
    three.holdUp(promise);
    await two.contender.release();
    await flush();
    expect(holder()).toBe('three');
    one.contender.steal();
    await flush();
    resolve();
    await flush();
    expect([three.contender.leading(), three.acts]).toEqual([false, ['started', 'stopped']]);
    expect([holder(), one.contender.leading()]).toEqual(['one', true]);
  });

  it('queues again only when told to', async () => {
    const { member, locks, holder } = setUp();
    const one = await member('one');
    const two = await member('two');
    two.contender.steal();
    await flush();
    locks.end('two');
    await flush();
    expect(holder()).toBeNull();
    one.contender.again();
    await flush();
    expect(one.contender.leading()).toBe(true);
  });
});

describe('a succession', () => {
  it('prepares, waits for the last word, takes the lock, leads; who queued meanwhile goes on waiting', async () => {
    const { member, said, pass, holder } = setUp();
    const one = await member('one');
    const three = await member('three');
    const two = await member('two');
    two.contender.succeed();
    await flush();
    expect(two.acts).toEqual(['prepared']);
    await pass(10_000);
    expect([one.contender.leading(), two.contender.leading()]).toEqual([true, false]);
    two.prepared[0]?.ready();
    await flush();
    expect(said).toEqual(['succeed two', 'estate>two', 'ready two', 'ended>two']);
    expect(one.acts).toEqual(['started', 'moved to two']);
    expect([holder(), two.acts]).toEqual(['two', ['prepared', 'led']]);
    await pass(60_000);
    expect([one, two, three].map(({ contender }) => contender.leading())).toEqual([false, true, false]);
    expect(three.acts).toEqual([]);
  });

  it('goes on from leader to leader, and the old one takes its place in the queue', async () => {
    const { member, holder } = setUp();
    const one = await member('one');
    const two = await member('two');
    for (const [next, serial] of [
      [two, 0],
      [one, 0],
      [two, 1],
    ] as const) {
      next.contender.succeed();
      await flush();
      next.prepared[serial]?.ready();
      await flush();
      expect(next.contender.leading()).toBe(true);
      one.contender.again();
      two.contender.again();
    }
    await two.contender.release();
    await flush();
    expect([holder(), one.contender.leading()]).toEqual(['one', true]);
  });

  it('has one heir at a time; another hears nothing for a second and gives up', async () => {
    const { member, said, pass } = setUp();
    await member('one');
    const two = await member('two');
    const three = await member('three');
    two.contender.succeed();
    await flush();
    three.contender.succeed();
    await flush();
    expect(said.filter((word) => word.startsWith('estate'))).toEqual(['estate>two']);
    await pass(999);
    three.contender.succeed();
    await flush();
    expect(said.filter((word) => word === 'succeed three')).toHaveLength(1);
    await pass(1);
    three.contender.succeed();
    await flush();
    expect(said.filter((word) => word === 'succeed three')).toHaveLength(2);
    expect(three.acts).toEqual([]);
    two.prepared[0]?.ready();
    await flush();
    expect(two.contender.leading()).toBe(true);
  });

  it('is called off by both sides when the heir is not ready in 15 s; then another may', async () => {
    const { member, pass } = setUp();
    const one = await member('one');
    const two = await member('two');
    const three = await member('three');
    two.contender.succeed();
    await flush();
    await pass(14_999);
    expect(two.acts).toEqual(['prepared']);
    await pass(1);
    expect(two.acts).toEqual(['prepared', 'closed']);
    two.prepared[0]?.ready();
    await flush();
    expect(one.contender.leading()).toBe(true);
    three.contender.succeed();
    await flush();
    three.prepared[0]?.ready();
    await flush();
    expect(three.contender.leading()).toBe(true);
  });

  it('is called off when the successor gives up, or the leader has no last word in 8 s', async () => {
    const { member, pass } = setUp();
    const one = await member('one');
    const two = await member('two');
    two.contender.succeed();
    await flush();
    two.prepared[0]?.fail();
    await flush();
    expect(two.acts).toEqual(['prepared', 'closed']);
    await pass(15_000);

    one.drainAfter(new Promise(() => {}));
    two.contender.succeed();
    await flush();
    two.prepared[1]?.ready();
    await flush();
    await pass(7_999);
    expect(two.acts).toHaveLength(3);
    await pass(1);
    expect(two.acts.at(-1)).toBe('closed');
    expect([one.contender.leading(), two.contender.leading()]).toEqual([true, false]);
  });

  it('does not happen without a leader that answers', async () => {
    const { member, pass, locks, holder } = setUp();
    await member('one');
    const two = await member('two');
    locks.freeze('one');
    two.contender.succeed();
    locks.end('one');
    await flush();
    expect([holder(), two.acts]).toEqual(['two', ['started']]);
    await pass(1_000);
    expect(two.acts).toEqual(['started']);
  });

  it('leaves the lock to the queue when the successor is gone', async () => {
    const { member, pass, locks, holder } = setUp();
    const one = await member('one');
    const three = await member('three');
    const two = await member('two');
    two.contender.succeed();
    await flush();
    const { promise, resolve } = withResolvers<void>();
    one.drainAfter(promise);
    two.prepared[0]?.ready();
    await flush();
    await two.contender.release();
    locks.end('two');
    resolve();
    await flush();
    expect(one.acts).toEqual(['started', 'moved to two']);
    await pass(999);
    expect([holder(), three.contender.leading()]).toEqual(['one', false]);
    await pass(1);
    expect([holder(), three.contender.leading()]).toEqual(['three', true]);
  });

  it('uses what is ready when the leader dies before its last word, and begins anew when nothing is', async () => {
    const ready = setUp();
    const one = await ready.member('one');
    one.drainAfter(new Promise(() => {}));
    const two = await ready.member('two');
    two.contender.succeed();
    await flush();
    two.prepared[0]?.ready();
    await flush();
    ready.locks.end('one');
    await flush();
    expect([two.contender.leading(), two.acts]).toEqual([true, ['prepared', 'led']]);
    await ready.pass(60_000);
    expect(two.acts).toEqual(['prepared', 'led']);

    const unready = setUp();
    await unready.member('one');
    const heir = await unready.member('two');
    heir.contender.succeed();
    await flush();
    unready.locks.end('one');
    await flush();
    expect(heir.contender.leading()).toBe(true);
    expect(heir.acts.toSorted()).toEqual(['closed', 'prepared', 'started']);
  });

  it('can be offered by the leader, to a tab that fits', async () => {
    const { member } = setUp();
    const one = await member('one');
    expect(one.contender.offer((_tab, { visible }) => visible)).toBe('three');
    expect(one.contender.offer(() => false)).toBeNull();
    const two = await member('two');
    expect(two.contender.offer(() => true)).toBeNull();
  });

  it('ends with the page: nothing is taken by one that let go', async () => {
    const { member, holder } = setUp();
    await member('one');
    const two = await member('two');
    two.contender.succeed();
    await flush();
    await two.contender.release();
    two.prepared[0]?.ready();
    await flush();
    expect([holder(), two.acts]).toEqual(['one', ['prepared', 'closed']]);
  });
});

it('new tokens go to a leader that is there', async () => {
  const { member } = setUp();
  const one = await member('one');
  const two = await member('two');
  const tokens = { get: () => Promise.reject(new Error('none')), onSignedOut: () => () => {}, wake() {} };
  for (const { contender } of [one, two]) contender.renew(tokens);
  expect([one.acts, two.acts]).toEqual([['started', 'renewed'], []]);
});

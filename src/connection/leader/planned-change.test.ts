import 'fake-indexeddb/auto';
import { afterEach, describe, expect, it } from 'vitest';
import type { LeaderMessage, TabMessage } from '../../shared/line-messages.ts';
import { createFakeClock } from '../../shared/test-doubles.ts';
import type { HeldToken } from '../../shared/token-machine.ts';
import { gapsOf, joinIntervals } from '../../store/coverage-log.ts';
import { createHistory, type History } from '../../store/history.ts';
import type { Leader, LeaderDeps, LeaderTokens } from './api.ts';
import { startLeader } from './leader.ts';
import { prepareLeader } from './successor.ts';
import { createAir, createAnsweringService } from './test-doubles.ts';

const DAY_MS = 86_400_000;
const CHANNEL = 'default/a';
let serial = 0;
let stop: () => Promise<void> = async () => {};
afterEach(() => stop());

/** Whatever waits for a task of its own (storage) has its turn. */
const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

/** Tokens of `lifeMs`. As of a token client: who asks in the last fifth gets the old one, and the next is fetched. */
function createTokens(clock: { monotonic(): number }, lifeMs: number, name: string): LeaderTokens {
  let count = 0;
  let held: HeldToken | null = null;
  return {
    async get(): Promise<HeldToken> {
      const now = clock.monotonic();
      const given = held;
      if (held === null || now >= held.renewAt) {
        count += 1;
        held = {
          accessToken: `${name}-${count}`,
          sub: 'u',
          epoch: 1,
          renewAt: now + lifeMs * 0.8,
          endsAt: now + lifeMs,
        };
      }
      return given ?? held;
    },
    onSignedOut: () => () => {},
    wake() {},
  };
}

async function setUp(
  options: {
    lifetimeMs?: number;
    tokenMs?: number;
    wants?: string[];
    /** The storage takes coverage only when this is settled. */
    coverageWaits?: () => Promise<void> | null;
  } = {},
) {
  const { lifetimeMs = DAY_MS, tokenMs = DAY_MS, wants = [CHANNEL] } = options;
  const name = `planned-${++serial}`;
  const clock = createFakeClock();
  const service = createAnsweringService();
  const Air = createAir();
  const heard: LeaderMessage[] = [];
  const tab = new Air('line');
  tab.onmessage = ({ data }: MessageEvent<LeaderMessage>) => void heard.push(data);
  const openHistory = (): History => {
    const history = createHistory(name);
    const put: History['coverage']['put'] = async (...rows) => {
      await options.coverageWaits?.();
      return history.coverage.put(...rows);
    };
    return { ...history, coverage: { ...history.coverage, put } };
  };
  const deps = (): LeaderDeps => ({
    host: 'elected-tab',
    build: 'b',
    line: 'line',
    history: openHistory(),
    events: {
      endpoint: 'https://h/event',
      realtime: 'wss://h/event/realtime',
      host: 'h',
      region: 'x',
      history: null,
      lifetimeMs,
    },
    tokens: createTokens(clock, tokenMs, 'first'),
    clock,
    random: () => 0.5,
    fetch: () => Promise.reject(new Error('there is no history')),
    WebSocket: service.WebSocket,
    BroadcastChannel: Air,
    locks: null,
    online: true,
    onRequest() {},
    storagePatienceMs: null,
    onEnded() {},
  });
  const leader = await startLeader(deps());
  stop = () => leader.stop();
  const announce = (): void => {
    const hello: TabMessage = {
      v: 1,
      t: 'tab',
      tab: 'one',
      locked: false,
      visible: true,
      online: true,
      wants,
    };
    tab.postMessage(hello);
  };
  announce();
  await settled();
  let published = 0;

  return {
    clock,
    service,
    leader,
    deps,
    heard,
    /** Time without any traffic. */
    async pass(ms: number) {
      for (let elapsed = 0; elapsed < ms; elapsed += 20) {
        clock.advance(20);
        await settled();
      }
    },
    /** 50 events a second for `ms`; `each` is told the time since the start at every step. */
    async publishFor(ms: number, each: (elapsed: number) => void = () => {}) {
      for (let elapsed = 0; elapsed < ms; elapsed += 20) {
        published += 1;
        service.publish(CHANNEL, `${published}`);
        clock.advance(20);
        each(elapsed);
        await settled();
      }
    },
    published: () => published,
    /** What the log has, and the gaps in it. */
    async kept() {
      const history = createHistory(name);
      const records = await history.events.page(CHANNEL, null, 100_000);
      const gaps = gapsOf(CHANNEL, joinIntervals(await history.coverage.read(CHANNEL)), true);
      history.close();
      return { texts: records.map(({ event }) => event), gaps };
    },
  };
}

const upTo = (count: number) => Array.from({ length: count }, (_, index) => `${index + 1}`);
const statuses = (heard: LeaderMessage[]) => heard.flatMap((m) => (m.t === 'status' ? [m.status] : []));

/** From the first confirmed channel on, nobody ever saw anything but Live, with at most two sockets a line. */
function expectAlwaysLive(heard: LeaderMessage[]): void {
  const all = statuses(heard);
  const first = all.findIndex(({ channels }) => channels[CHANNEL]?.phase === 'live');
  for (const status of all.slice(first)) {
    expect(status).toMatchObject({ phase: 'live', reason: null, channels: { [CHANNEL]: { phase: 'live' } } });
    expect(status.sockets).toBeLessThanOrEqual(2);
  }
}

describe('50 events a second, recorded once each and without a gap', () => {
  it('while the service ends every connection after 20 s', async () => {
    const { service, publishFor, published, leader, kept, heard } = await setUp({ lifetimeMs: 20_000 });
    const born = new Map<unknown, number>();
    let cut = 0;
    await publishFor(46_000, (elapsed) => {
      for (const socket of service.open()) {
        if (elapsed - (born.get(socket) ?? born.set(socket, elapsed).get(socket) ?? 0) < 20_000) continue;
        socket.cut();
        cut += 1;
      }
    });
    expect(cut).toBe(0);
    expectAlwaysLive(heard);
    expect(statuses(heard).some(({ switching }) => switching)).toBe(true);
    expect(service.sockets.length).toBeGreaterThanOrEqual(4);
    expect(service.open()).toHaveLength(1);
    await leader.stop();
    expect(await kept()).toEqual({ texts: upTo(published()), gaps: [] });
  });

  it('while tokens live for 20 s: one socket for each', async () => {
    const { service, publishFor, published, leader, kept, heard } = await setUp({ tokenMs: 20_000 });
    await publishFor(50_000);
    expectAlwaysLive(heard);
    expect(service.sockets).toHaveLength(4);
    await leader.stop();
    expect(await kept()).toEqual({ texts: upTo(published()), gaps: [] });
  });

  it('when the same user signs in anew', async () => {
    const { service, clock, publishFor, published, leader, kept, heard } = await setUp();
    await publishFor(10_000, (elapsed) => {
      if (elapsed === 2_000) leader.renew(createTokens(clock, DAY_MS, 'second'));
    });
    expectAlwaysLive(heard);
    expect(service.sockets).toHaveLength(2);
    expect(service.open()).toHaveLength(1);
    expect(statuses(heard).at(-1)?.token?.used).toBe(2);
    await leader.stop();
    expect(await kept()).toEqual({ texts: upTo(published()), gaps: [] });
  });

  it('when the leader hands over to a successor', async () => {
    const { publishFor, published, leader, deps, kept, heard, service } = await setUp();
    await publishFor(1_000);
    const successor = prepareLeader(deps(), leader.estate());
    await publishFor(200);
    await successor.ready;
    const before = heard.length;
    const moved = leader.handOver('two');
    let next: Promise<Leader> | null = null;
    void moved.then(() => {
      next = successor.lead();
    });
    await publishFor(6_000);
    await moved;
    expect(next).not.toBeNull();
    const second = await (next as unknown as Promise<Leader>);
    await publishFor(1_000);
    expect(heard.slice(before).find((m) => m.t === 'ended')).toMatchObject({ to: 'two' });
    expectAlwaysLive(heard);
    expect(new Set(heard.map((m) => ('epoch' in m ? m.epoch : 0)))).toEqual(new Set([1, 2]));
    expect(second.estate()).toEqual(leader.estate());
    expect(service.open()).toHaveLength(1);
    await second.stop();
    expect(await kept()).toEqual({ texts: upTo(published()), gaps: [] });
  });
});

describe('a leader that hands over', () => {
  it('leaves no gap on a channel without traffic: its last round trip proves that it listened until then', async () => {
    const { pass, leader, deps, kept } = await setUp();
    await pass(3_000);
    const successor = prepareLeader(deps(), leader.estate());
    await pass(100);
    await successor.ready;
    const moved = leader.handOver('two');
    await pass(3_200);
    await moved;
    const second = await successor.lead();
    await pass(6_000);
    await second.stop();
    expect((await kept()).gaps).toEqual([]);
  });

  it('names its successor when all is stored, not before', async () => {
    let answer = (): void => {};
    let answered: Promise<void> | null = null;
    const { publishFor, pass, leader, heard } = await setUp({ coverageWaits: () => answered });
    await publishFor(1_000);
    answered = new Promise((resolve) => {
      answer = resolve;
    });
    const moved = leader.handOver('two');
    await pass(4_000);
    expect(heard.filter(({ t }) => t === 'ended')).toEqual([]);
    answer();
    await moved;
    await settled();
    expect(heard.filter(({ t }) => t === 'ended')).toHaveLength(1);
  });
});

describe('a successor', () => {
  it('does not record what the leader before it did, however much slower its own socket is', async () => {
    const { publishFor, leader, deps, kept, service, published, clock } = await setUp();
    await publishFor(500);
    const successor = prepareLeader(deps(), leader.estate());
    await publishFor(200);
    await successor.ready;
    const [old, own] = service.sockets;
    const moved = leader.handOver('two');
    await publishFor(2_900);
    const deliver = (socket = old, text = '') => {
      for (const id of socket?.subs.keys() ?? []) socket?.say({ type: 'data', id, event: text });
    };
    deliver(old, 'late');
    deliver(old, 'never');
    await publishFor(100);
    await moved;
    const second = await successor.lead();
    deliver(own, 'late');
    // Another event of the same text is another event.
    deliver(own, 'late');
    clock.advance(3_000);
    deliver(own, 'never');
    await second.stop();
    const { texts } = await kept();
    expect(texts.filter((text) => text === 'late')).toHaveLength(2);
    expect(texts.filter((text) => text === 'never')).toHaveLength(2);
    expect(texts).toHaveLength(published() + 4);
  });

  it('that is called off leaves no trace: no message, no epoch, no socket', async () => {
    const { publishFor, leader, deps, heard, service, published, kept } = await setUp();
    await publishFor(500);
    const successor = prepareLeader(deps(), leader.estate());
    await publishFor(500);
    await successor.ready;
    expect(service.open()).toHaveLength(2);
    successor.close();
    await publishFor(500);
    expect(service.open()).toHaveLength(1);
    await expect(successor.lead()).rejects.toMatchObject({ code: 'closed' });
    expect(new Set(heard.flatMap((m) => ('epoch' in m ? [m.epoch] : [])))).toEqual(new Set([1]));
    await leader.stop();
    expect(await kept()).toEqual({ texts: upTo(published()), gaps: [] });
  });

  it('gives up when its thread stood still: nobody can say when what it holds back came', async () => {
    const { publishFor, leader, deps, service, clock } = await setUp();
    const successor = prepareLeader(deps(), leader.estate());
    await publishFor(2_000);
    expect(service.open()).toHaveLength(2);
    clock.stall(2_100);
    await expect(successor.lead()).rejects.toMatchObject({ code: 'closed' });
    expect(service.open()).toHaveLength(1);
  });

  it('gives up when more arrives than it can hold back', async () => {
    const { leader, deps, service, clock } = await setUp();
    const successor = prepareLeader(deps(), leader.estate());
    await settled();
    clock.advance(20);
    for (let n = 0; n <= 20_000; n += 1) service.publish(CHANNEL, `${n}`);
    await expect(successor.lead()).rejects.toMatchObject({ code: 'closed' });
    expect(service.open()).toHaveLength(1);
  });
});

describe('many channels', () => {
  it('450 of them take three sockets, none with more than 200, each channel once', async () => {
    const wants = Array.from({ length: 450 }, (_, index) => `default/c${index}`);
    const { service, publishFor, heard } = await setUp({ wants });
    await publishFor(100);
    const sizes = service.open().map(({ subs }) => subs.size);
    expect(sizes).toHaveLength(3);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(200);
    const all = service.open().flatMap(({ subs }) => [...subs.values()]);
    expect(all).toHaveLength(450);
    expect(new Set(all).size).toBe(450);
    expect(statuses(heard).at(-1)).toMatchObject({ phase: 'live', sockets: 3 });
    const channels = Object.values(statuses(heard).at(-1)?.channels ?? {});
    expect(channels.filter(({ phase }) => phase === 'live')).toHaveLength(450);
  });
});

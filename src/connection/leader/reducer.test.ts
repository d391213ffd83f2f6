import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FRAME_AGE_MS } from '../../shared/log.ts';
import { wantedChannels } from './channels.ts';
import { nextWake } from './next-wake.ts';
import { isDrained, reduceLeader } from './reducer.ts';
import {
  initialLeaderState,
  type LeaderEffect,
  type LeaderEvent,
  type LeaderState,
  type Line,
  newLine,
} from './state.ts';
import { describeLeader } from './status.ts';
import * as timing from './timing.ts';

const DAY_MS = 86_400_000;

/** Drives the reducer as the runner does, on a clock that the test moves. */
function createDriver(online = true) {
  let state = initialLeaderState(online, DAY_MS);
  let now = 0;
  let effects: LeaderEffect[] = [];

  function send(event: LeaderEvent, random = 0.5): LeaderEffect[] {
    const [next, out] = reduceLeader(state, event, { now, wall: 1_000_000 + now, random });
    state = next;
    effects.push(...out);
    return out;
  }

  return {
    send,
    get state(): LeaderState {
      return state;
    },
    /** The first line. */
    get line(): Line {
      return state.lines[0] ?? newLine(0);
    },
    get now() {
      return now;
    },
    /** Moves time, ticking at every deadline on the way. */
    advance(ms: number, random = 0.5) {
      const until = now + ms;
      for (let due = nextWake(state); due !== null && due <= until; due = nextWake(state)) {
        now = Math.max(now, due);
        const before = JSON.stringify(state);
        send({ t: 'tick' }, random);
        // A deadline that stays due without anything changing would spin for ever.
        if (JSON.stringify(state) === before) throw new Error(`nothing happened at the deadline ${due}`);
      }
      now = until;
    },
    take(): LeaderEffect[] {
      const taken = effects;
      effects = [];
      return taken;
    },
    /** Opens, acknowledges and subscribes everything wanted. */
    goLive() {
      send({ t: 'tick' });
      for (const { candidate } of state.lines) {
        if (candidate !== null) send({ t: 'acked', socket: candidate.id });
      }
      confirmAll();
    },
    confirmAll,
    phase: () =>
      describeLeader(state, {
        now,
        build: 'b',
        leaderId: 'x',
        host: 'shared-worker',
        sockets: 1,
        history: 'kept',
        historyReason: null,
        token: null,
      }).phase,
    channel: (name: string) =>
      describeLeader(state, {
        now,
        build: 'b',
        leaderId: 'x',
        host: 'shared-worker',
        sockets: 1,
        history: 'kept',
        historyReason: null,
        token: null,
      }).channels[name],
  };

  function confirmAll() {
    for (const { current } of state.lines) {
      for (const sub of Object.keys(current?.subs ?? {})) {
        send({ t: 'subscribed', socket: current?.id ?? 0, sub });
      }
    }
  }
}

const tab = (name: string, ...wants: string[]): LeaderEvent => ({
  t: 'tab',
  tab: name,
  wants,
  visible: true,
  locked: true,
  online: true,
});
const opened = (effects: LeaderEffect[]) => effects.filter((effect) => effect.t === 'open').length;

describe('the leader connects', () => {
  it('opens one socket and asks for each wanted channel once, however many tabs want it', () => {
    const d = createDriver();
    for (let i = 0; i < 8; i += 1) d.send(tab(`t${i}`, 'default/a', 'default/b'));
    d.goLive();
    const effects = d.take();
    expect(opened(effects)).toBe(1);
    expect(effects.filter((e) => e.t === 'subscribe').map((e) => e.channel)).toEqual([
      'default/a',
      'default/b',
    ]);
    expect(d.phase()).toBe('live');
  });

  it('lets a channel go with the last tab that wants it', () => {
    const d = createDriver();
    d.send(tab('one', 'default/a'));
    d.send(tab('two', 'default/a'));
    d.goLive();
    d.take();
    d.send({ t: 'tab-gone', tab: 'one' });
    expect(d.take()).toEqual([]);
    d.send(tab('two'));
    expect(d.take().map((e) => e.t)).toEqual(['unsubscribe', 'cover']);
  });

  it('closes the socket a moment after the last tab left, and not when one comes back in time', () => {
    const d = createDriver();
    d.send(tab('one', 'default/a'));
    d.goLive();
    d.send({ t: 'tab-gone', tab: 'one' });
    d.advance(timing.ALONE_GRACE_MS - 1);
    d.send(tab('two', 'default/a'));
    d.advance(timing.ALONE_GRACE_MS);
    expect(d.line.current).not.toBeNull();
    d.send({ t: 'tab-gone', tab: 'two' });
    d.advance(timing.ALONE_GRACE_MS);
    expect(d.line.current).toBeNull();
    expect(nextWake(d.state)).toBeNull();
  });
});

describe('a lost connection', () => {
  it('is tried again at once, and everything is asked for again', () => {
    const d = createDriver();
    d.send(tab('one', 'default/a'));
    d.goLive();
    d.take();
    const lost = d.line.current;
    d.send({ t: 'closed', socket: lost?.id ?? 0, reason: 'gone', spoke: 'nothing' });
    expect(d.phase()).toBe('reconnecting');
    d.advance(200);
    expect(opened(d.take())).toBe(1);
    d.goLive();
    expect(d.phase()).toBe('live');
    expect(d.channel('default/a')?.phase).toBe('live');
    expect(d.state.reconnects).toBe(1);
  });

  it('while the service is away for 10 s, an attempt is never more than a second off', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 0.999, noNaN: true }), { minLength: 60, maxLength: 60 }),
        (luck) => {
          const d = createDriver();
          d.send(tab('one', 'default/a'));
          d.goLive();
          d.send({ t: 'closed', socket: d.line.current?.id ?? 0, reason: 'gone', spoke: 'nothing' });
          const start = d.now;
          for (const random of luck) {
            if (d.now - start > 10_000) break;
            const wait = (d.line.retry?.at ?? d.now) - d.now;
            expect(wait).toBeLessThanOrEqual(900);
            d.advance(wait);
            d.send(
              { t: 'closed', socket: d.line.candidate?.id ?? 0, reason: 'refused', spoke: 'nothing' },
              random,
            );
          }
        },
      ),
    );
  });

  it('uses a new token after the service refused the old one', () => {
    const d = createDriver();
    d.send(tab('one', 'default/a'));
    d.send({ t: 'tick' });
    d.take();
    d.send({ t: 'closed', socket: d.line.candidate?.id ?? 0, reason: 'expired', spoke: 'unauthorized' });
    d.advance(5_000);
    expect(d.take()).toContainEqual(expect.objectContaining({ t: 'open', forceToken: true }));
  });

  it('that nobody noticed is found within 12 s: probe, then a second socket, and the silent one goes', () => {
    const d = createDriver();
    d.send(tab('one', 'default/a'));
    d.goLive();
    const silent = d.line.current?.id ?? 0;
    d.take();
    d.advance(12_000);
    const effects = d.take();
    expect(effects[0]).toMatchObject({ t: 'probe', socket: silent });
    expect(opened(effects)).toBe(1);
    d.send({ t: 'acked', socket: d.line.candidate?.id ?? 0 });
    expect(d.take()).toContainEqual({ t: 'close', socket: silent });
    expect(d.line.current?.id).not.toBe(silent);
  });

  it('a false alarm closes the second socket and loses nothing', () => {
    const d = createDriver();
    d.send(tab('one', 'default/a'));
    d.goLive();
    const first = d.line.current?.id ?? 0;
    d.advance(12_000);
    const second = d.line.candidate?.id ?? 0;
    d.take();
    d.send({ t: 'data', socket: first, sub: Object.keys(d.line.current?.subs ?? {})[0] ?? '', event: '1' });
    expect(d.take()).toEqual([
      { t: 'close', socket: second },
      { t: 'record', channel: 'default/a', event: '1' },
      { t: 'probe', socket: first, id: expect.any(String) },
    ]);
    expect(d.phase()).toBe('live');
  });

  it('the return of the network is used at once, even while an old attempt hangs', () => {
    const d = createDriver();
    d.send(tab('one', 'default/a'));
    d.goLive();
    d.send({ t: 'nudge', cause: 'offline', online: false });
    d.send({ t: 'closed', socket: d.line.current?.id ?? 0, reason: 'gone', spoke: 'nothing' });
    expect(d.phase()).toBe('offline');
    d.advance(1_000);
    const hanging = d.line.candidate?.id ?? 0;
    d.advance(1_000);
    d.take();
    d.send({ t: 'nudge', cause: 'online', online: true });
    expect(d.take()).toEqual([
      { t: 'close', socket: hanging },
      { t: 'open', socket: hanging + 1, forceToken: false, newerThan: null, ask: false },
    ]);
  });
});

describe('what a lost connection had heard', () => {
  it('after a silence is not claimed, unless a round trip that began later was complete', () => {
    for (const complete of [false, true]) {
      const d = createDriver();
      d.send(tab('t', 'default/a'));
      d.goLive();
      const socket = d.line.current?.id ?? 0;
      const [sub = ''] = Object.keys(d.line.current?.subs ?? {});
      // The device slept for five seconds; then comes what had waited.
      d.advance(1_000);
      d.send({ t: 'heard', socket });
      const slept = d.now + 5_000;
      while (d.now < slept) d.advance(5_000);
      d.send({ t: 'data', socket, sub, event: 'waited' });
      const probe = d.take().find((effect) => effect.t === 'probe');
      d.send({ t: 'nudge', cause: 'clock-jump', online: true });
      expect(d.take()).toEqual([]);
      if (complete) d.send({ t: 'answered', socket, probe: probe?.id ?? '' });
      d.send({ t: 'closed', socket, reason: 'gone', spoke: 'nothing' });
      expect(d.take()).toContainEqual(
        expect.objectContaining({ t: 'cover', to: 1_000_000 + (complete ? 6_000 : 1_000 - FRAME_AGE_MS) }),
      );
    }
  });
});

describe('an event after a silence', () => {
  it.each([true, false])('asks for a proof at once where somebody looks (%s)', (visible) => {
    const d = createDriver();
    d.send({ t: 'tab', tab: 't', wants: ['default/a'], visible, locked: true, online: true });
    d.goLive();
    const socket = d.line.current?.id ?? 0;
    const [sub = ''] = Object.keys(d.line.current?.subs ?? {});
    d.advance(3_000);
    d.take();
    d.send({ t: 'data', socket, sub, event: 'one' });
    d.send({ t: 'data', socket, sub, event: 'two' });
    const effects = d.take();
    expect(effects.map(({ t }) => t)).toEqual(visible ? ['record', 'probe', 'record'] : ['record', 'record']);
    const probe = effects.find((effect) => effect.t === 'probe');
    if (probe !== undefined) d.send({ t: 'answered', socket, probe: probe.id });
    d.send({ t: 'closed', socket, reason: 'gone', spoke: 'nothing' });
    const proven = visible ? expect.objectContaining({ t: 'cover', to: 1_003_000 }) : undefined;
    const covered = d.take().find((effect) => effect.t === 'cover');
    expect(covered).toEqual(proven ?? expect.not.objectContaining({ to: 1_003_000 }));
  });
});

describe('an unanswered publish', () => {
  it('asks whether the path is alive, and shortens no wait', () => {
    const d = createDriver();
    d.send(tab('one', 'default/a'));
    d.goLive();
    d.take();
    d.send({ t: 'nudge', cause: 'publish', online: true });
    expect(d.take()).toMatchObject([{ t: 'probe', socket: d.line.current?.id }]);
    d.send({ t: 'closed', socket: d.line.current?.id ?? 0, reason: 'gone', spoke: 'nothing' });
    d.send({ t: 'nudge', cause: 'publish', online: true });
    expect(opened(d.take())).toBe(0);
  });
});

describe('a refused channel', () => {
  const denial = { errorType: 'Unauthorized', message: 'Not for you.' };

  it('is tried once more with a certainly new token, then parked with the reason; the others are not touched', () => {
    const d = createDriver();
    d.send(tab('one', 'default/a', 'denied/x'));
    d.goLive();
    const current = d.line.current?.id ?? 0;
    const subOf = (channel: string) =>
      Object.entries(d.line.current?.subs ?? {}).find(([, sub]) => sub.channel === channel)?.[0] ?? '';
    d.take();
    d.send({ t: 'refused', socket: current, sub: subOf('denied/x'), fault: denial });
    expect(d.take()).toContainEqual(
      expect.objectContaining({ t: 'subscribe', channel: 'denied/x', forceToken: true }),
    );
    d.send({ t: 'refused', socket: current, sub: subOf('denied/x'), fault: denial });
    d.advance(3_000);
    expect(d.take().filter((e) => e.t !== 'probe')).toEqual([]);
    expect(d.channel('denied/x')).toEqual({ phase: 'denied', reason: 'Not for you.' });
    expect(d.channel('default/a')?.phase).toBe('live');
    d.send({ t: 'token-changed' });
    expect(d.take()).toContainEqual(expect.objectContaining({ t: 'subscribe', channel: 'denied/x' }));
  });
});

/** A line with one live channel whose token is due for renewal, and the candidate of its planned change. */
function inChange() {
  const d = createDriver();
  d.send(tab('one', 'default/a'));
  d.send({ t: 'tick' });
  d.send({ t: 'token', socket: d.line.candidate?.id ?? 0, renewAt: 5_000 });
  d.goLive();
  const old = d.line.current?.id ?? 0;
  d.advance(5_000);
  const young = d.line.candidate?.id ?? 0;
  const opening = d.take();
  const subOf = (socket: 'current' | 'candidate', channel = 'default/a') =>
    Object.entries(d.line[socket]?.subs ?? {}).find(([, sub]) => sub.channel === channel)?.[0] ?? '';
  return { d, old, young, opening, subOf };
}

/** The same with both sockets confirmed, and `current` proven. */
function inOverlap() {
  const change = inChange();
  const { d, old, young, subOf } = change;
  d.send({ t: 'token', socket: young, renewAt: DAY_MS });
  d.send({ t: 'acked', socket: young });
  const [oldSub, youngSub] = [subOf('current'), subOf('candidate')];
  d.send({ t: 'subscribed', socket: young, sub: youngSub });
  const check = d.take().find((e) => e.t === 'probe' && e.socket === old);
  d.send({ t: 'answered', socket: old, probe: check?.t === 'probe' ? check.id : '' });
  return {
    ...change,
    oldSub,
    youngSub,
    /** Lets the overlap pass, both sockets alive. */
    settle() {
      d.advance(timing.SETTLE_MS - 100);
      d.send({ t: 'heard', socket: young });
      d.advance(100);
    },
  };
}

describe('a planned change', () => {
  it('begins when the token is to be renewed, with another one, and is shown as Live', () => {
    const { d, old, young, opening } = inChange();
    expect(opening).toContainEqual({
      t: 'open',
      socket: young,
      forceToken: false,
      newerThan: old,
      ask: false,
    });
    expect(d.phase()).toBe('live');
    d.send({ t: 'acked', socket: young });
    expect(d.phase()).toBe('live');
    expect(d.line.current?.id).toBe(old);
  });

  it('that finds no newer token, or no connection, costs the candidate and is tried again', () => {
    const failures: ((socket: number) => LeaderEvent)[] = [
      (socket) => ({ t: 'token-failed', socket, reason: 'none yet' }),
      (socket) => ({ t: 'closed', socket, reason: 'gone', spoke: 'nothing' }),
    ];
    for (const failure of failures) {
      const { d, old, young } = inChange();
      d.send(failure(young));
      expect(d.line.current?.id).toBe(old);
      expect(d.phase()).toBe('live');
      expect(opened(d.take())).toBe(0);
      d.advance(500);
      expect(opened(d.take())).toBe(1);
    }
  });

  it('lets both deliver for the settle time, drains the old one, and carries coverage on', () => {
    const { d, old, young, oldSub, settle } = inOverlap();
    d.take();
    settle();
    const drain = d.take();
    expect(drain).toMatchObject([
      { t: 'unsubscribe', socket: old, sub: oldSub },
      { t: 'probe', socket: old },
    ]);
    const answer = drain.find((e) => e.t === 'probe');
    d.send({ t: 'answered', socket: old, probe: answer?.t === 'probe' ? answer.id : '' });
    expect(d.take()).toEqual([{ t: 'close', socket: old }]);
    expect(d.line.current?.id).toBe(young);
    expect(d.state.reconnects).toBe(0);
  });

  it('waits no longer than 2 s for the answer of the old one', () => {
    const { d, young, settle } = inOverlap();
    settle();
    d.advance(timing.DRAIN_TIMEOUT_MS);
    expect(d.line.current?.id).toBe(young);
  });

  it('records what both deliver once, whoever is first, and what one alone delivers as well', () => {
    const { d, old, young, oldSub, youngSub } = inOverlap();
    d.take();
    d.send({ t: 'data', socket: old, sub: oldSub, event: '1' });
    d.send({ t: 'data', socket: young, sub: youngSub, event: '1' });
    d.send({ t: 'data', socket: young, sub: youngSub, event: '2' });
    d.send({ t: 'data', socket: old, sub: oldSub, event: '2' });
    d.send({ t: 'data', socket: young, sub: youngSub, event: 'young alone' });
    d.advance(2_600);
    d.send({ t: 'data', socket: old, sub: oldSub, event: 'old alone' });
    const recorded = d.take().flatMap((e) => (e.t === 'record' ? [e.event] : []));
    expect(recorded.sort()).toEqual(['1', '2', 'old alone', 'young alone']);
  });

  it('begins its overlap anew when the old one alone delivers, and gives up after 30 s of that', () => {
    const { d, old, young, oldSub } = inOverlap();
    for (let second = 0; second < 45 && d.line.candidate?.id === young; second += 1) {
      d.send({ t: 'data', socket: old, sub: oldSub, event: `${second}` });
      d.send({ t: 'heard', socket: young });
      d.advance(1_000);
    }
    expect(d.take()).toContainEqual({ t: 'close', socket: young });
    expect(d.line.current?.id).toBe(old);
    const start = d.now;
    while (d.line.candidate === null && d.now - start < 100_000) {
      d.send({ t: 'heard', socket: old });
      d.advance(1_000);
    }
    expect(d.now - start).toBeGreaterThan(58_000);
  });

  it('whose old socket dies is over at once; coverage goes on, for all before was proven', () => {
    const { d, old, young } = inOverlap();
    d.take();
    d.send({ t: 'closed', socket: old, reason: 'gone', spoke: 'nothing' });
    expect(d.line.current?.id).toBe(young);
    expect(d.take().filter((e) => e.t === 'cover')).toEqual([]);
    expect(d.channel('default/a')?.phase).toBe('live');
  });

  it('whose old socket dies before the other had confirmed leaves a gap', () => {
    const { d, old, young } = inChange();
    d.send({ t: 'acked', socket: young });
    d.send({ t: 'closed', socket: old, reason: 'gone', spoke: 'nothing' });
    expect(d.take()).toContainEqual(expect.objectContaining({ t: 'cover', endedBy: 'connection-lost' }));
    expect(d.line.current?.id).toBe(young);
  });

  it('whose candidate dies while the old one drains subscribes the old one again, and says since when', () => {
    const { d, young, settle } = inOverlap();
    settle();
    d.take();
    d.send({ t: 'closed', socket: young, reason: 'gone', spoke: 'nothing' });
    const effects = d.take();
    expect(effects).toContainEqual(expect.objectContaining({ t: 'cover', endedBy: 'connection-lost' }));
    expect(effects).toContainEqual(expect.objectContaining({ t: 'subscribe', channel: 'default/a' }));
  });

  it('whose candidate falls silent asks it for proof, and keeps the old one without', () => {
    const { d, old, young } = inOverlap();
    d.take();
    d.advance(timing.SETTLE_MS);
    expect(d.take()).toContainEqual(expect.objectContaining({ t: 'probe', socket: young }));
    d.advance(timing.PROBE_TIMEOUT_MS);
    expect(d.take()).toContainEqual({ t: 'close', socket: young });
    expect(d.line.current?.id).toBe(old);
  });

  it('gives a channel up, as denied, that the new token may not have', () => {
    const { d, old, young, subOf } = inChange();
    d.send({ t: 'acked', socket: young });
    const denial = { errorType: 'Unauthorized', message: 'Not any more.' };
    d.send({ t: 'refused', socket: young, sub: subOf('candidate'), fault: denial });
    d.send({ t: 'heard', socket: young });
    d.advance(timing.DRAIN_TIMEOUT_MS);
    expect(d.line.current?.id).not.toBe(old);
    expect(d.take()).toContainEqual(expect.objectContaining({ t: 'cover', endedBy: 'denied' }));
    expect(d.channel('default/a')).toEqual({ phase: 'denied', reason: 'Not any more.' });
  });

  it('comes well before the end of the life of a socket, however short that is', () => {
    expect(timing.usefulLifeMs(DAY_MS, 0)).toBe(DAY_MS * 0.96);
    expect(timing.usefulLifeMs(DAY_MS, 1)).toBeCloseTo(DAY_MS * 0.95);
    expect(timing.usefulLifeMs(20_000, 0.5)).toBe(12_000);
    expect(timing.usefulLifeMs(10_000, 0.5)).toBe(5_000);
  });
});

describe('a leader that hands over', () => {
  it('begins no planned change, drains when told, and ends its coverage as moved', () => {
    const { d, young } = inChange();
    d.send({ t: 'leave' });
    expect(d.take()).toContainEqual({ t: 'close', socket: young });
    d.advance(timing.SETTLE_MS);
    expect(opened(d.take())).toBe(0);
    d.send({ t: 'drain' });
    expect(isDrained(d.state)).toBe(false);
    const asked = d.take().find((e) => e.t === 'probe');
    d.send({ t: 'answered', socket: d.line.current?.id ?? 0, probe: asked?.t === 'probe' ? asked.id : '' });
    expect(isDrained(d.state)).toBe(true);
    d.send({ t: 'moved' });
    expect(d.take()).toContainEqual(expect.objectContaining({ t: 'cover', endedBy: 'moved' }));
  });
});

describe('more channels than a connection takes', () => {
  const names = (count: number) => Array.from({ length: count }, (_, index) => `default/c${index}`);

  it('are shared out among lines; a channel stays on its line, and an empty line is closed', () => {
    const d = createDriver();
    d.send(tab('one', ...names(450)));
    d.goLive();
    expect(d.state.lines.map(({ channels }) => channels.length)).toEqual([200, 200, 50]);
    const second = d.state.lines[1]?.channels;
    d.send(tab('one', ...names(450).slice(250)));
    expect(d.state.lines.map(({ channels }) => channels.length)).toEqual([150, 50]);
    expect(d.state.lines[0]?.channels).toEqual(second?.slice(50));
    expect(d.phase()).toBe('live');
  });

  it('move on when the service takes fewer than its quota says, and the status is that of the worst line', () => {
    const d = createDriver();
    d.send(tab('one', 'default/a', 'default/b'));
    d.send({ t: 'tick' });
    const socket = d.line.candidate?.id ?? 0;
    d.send({ t: 'acked', socket });
    const [first = '', second = ''] = Object.keys(d.line.current?.subs ?? {});
    d.send({ t: 'subscribed', socket, sub: first });
    const fault = { errorType: 'MaxSubscriptionsReachedError', message: 'full' };
    d.send({ t: 'refused', socket, sub: second, fault });
    expect(d.state.lines.map(({ channels }) => channels)).toEqual([['default/a'], ['default/b']]);
    expect(d.phase()).toBe('reconnecting');
    d.goLive();
    expect(d.phase()).toBe('live');
    expect(d.channel('default/b')?.phase).toBe('live');
  });
});

describe('any order of events', () => {
  const event: fc.Arbitrary<(d: ReturnType<typeof createDriver>) => void> = fc.oneof(
    fc
      .tuple(
        fc.constantFrom('t1', 't2', 't3'),
        fc.subarray(['default/a', 'default/b', 'default/*']),
        fc.boolean(),
        fc.boolean(),
      )
      .map(([name, wants, visible, online]) => (d: ReturnType<typeof createDriver>) => {
        d.send({ t: 'tab', tab: name, wants, visible, locked: true, online });
      }),
    fc.constantFrom('t1', 't2', 't3').map((name) => (d: ReturnType<typeof createDriver>) => {
      d.send({ t: 'tab-gone', tab: name });
    }),
    fc
      .constantFrom('online', 'offline', 'visible', 'retry')
      .map((cause) => (d: ReturnType<typeof createDriver>) => {
        d.send({ t: 'nudge', cause: cause as 'online', online: cause !== 'offline' });
      }),
    fc.integer({ min: 1, max: 20_000 }).map((ms) => (d: ReturnType<typeof createDriver>) => d.advance(ms)),
    // Late answers of sockets that are gone included: any number may come.
    fc
      .tuple(fc.constantFrom('acked', 'heard', 'lost', 'unauthorized'), fc.integer({ min: 0, max: 3 }))
      .map(([what, back]) => (d: ReturnType<typeof createDriver>) => {
        const socket = (d.line.candidate?.id ?? d.line.current?.id ?? 0) - back;
        if (what === 'acked') d.send({ t: 'acked', socket });
        else if (what === 'heard') d.send({ t: 'heard', socket });
        else
          d.send({
            t: 'closed',
            socket,
            reason: 'gone',
            spoke: what === 'lost' ? 'nothing' : 'unauthorized',
          });
      }),
    fc
      .tuple(fc.constantFrom('confirm', 'deny', 'data'), fc.nat(3))
      .map(([what, index]) => (d: ReturnType<typeof createDriver>) => {
        const socket = d.line.current?.id ?? 0;
        const sub = Object.keys(d.line.current?.subs ?? {})[index] ?? 's0';
        if (what === 'confirm') d.send({ t: 'subscribed', socket, sub });
        else if (what === 'data') d.send({ t: 'data', socket, sub, event: '{}' });
        else d.send({ t: 'refused', socket, sub, fault: { errorType: 'Unauthorized', message: 'no' } });
      }),
  );

  it('keeps at most two sockets open, subscribes nothing twice on one, and coverage never overlaps or runs ahead', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 80 }), (steps) => {
        const d = createDriver();
        const open = new Set<number>();
        const covered = new Map<string, number | null>();
        for (const step of steps) {
          step(d);
          for (const effect of d.take()) {
            if (effect.t === 'open') open.add(effect.socket);
            if (effect.t === 'close') open.delete(effect.socket);
            if (effect.t === 'cover') {
              expect(effect.to).toBeLessThanOrEqual(1_000_000 + d.now);
              expect(effect.to).toBeGreaterThanOrEqual(effect.from);
              if (effect.endedBy === null) expect(covered.get(effect.channel) ?? null).toBeNull();
              else expect(covered.get(effect.channel)).toBe(effect.from);
              covered.set(effect.channel, effect.endedBy === null ? effect.from : null);
            }
          }
          const { current, candidate } = d.line;
          for (const socket of open)
            if (socket !== current?.id && socket !== candidate?.id) open.delete(socket);
          expect(open.size).toBeLessThanOrEqual(2);
          // Nobody waits for ever: while a tab is there, something is open or planned.
          if (Object.keys(d.state.tabs).length > 0) expect(nextWake(d.state)).not.toBeNull();
          const wanted = wantedChannels(d.state);
          const asked = Object.values(current?.subs ?? {}).map((sub) => sub.channel);
          expect(new Set(asked).size).toBe(asked.length);
          for (const channel of asked) expect(wanted.has(channel)).toBe(true);
        }
      }),
      { numRuns: 3_000 },
    );
  });
});

import { describe, expect, it } from 'vitest';
import type { LineMessage } from '../../shared/line-messages.ts';
import { createFakeClock, flush } from '../../shared/test-doubles.ts';
import type { Host } from '../hosts/host.ts';
import { createAir } from '../leader/test-doubles.ts';
import { createFakeLocks } from '../test-doubles.ts';
import { createLeadership } from './leadership.ts';

const LOCK = 'leader';

/** A tab that follows a leader in another context, which holds the lock and answers or not. */
async function setUp(
  options: {
    kind?: 'shared-worker' | 'elected-tab';
    deaf?: boolean;
    may?: boolean;
    speaksAtLast?: boolean;
  } = {},
) {
  const clock = createFakeClock();
  const locks = createFakeLocks();
  const BroadcastChannel = createAir();
  const acts: string[] = [];
  let visible = true;
  let away = false;
  let leads = false;
  let known = true;
  let answers = false;

  function makeHost(kind: Host['kind']): Host {
    acts.push(`made ${kind}`);
    return {
      kind,
      leading: () => leads,
      heard() {},
      silent: () => void acts.push('silent'),
      lead(how) {
        if (kind === 'shared-worker') return false;
        acts.push(`lead ${how}`);
        return true;
      },
      offered() {},
      visibility() {},
      renew() {},
      suspend() {},
      resume() {},
      close: () => void acts.push('host closed'),
    };
  }
  void locks.of('leader').request(LOCK, () => new Promise(() => {}));
  await flush();

  const own = new BroadcastChannel('line');
  const leadership = createLeadership({
    tab: 'me',
    line: 'line',
    BroadcastChannel,
    locks: locks.of('me'),
    leaderLock: LOCK,
    clock,
    kind: options.kind ?? 'elected-tab',
    makeHost,
    mayTakeOver: async () => {
      acts.push('asked');
      if (options.speaksAtLast === true) leadership.heard();
      return options.may ?? true;
    },
    visible: () => visible,
    away: () => away,
    known: () => known,
    onSilent() {},
    onOtherHost: () => void acts.push('other host'),
  });
  own.onmessage = ({ data }: MessageEvent<LineMessage>) => {
    if (data.t !== 'challenge' || options.deaf === true) return;
    leadership.echo(data.tab);
    if (answers) leadership.heard();
  };
  async function pass(ms: number): Promise<void> {
    // In steps, so that what waits for a promise in between has its turn.
    for (let left = ms; left > 0; left -= 100) {
      clock.advance(Math.min(100, left));
      await flush();
    }
  }
  const forced = (): boolean => acts.includes('lead by-force');
  return {
    leadership,
    locks,
    acts,
    pass,
    forced,
    hide: () => {
      visible = false;
    },
    leave: () => {
      away = true;
    },
    alreadyLeads: () => {
      leads = true;
    },
    neverHeard: () => {
      known = false;
    },
    wasHeard: () => {
      known = true;
      leadership.heard();
    },
    answer: () => {
      answers = true;
    },
  };
}

describe('a leader that falls silent', () => {
  it('and hangs, is replaced by this tab 2.5 s after its last word', async () => {
    const { acts, pass, forced } = await setUp();
    await pass(2_400);
    expect(forced()).toBe(false);
    await pass(100);
    expect(acts).toEqual(['made elected-tab', 'silent', 'asked', 'lead by-force']);
  });

  it('is left alone as long as it speaks at all', async () => {
    const { leadership, acts, pass } = await setUp();
    for (let second = 0; second < 30; second += 1) {
      await pass(1_900);
      leadership.heard();
    }
    expect(acts).toEqual(['made elected-tab']);
  });

  it('is left alone when it answers the challenge', async () => {
    const { acts, pass, answer } = await setUp();
    answer();
    await pass(30_000);
    expect(acts).not.toContain('asked');
  });

  it('is not judged by a tab that does not hear its own voice', async () => {
    const { acts, pass } = await setUp({ deaf: true });
    await pass(60_000);
    expect(acts).not.toContain('asked');
  });

  it('is not judged by a hidden tab, one that is away, or one that leads itself', async () => {
    for (const how of ['hide', 'leave', 'alreadyLeads'] as const) {
      const tab = await setUp();
      tab[how]();
      await tab.pass(60_000);
      expect(tab.acts).not.toContain('asked');
    }
  });

  it('is not judged by a tab that was hidden in the middle of it', async () => {
    const { acts, pass, hide } = await setUp();
    await pass(2_300);
    hide();
    await pass(5_000);
    expect(acts).not.toContain('asked');
  });

  it('is given twice the time to say its first word', async () => {
    const { neverHeard, pass, forced } = await setUp();
    neverHeard();
    await pass(4_400);
    expect(forced()).toBe(false);
    await pass(200);
    expect(forced()).toBe(true);
  });

  it('is watched as closely as any from its first word on', async () => {
    for (const firstWord of [100, 4_100]) {
      const { neverHeard, wasHeard, pass, forced } = await setUp();
      neverHeard();
      await pass(firstWord);
      wasHeard();
      await pass(2_400);
      expect(forced()).toBe(false);
      await pass(200);
      expect(forced()).toBe(true);
    }
  });

  it('is left to the queue of the lock when it is gone', async () => {
    const { locks, acts, pass } = await setUp();
    locks.end('leader');
    await pass(30_000);
    expect(acts).toContain('silent');
    expect(acts).not.toContain('asked');
  });

  it('in the back/forward cache loses its lock by being asked about, and to the queue', async () => {
    const { locks, acts, pass } = await setUp();
    locks.cache('leader');
    await pass(2_000);
    expect(locks.holder(LOCK)).toBeNull();
    await pass(10_000);
    expect(acts).not.toContain('asked');
  });

  it('is left alone when another tab took over a moment ago', async () => {
    const { acts, pass, forced } = await setUp({ may: false });
    await pass(10_000);
    expect(acts).toContain('asked');
    expect(forced()).toBe(false);
  });

  it('is left alone when it speaks while all tabs are asked', async () => {
    const { acts, pass, forced } = await setUp({ speaksAtLast: true });
    await pass(2_600);
    expect(acts).toContain('asked');
    expect(forced()).toBe(false);
  });

  it('in a worker that hangs is replaced by this very tab', async () => {
    const { acts, pass } = await setUp({ kind: 'shared-worker' });
    await pass(2_600);
    expect(acts).toEqual([
      'made shared-worker',
      'silent',
      'asked',
      'host closed',
      'made elected-tab',
      'other host',
      'lead by-force',
    ]);
  });
});

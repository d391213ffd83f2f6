import { describe, expect, it } from 'vitest';
import {
  type LeaderMessage,
  type LeaderStatus,
  type LineMessage,
  tabLockName,
} from '../../shared/line-messages.ts';
import { createFakeClock, flush } from '../../shared/test-doubles.ts';
import type { Limitation } from '../api.ts';
import type { Host } from '../hosts/host.ts';
import { createAir } from '../leader/test-doubles.ts';
import { createFakeLocks } from '../test-doubles.ts';
import { createFollower } from './follower.ts';
import type { PageListener } from './page-events.ts';

const STATUS: LeaderStatus = {
  leaderId: 'abc',
  build: 'b',
  host: 'elected-tab',
  phase: 'live',
  reason: null,
  switching: false,
  retryInMs: null,
  sockets: 1,
  tabs: 1,
  reconnects: 0,
  heardAgoMs: 0,
  token: null,
  channels: {},
  history: 'kept',
};

/** A follower whose host only notes what it is told, in a page whose events the test makes. */
async function setUp(kind: Host['kind'] = 'elected-tab') {
  const clock = createFakeClock();
  const BroadcastChannel = createAir();
  const acts: string[] = [];
  const locks = createFakeLocks();
  let watching: PageListener | null = null;
  const lacking: Limitation[] = ['no-service-worker'];
  const follower = createFollower({
    tab: 'me',
    line: 'line',
    BroadcastChannel,
    page: {
      visible: () => true,
      online: () => true,
      watch: (events) => {
        watching = events;
        return () => {};
      },
    },
    locks: locks.of('me'),
    leaderLock: 'leader',
    clock,
    kind,
    makeHost: (made) => ({
      kind: made,
      leading: () => false,
      heard: () => void acts.push('heard'),
      silent() {},
      lead(how) {
        if (made !== 'shared-worker') acts.push(`lead ${how}`);
        return made !== 'shared-worker';
      },
      offered: () => void acts.push('offered'),
      visibility() {},
      renew: (epoch) => void acts.push(`renew ${epoch}`),
      suspend() {},
      resume: () => void acts.push('resume'),
      close() {},
    }),
    mayTakeOver: async () => true,
    limitations: () => lacking,
    wants: () => [],
    onEvents() {},
    onReached() {},
    onCoverage() {},
    onOutbox() {},
    onStatus() {},
    onReturned() {},
    onTryAgain() {},
  });
  const leader = new BroadcastChannel('line');
  const said: LineMessage[] = [];
  leader.onmessage = ({ data }: MessageEvent<LineMessage>) => void said.push(data);
  await flush();
  return {
    follower,
    acts,
    said,
    locks,
    lacking,
    page: () => {
      if (watching === null) throw new Error('Nobody watches the page.');
      return watching;
    },
    async hear(...messages: LeaderMessage[]) {
      for (const message of messages) leader.postMessage(message);
      await flush();
    },
  };
}

const status = (epoch: number, change: Partial<LeaderStatus> = {}): LeaderMessage => ({
  v: 1,
  t: 'status',
  epoch,
  n: 0,
  status: { ...STATUS, ...change },
});

describe('a follower', () => {
  it('helps to find another leader when one ended, but not when a successor is named', async () => {
    const { acts, hear } = await setUp();
    await hear(status(1), { v: 1, t: 'ended', epoch: 1, to: 'other' });
    expect(acts).toEqual(['heard']);
    await hear({ v: 1, t: 'ended', epoch: 1 });
    expect(acts).toEqual(['heard', 'resume']);
  });

  it('does not begin anything again after a sign-out', async () => {
    const { acts, hear } = await setUp();
    await hear(status(1, { phase: 'signed-out' }), { v: 1, t: 'ended', epoch: 1 });
    expect(acts).toEqual([]);
  });

  it('hears nothing of a leader that was succeeded', async () => {
    const { follower, acts, hear } = await setUp();
    await hear(status(5, { leaderId: 'new' }), status(4, { leaderId: 'old' }), {
      v: 1,
      t: 'ended',
      epoch: 4,
    });
    expect([follower.status.get().leaderId, acts]).toEqual(['new', ['heard']]);
  });

  it('tells a leader that it does not hear which epoch it knows', async () => {
    const { follower, said, hear } = await setUp();
    await hear(status(1_700_000_000_000), status(2));
    follower.announce();
    await flush();
    expect(said.at(-1)).toMatchObject({ t: 'tab', known: 1_700_000_000_000 });
  });

  it('is heard again at once when it returns, though a leader that hangs has its lock', async () => {
    const { said, locks, page } = await setUp();
    void locks.of('leader').request(tabLockName('me'), () => new Promise(() => {}));
    page().suspend();
    await flush();
    page().resume();
    await flush();
    expect(said.at(-1)).toMatchObject({ t: 'tab', tab: 'me', locked: false });
    locks.end('leader');
    await flush();
    expect(said.at(-1)).toMatchObject({ t: 'tab', tab: 'me', locked: true });
  });

  it('no longer says that a service worker is missing once a late one answers', async () => {
    const { follower, lacking, hear } = await setUp();
    await hear(status(1));
    expect(follower.status.get().limitations).toEqual(['no-service-worker']);
    lacking.length = 0;
    await hear(status(1));
    expect(follower.status.get().limitations).toEqual([]);
  });

  it('takes an offer that is its own', async () => {
    const { acts, hear } = await setUp();
    await hear(status(1), { v: 1, t: 'estate', epoch: 1, to: 'other', tabs: {} });
    expect(acts).toEqual(['heard']);
    await hear({ v: 1, t: 'estate', epoch: 1, to: 'me', tabs: {} });
    expect(acts).toEqual(['heard', 'offered']);
  });

  it('leads where leaders live in tabs, also beside a worker that was replaced by one', async () => {
    for (const kind of ['elected-tab', 'shared-worker'] as const) {
      const { follower, acts, hear } = await setUp(kind);
      await hear(status(1));
      follower.lead();
      expect(acts).toEqual(['heard', 'lead with-consent']);
      expect(follower.status.get().host).toBe('elected-tab');
    }
    const { follower, acts, hear } = await setUp('shared-worker');
    await hear(status(1, { host: 'shared-worker' }));
    follower.lead();
    expect(acts).toEqual(['heard']);
  });

  it('tells the host of a newer sign-in', async () => {
    const { follower, acts } = await setUp();
    follower.renew(7);
    expect(acts).toEqual(['renew 7']);
  });
});

import { describe, expect, it } from 'vitest';
import type { LeaderStatus } from '../../shared/line-messages.ts';
import { hasPending, tabStatus } from './tab-status.ts';

const leader: LeaderStatus = {
  leaderId: 'abc',
  build: 'b',
  host: 'shared-worker',
  phase: 'live',
  reason: null,
  switching: false,
  retryInMs: null,
  sockets: 1,
  tabs: 2,
  reconnects: 0,
  heardAgoMs: 500,
  token: { endsInMs: 60_000, used: 1 },
  channels: {
    'default/a': { phase: 'live', reason: null },
    'default/b': { phase: 'subscribing', reason: null },
  },
  history: 'kept',
};
const input = {
  leader: { epoch: 3, heardAt: 10_000, status: leader },
  host: 'shared-worker' as const,
  leading: false,
  online: true,
  settled: true,
  wasLive: false,
  limitations: [],
};

describe('the status of a tab', () => {
  it('puts the leader’s times on its own clock', () => {
    expect(tabStatus(input)).toMatchObject({
      phase: 'live',
      lastHeardAt: 9_500,
      token: { endsAt: 70_000, used: 1 },
      epoch: 3,
    });
    const waiting = { ...leader, phase: 'reconnecting' as const, retryInMs: 700 };
    expect(tabStatus({ ...input, leader: { ...input.leader, status: waiting } }).retryAt).toBe(10_700);
  });

  it('is live only when its own channels are confirmed', () => {
    expect(tabStatus({ ...input, settled: false }).phase).toBe('connecting');
    expect(tabStatus({ ...input, settled: false, wasLive: true }).phase).toBe('reconnecting');
    expect(hasPending(leader, ['default/a'])).toBe(false);
    expect(hasPending(leader, ['default/a', 'default/b'])).toBe(true);
    expect(hasPending(leader, ['default/unknown'])).toBe(true);
    expect(hasPending({ ...leader, channels: { x: { phase: 'denied', reason: 'no' } } }, ['x'])).toBe(false);
  });

  it('says what is known before a leader was heard', () => {
    expect(tabStatus({ ...input, leader: null }).phase).toBe('connecting');
    expect(tabStatus({ ...input, leader: null, online: false }).phase).toBe('offline');
  });

  it('tells of history that is not kept', () => {
    const full = { ...leader, history: 'full' as const };
    expect(tabStatus({ ...input, leader: { ...input.leader, status: full } }).limitations).toEqual([
      'storage-full',
    ]);
  });
});

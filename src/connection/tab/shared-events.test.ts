import { describe, expect, it } from 'vitest';
import type { Outbox } from '../../outbox/api.ts';
import type { EventRecord } from '../../shared/log.ts';
import { createStore } from '../../shared/store.ts';
import { createJoinedChannels } from './joined.ts';
import { createSharedEvents } from './shared-events.ts';

const record = (n: number, channel: string, event = `{"n":${n}}`): EventRecord => ({
  epoch: 1,
  n,
  channel,
  event,
  receivedAt: 0,
});

async function setUp() {
  const joined = createJoinedChannels(() => {});
  const reported: unknown[] = [];
  const events = createSharedEvents({
    outbox: { publish: async () => {} } as unknown as Outbox,
    join: joined.join,
    status: createStore({
      phase: 'live' as const,
      channels: { 'default/a': { phase: 'live' as const, reason: null } },
    }),
    report: (error) => reported.push(error),
  });
  return { joined, events, reported, channel: await events.connect('default/a') };
}

describe('events in the shape of Amplify', () => {
  it('reach every observer of their channel in order, although another observer throws', async () => {
    const { joined, channel, reported } = await setUp();
    const got: unknown[] = [];
    const fault = new Error('a fault of the app');
    channel.subscribe({
      next() {
        throw fault;
      },
      error() {},
    });
    channel.subscribe({
      next: ({ id, event }) => got.push([id, event]),
      error: ({ code }) => got.push(code),
    });
    joined.deliver([
      record(1, 'default/a'),
      record(2, 'default/b'),
      record(3, 'default/a', 'not json'),
      record(4, 'default/a'),
    ]);
    expect(got).toEqual([['1.1', { n: 1 }], 'bad-json', ['1.4', { n: 4 }]]);
    expect(reported).toEqual([fault, fault]);
  });

  it('end with the subscription, and with the channel', async () => {
    const { joined, channel } = await setUp();
    const got: string[] = [];
    const subscription = channel.subscribe({ next: ({ id }) => got.push(id), error() {} });
    channel.subscribe({ next: ({ id }) => got.push(`other ${id}`), error() {} });
    subscription.unsubscribe();
    joined.deliver([record(1, 'default/a')]);
    channel.close();
    joined.deliver([record(2, 'default/a')]);
    expect(got).toEqual(['other 1.1']);
    expect(joined.wants()).toEqual([]);
    expect(() => channel.subscribe({ next() {}, error() {} })).toThrow(/closed/);
  });
});

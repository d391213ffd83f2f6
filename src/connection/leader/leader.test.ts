import 'fake-indexeddb/auto';
import { describe, expect, it } from 'vitest';
import { createSystemClock } from '../../shared/clock.ts';
import type { LeaderMessage, TabMessage } from '../../shared/line-messages.ts';
import type { EventRecord } from '../../shared/log.ts';
import { createHistory } from '../../store/history.ts';
import { startLeader } from './leader.ts';
import { createAir, createService, createTokens } from './test-doubles.ts';

let serial = 0;

/** A leader with one tab that wants `wants`, connected and acknowledged. */
async function setUp(...wants: string[]) {
  const name = `leader-${++serial}`;
  const Air = createAir();
  const service = createService();
  const tokens = createTokens();
  const tab = new Air('line');
  const heard: LeaderMessage[] = [];
  const waiters: (() => void)[] = [];
  tab.onmessage = ({ data }: MessageEvent<LeaderMessage>) => {
    heard.push(data);
    for (const wake of waiters.splice(0)) wake();
  };
  let ended = false;
  const leader = await startLeader({
    host: 'shared-worker',
    build: 'b',
    line: 'line',
    history: createHistory(name),
    events: {
      endpoint: 'https://h/event',
      realtime: 'wss://h/event/realtime',
      host: 'h',
      region: 'x',
      history: null,
      lifetimeMs: 86_400_000,
    },
    tokens,
    clock: createSystemClock(),
    random: () => 0,
    fetch: () => Promise.reject(new Error('there is no history')),
    WebSocket: service.WebSocket,
    BroadcastChannel: Air,
    locks: null,
    online: true,
    onRequest() {},
    storagePatienceMs: null,
    onEnded() {
      ended = true;
    },
  });

  /** The first message that fits, heard already or to come. */
  async function message<T extends LeaderMessage['t']>(
    t: T,
    fits: (found: Extract<LeaderMessage, { t: T }>) => boolean = () => true,
  ): Promise<Extract<LeaderMessage, { t: T }>> {
    for (;;) {
      const found = heard.find((m): m is Extract<LeaderMessage, { t: T }> => m.t === t && fits(m as never));
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => waiters.push(resolve));
    }
  }
  const announce = (...channels: string[]): void => {
    const hello: TabMessage = {
      v: 1,
      t: 'tab',
      tab: 'one',
      locked: false,
      visible: true,
      online: true,
      wants: channels,
    };
    tab.postMessage(hello);
  };
  const phaseOf = (channel: string, phase: string) =>
    message('status', (m) => m.status.channels[channel]?.phase === phase);

  const socket = await service.until(() => service.sockets.find(({ sent }) => sent.length > 0));
  socket.say({ type: 'connection_ack' });
  announce(...wants);
  return {
    name,
    service,
    tokens,
    tab,
    heard,
    message,
    announce,
    phaseOf,
    socket,
    leader,
    ended: () => ended,
  };
}

describe('the leader', () => {
  it('stores what it hears before it tells, and counts on', async () => {
    const { service, socket, message, name, leader } = await setUp('default/a');
    const { id } = await service.asked('default/a');
    socket.say({ type: 'subscribe_success', id });
    socket.say({ type: 'data', id, event: '{"n":1}' });
    socket.say({ type: 'data', id, event: '{"n":2}' });
    const told: EventRecord[] = [];
    while (told.length < 2)
      told.push(...(await message('events', (m) => m.from === told.length + 1)).records);
    expect(told.map(({ n, channel, event }) => [n, channel, event])).toEqual([
      [1, 'default/a', '{"n":1}'],
      [2, 'default/a', '{"n":2}'],
    ]);
    expect(await createHistory(name).events.page('default/a', null, 10)).toEqual(told);
    await leader.stop();
  });

  it('takes no harm from malformed frames, frames of unknown subscriptions, and events that are no JSON', async () => {
    const { service, socket, message, leader } = await setUp('default/a');
    const { id } = await service.asked('default/a');
    socket.say({ type: 'subscribe_success', id });
    for (const frame of [
      '',
      '{',
      '[]',
      'null',
      { type: 'data' },
      { type: 'data', id: 'nobody', event: '1' },
      new Uint8Array(4).buffer,
    ]) {
      socket.say(frame);
    }
    socket.say({ type: 'data', id, event: 'not json' });
    const { records } = await message('events');
    expect(records.map(({ event }) => event)).toEqual(['not json']);
    expect(service.sockets).toHaveLength(1);
    await leader.stop();
  });

  it('asks again with a new token when a channel is refused, and leaves the others alone', async () => {
    const { service, socket, tokens, phaseOf, leader } = await setUp('default/a', 'denied/x');
    const good = await service.asked('default/a');
    const bad = await service.asked('denied/x');
    socket.say({ type: 'subscribe_success', id: good.id });
    const fault = { errorType: 'Unauthorized', message: 'Not for you.' };
    socket.say({ type: 'subscribe_error', id: bad.id, errors: [fault] });
    const again = await service.until(() =>
      socket.sent.find((frame) => frame.channel === '/denied/x' && frame.id !== bad.id),
    );
    expect(again.authorization).toMatchObject({ Authorization: 'token-2' });
    socket.say({ type: 'subscribe_error', id: again.id, errors: [fault] });
    const { status } = await phaseOf('denied/x', 'denied');
    expect(status.channels['denied/x']?.reason).toBe('Not for you.');
    expect(status.channels['default/a']?.phase).toBe('live');
    expect(tokens.given).toContain('token-2');
    expect(service.sockets).toHaveLength(1);
    await leader.stop();
  });

  it('lets go of what the tab does not want any more, and of everything when it says good-bye', async () => {
    const { service, socket, announce, tab, leader } = await setUp('default/a', 'default/b');
    const { id } = await service.asked('default/a');
    const other = await service.asked('default/b');
    socket.say({ type: 'subscribe_success', id });
    announce('default/b');
    await service.until(() => socket.sent.find((frame) => frame.type === 'unsubscribe' && frame.id === id));
    tab.postMessage({ v: 1, t: 'bye', tab: 'one' });
    await service.until(() =>
      socket.sent.find((frame) => frame.type === 'unsubscribe' && frame.id === other.id),
    );
    await leader.stop();
  });

  it('closes the socket and tells everybody when the session is over, and does not come back', async () => {
    const { service, socket, tokens, message, ended } = await setUp('default/a');
    tokens.signOut();
    const { status } = await message('status', (m) => m.status.phase === 'signed-out');
    expect(status.sockets).toBe(0);
    await message('ended');
    expect(socket.readyState).toBe(3);
    expect(ended()).toBe(true);
    expect(service.sockets).toHaveLength(1);
  });

  it('stops when another leader of a newer epoch speaks', async () => {
    const { socket, tab, message, ended } = await setUp('default/a');
    const { epoch, status } = await message('status');
    tab.postMessage({ v: 1, t: 'status', epoch: epoch + 1, n: 0, status });
    await message('ended');
    expect(socket.readyState).toBe(3);
    expect(ended()).toBe(true);
  });

  it('makes way for one with a higher epoch when a tab has heard one that the storage does not know', async () => {
    const { socket, name, tab, message, ended } = await setUp('default/a');
    const known = 1_700_000_000_000;
    const hello = {
      v: 1,
      t: 'tab',
      tab: 'two',
      locked: false,
      visible: true,
      online: true,
      wants: [],
    } as const;
    tab.postMessage({ ...hello, known });
    await message('ended');
    expect(socket.readyState).toBe(3);
    expect(ended()).toBe(true);
    expect(await createHistory(name).events.nextEpoch()).toBeGreaterThan(known);
  });

  it('records when it listened, with the cause of the end', async () => {
    const { service, socket, name, message, phaseOf, announce, leader } = await setUp('default/a');
    const { id } = await service.asked('default/a');
    socket.say({ type: 'subscribe_success', id });
    await phaseOf('default/a', 'live');
    announce();
    await message('coverage', () => true);
    await service.until(() => socket.sent.find((frame) => frame.type === 'unsubscribe'));
    await leader.stop();
    const intervals = await createHistory(name).coverage.read('default/a');
    expect(intervals).toEqual([expect.objectContaining({ channel: 'default/a', endedBy: 'not-watched' })]);
  });
});

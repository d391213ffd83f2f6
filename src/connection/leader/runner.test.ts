import { expect, it } from 'vitest';
import { createFakeClock, flush, withResolvers } from '../../shared/test-doubles.ts';
import type { HeldToken } from '../../shared/token-machine.ts';
import { createRunner } from './runner.ts';
import { createAnsweringService } from './test-doubles.ts';

const TOKEN = { accessToken: 'token', sub: 'u', epoch: 1, renewAt: 1e9, endsAt: 1e9 } as HeldToken;

function setUp(get: () => Promise<HeldToken>) {
  const clock = createFakeClock();
  const service = createAnsweringService();
  const runner = createRunner(
    {
      events: {
        endpoint: 'https://h/event',
        realtime: 'wss://h/event/realtime',
        host: 'h',
        region: 'x',
        history: null,
        lifetimeMs: 86_400_000,
      },
      tokens: { get, onSignedOut: () => () => {}, wake() {} },
      clock,
      random: () => 0.5,
      WebSocket: service.WebSocket,
      fetch: service.fetch,
      online: true,
    },
    { record() {}, cover() {}, changed() {}, signedOut() {} },
  );
  runner.dispatch({
    ...{ t: 'tab', tab: 'one', wants: ['default/a'] },
    ...{ visible: true, locked: true, online: true },
  });
  async function pass(ms: number): Promise<void> {
    for (let passed = 0; passed < ms; passed += 100) {
      clock.advance(100);
      await flush();
    }
  }
  return { clock, service, runner, pass };
}

it('opens no socket for an attempt whose time is over when its token comes', async () => {
  const late = withResolvers<HeldToken>();
  const answers = [Promise.resolve(TOKEN), late.promise];
  const { clock, service, runner, pass } = setUp(async () => (await answers.shift()) ?? TOKEN);
  await flush();
  service.sockets[0]?.cut();
  clock.advance(200);
  // The thread stands still, and is given the token before any timer.
  clock.stall(6_000);
  late.resolve(TOKEN);
  await flush();
  await pass(2_000);
  expect(service.open()).toHaveLength(1);
  expect(runner.sockets()).toBe(1);
});

it('opens few sockets while nobody answers, lest the browser holds up the one that gets through', async () => {
  const { service, runner, pass } = setUp(async () => TOKEN);
  await flush();
  service.goAway();
  await pass(20_000);
  expect(service.sockets.length - 1).toBeLessThanOrEqual(8);
  service.comeBack();
  await pass(1_000);
  expect(service.open()).toHaveLength(1);
  expect(runner.state().lines[0]?.current).not.toBeNull();
});

import { expect, it } from 'vitest';
import { createFakeClock, flush, withResolvers } from '../../shared/test-doubles.ts';
import type { HeldToken } from '../../shared/token-machine.ts';
import { createRunner } from './runner.ts';
import { createAnsweringService } from './test-doubles.ts';

it('opens no socket for an attempt whose time is over when its token comes', async () => {
  const clock = createFakeClock();
  const service = createAnsweringService();
  const late = withResolvers<HeldToken>();
  const token = { accessToken: 'token', sub: 'u', epoch: 1, renewAt: 1e9, endsAt: 1e9 } as HeldToken;
  const answers = [Promise.resolve(token), late.promise];
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
      tokens: {
        get: async () => (await answers.shift()) ?? token,
        onSignedOut: () => () => {},
        wake() {},
      },
      clock,
      random: () => 0.5,
      WebSocket: service.WebSocket,
      online: true,
    },
    { record() {}, cover() {}, changed() {}, signedOut() {} },
  );
  runner.dispatch({
    ...{ t: 'tab', tab: 'one', wants: ['default/a'] },
    ...{ visible: true, locked: true, online: true },
  });
  await flush();
  service.sockets[0]?.cut();
  clock.advance(200);
  // The thread stands still, and is given the token before any timer.
  clock.stall(6_000);
  late.resolve(token);
  await flush();
  for (let ms = 0; ms < 2_000; ms += 100) {
    clock.advance(100);
    await flush();
  }
  expect(service.open()).toHaveLength(1);
  expect(runner.sockets()).toBe(1);
});

import { expect, it } from 'vitest';
import { createFakeClock, flush } from '../../shared/test-doubles.ts';
import { succeedOtherBuild } from './other-build.ts';
import { createAir } from './test-doubles.ts';

function setUp() {
  const clock = createFakeClock();
  const BroadcastChannel = createAir();
  let asked = 0;
  void succeedOtherBuild({
    line: 'line',
    BroadcastChannel,
    clock,
    build: 'new',
    contender: {
      succeed() {
        asked += 1;
      },
    },
  });
  const leader = new BroadcastChannel('line');
  return {
    clock,
    asked: () => asked,
    async hear(build: string | undefined) {
      leader.postMessage({ v: 1, t: 'status', epoch: 1, n: 0, status: { build } });
      await flush();
    },
  };
}

it('succeeds a leader of another build, also of one that named none, once', async () => {
  for (const build of ['old', undefined]) {
    const { hear, asked } = setUp();
    await hear(build);
    await hear(build);
    expect(asked()).toBe(1);
  }
});

it('leaves a leader of its own build alone, for good', async () => {
  const { hear, asked } = setUp();
  await hear('new');
  await hear('old');
  expect(asked()).toBe(0);
});

it('is over when nobody is heard for a while', async () => {
  const { clock, hear, asked } = setUp();
  clock.advance(5_000);
  await flush();
  await hear('old');
  expect(asked()).toBe(0);
});

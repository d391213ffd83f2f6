import { expect, it } from 'vitest';
import { createFakeClock } from '../../shared/test-doubles.ts';
import { createLookers, type LookLine } from './lookers.ts';

/** Two windows on one line. */
function setUp() {
  const clock = createFakeClock();
  const lines: LookLine[] = [];
  const seen: string[] = [];
  const line = (): LookLine => {
    const own: LookLine = {
      onmessage: null,
      postMessage(data) {
        for (const other of lines)
          if (other !== own) other.onmessage?.(new MessageEvent('message', { data }));
      },
      close: () => void lines.splice(lines.indexOf(own), 1),
    };
    lines.push(own);
    return own;
  };
  const make = (id: string) =>
    createLookers({ id, line: line(), clock, onLook: (channel) => void seen.push(`${id} ${channel}`) });
  return { clock, a: make('a'), b: make('b'), seen, lines };
}

it('knows in every window what somebody looks at, until they look elsewhere', () => {
  const { a, b, seen } = setUp();
  a.look('default/pay');
  expect([a.isLookedAt('default/pay'), b.isLookedAt('default/pay')]).toEqual([true, true]);
  expect(seen).toEqual(['a default/pay', 'b default/pay']);
  a.look(null);
  expect([a.isLookedAt('default/pay'), b.isLookedAt('default/pay')]).toEqual([false, false]);
});

it('believes a window for as long as it says so again, and no longer', () => {
  const { clock, a, b, lines } = setUp();
  a.look('default/pay');
  clock.advance(60_000);
  expect(b.isLookedAt('default/pay')).toBe(true);
  // It crashed: nothing is heard from it any more.
  lines.length = 0;
  clock.advance(12_000);
  expect(b.isLookedAt('default/pay')).toBe(false);
});

it('forgets a window that closes, and listens to nothing else on the line', () => {
  const { a, b, lines } = setUp();
  a.look('default/pay');
  a.close();
  expect(b.isLookedAt('default/pay')).toBe(false);
  for (const data of [null, 7, {}, { from: 1, channel: 'x' }, { from: 'x', channel: 2 }])
    lines[0]?.onmessage?.(new MessageEvent('message', { data }));
  expect(b.isLookedAt('x')).toBe(false);
});

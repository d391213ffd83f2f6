import { expect, it } from 'vitest';
import { flush } from '../../shared/test-doubles.ts';
import { createFakeClaimLocks } from '../desk/test-doubles.ts';
import { takeTurn } from './turn.ts';

it('lets one window at a time, and the next one when it ends', async () => {
  const locks = createFakeClaimLocks();
  const running: string[] = [];
  const take = (name: string) =>
    takeTurn(locks, 'watch', () => {
      running.push(name);
      return () => void running.splice(running.indexOf(name), 1);
    });
  const endA = take('a');
  const endB = take('b');
  take('c');
  await flush();
  expect(running).toEqual(['a']);
  endB();
  endA();
  await flush();
  expect(running).toEqual(['c']);
});

it('takes itself for the one where there are no Web Locks', () => {
  let running = 0;
  const end = takeTurn(null, 'watch', () => {
    running += 1;
    return () => {
      running -= 1;
    };
  });
  expect(running).toBe(1);
  end();
  end();
  expect(running).toBe(0);
});

import { describe, expect, it } from 'vitest';
import { createStore } from '../../shared/store.ts';
import { atFrames } from './at-frames.ts';

function frames() {
  let waiting: (() => void)[] = [];
  return {
    soon(run: () => void) {
      waiting.push(run);
      return () => {
        waiting = waiting.filter((one) => one !== run);
      };
    },
    waiting: () => waiting.length,
    draw() {
      const now = waiting;
      waiting = [];
      for (const run of now) run();
    },
  };
}

describe('a store at frames', () => {
  it('tells of many changes once, with the last value, and again of the next', () => {
    const { soon, draw, waiting } = frames();
    const store = createStore(0);
    const heard: number[] = [];
    const paced = atFrames(store, soon);
    paced.subscribe(() => heard.push(paced.get()));
    for (let value = 1; value <= 100; value += 1) store.set(value);
    expect(waiting()).toBe(1);
    expect(heard).toEqual([]);
    draw();
    expect(heard).toEqual([100]);
    draw();
    store.set(101);
    draw();
    expect(heard).toEqual([100, 101]);
  });

  it('tells nobody who left before the frame', () => {
    const { soon, draw, waiting } = frames();
    const store = createStore(0);
    let told = 0;
    const stop = atFrames(store, soon).subscribe(() => {
      told += 1;
    });
    store.set(1);
    stop();
    expect(waiting()).toBe(0);
    draw();
    store.set(2);
    draw();
    expect(told).toBe(0);
  });
});

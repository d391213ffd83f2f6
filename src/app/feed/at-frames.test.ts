import { describe, expect, it } from 'vitest';
import { createStore } from '../../shared/store.ts';
import { atFrames, createFramePace, type Frames } from './at-frames.ts';

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

/** A page whose frames come when they are asked for; each takes as long as `work` says. */
function page() {
  let time = 0;
  let serial = 0;
  let work = 0;
  let frames = new Map<number, () => void>();
  let timers = new Map<number, { at: number; run: () => void }>();
  const next = () => {
    serial += 1;
    return serial;
  };
  const deps: Frames = {
    now: () => time,
    requestFrame(run) {
      const id = next();
      frames.set(id, run);
      return id;
    },
    cancelFrame: (id) => frames.delete(id),
    after(ms, run) {
      const id = next();
      timers.set(id, { at: time + ms, run });
      return id;
    },
    cancel: (id) => timers.delete(id),
  };
  function pass(ms: number) {
    time += ms;
    const due = [...timers].filter(([, { at }]) => at <= time);
    timers = new Map([...timers].filter(([, { at }]) => at > time));
    for (const [, { run }] of due) run();
  }
  return {
    deps,
    pass,
    takes(ms: number) {
      work = ms;
    },
    draw() {
      const now = frames;
      frames = new Map();
      for (const run of now.values()) run();
      pass(work);
    },
  };
}

describe('the pace of a page', () => {
  function told(each: ReturnType<typeof page>) {
    const soon = createFramePace(each.deps);
    let count = 0;
    const ask = () =>
      soon(() => {
        count += 1;
      });
    return { ask, count: () => count };
  }

  it('is each frame while frames are quick', () => {
    const each = page();
    const { ask, count } = told(each);
    each.takes(10);
    for (let frame = 1; frame <= 3; frame += 1) {
      ask();
      each.draw();
      expect(count()).toBe(frame);
    }
  });

  it('rests after a slow frame, five times as long, then goes on', () => {
    const each = page();
    const { ask, count } = told(each);
    each.takes(100);
    ask();
    each.draw();
    each.takes(0);
    ask();
    each.draw();
    each.pass(499);
    each.draw();
    expect(count()).toBe(1);
    each.pass(1);
    each.draw();
    expect(count()).toBe(2);
    ask();
    each.draw();
    expect(count()).toBe(3);
  });

  it('is a quarter of a second where no frame is drawn', () => {
    const each = page();
    const { ask, count } = told(each);
    ask();
    each.pass(249);
    expect(count()).toBe(0);
    each.pass(1);
    expect(count()).toBe(1);
  });

  it('tells nobody who has left, at rest or not', () => {
    const each = page();
    const { ask, count } = told(each);
    each.takes(100);
    ask();
    each.draw();
    ask()();
    each.pass(2_000);
    each.draw();
    ask()();
    each.draw();
    expect(count()).toBe(1);
  });
});

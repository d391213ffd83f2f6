import { describe, expect, it } from 'vitest';
import { AppError } from '../../shared/errors.ts';
import type { EventRecord } from '../../shared/log.ts';
import { createFakeClock, flush as settle } from '../../shared/test-doubles.ts';
import { createMemoryHistory } from '../../store/memory-history.ts';
import { createEventWriter, GATHER_MS } from './event-writer.ts';

function setUp({ silent = false } = {}) {
  const history = createMemoryHistory();
  const said: { from: number; records: EventRecord[] }[] = [];
  const states: string[] = [];
  const trouble: { error: unknown; storedWhenTold: boolean; answer: Promise<void> | null } = {
    error: null,
    storedWhenTold: true,
    answer: null,
  };
  const clock = createFakeClock();
  let superseded = 0;
  const writer = createEventWriter({
    epoch: 3,
    silent,
    log: {
      ...history.events,
      async append(epoch, records) {
        if (trouble.error !== null) throw trouble.error;
        await trouble.answer;
        return history.events.append(epoch, records);
      },
    },
    limits: history.limits,
    clock,
    announce: (from, records) => said.push({ from, records }),
    onHistory: (state, reason) => states.push(reason === null ? state : `${state}: ${reason}`),
    onSuperseded: () => {
      superseded += 1;
    },
  });
  return { writer, history, clock, said, states, trouble, superseded: () => superseded };
}

describe('the event writer', () => {
  it('stores and announces a burst in few batches, contiguous and in order', async () => {
    const { writer, history, said } = setUp();
    for (let n = 1; n <= 1_700; n += 1) writer.write('default/a', `${n}`);
    await writer.flush();
    expect(said.length).toBeLessThanOrEqual(5);
    expect(said.flatMap(({ records }) => records)).toEqual(await history.events.newest(9_999));
    let next = 1;
    for (const { from, records } of said) {
      expect(from).toBe(next);
      expect(records.length).toBeLessThanOrEqual(500);
      next += records.length;
    }
    expect(writer.announced()).toBe(1_700);
  });

  it('makes small batches of large events', async () => {
    const { writer, said } = setUp();
    for (let n = 1; n <= 20; n += 1) writer.write('default/a', 'x'.repeat(200_000));
    await writer.flush();
    expect(Math.max(...said.map(({ records }) => records.length))).toBe(5);
    expect(writer.announced()).toBe(20);
  });

  it('gathers while events pour in, and waits for nothing where they do not', async () => {
    const { writer, clock, said } = setUp();
    const write = (count: number) => {
      for (let n = 0; n < count; n += 1) writer.write('default/a', '1');
    };
    const sizes = () => said.map(({ records }) => records.length);
    write(1);
    await settle();
    write(20);
    await settle();
    expect(sizes()).toEqual([1, 20]);
    write(3);
    await settle();
    expect(sizes()).toEqual([1, 20]);
    clock.advance(GATHER_MS);
    await settle();
    expect(sizes()).toEqual([1, 20, 3]);
    write(2);
    await settle();
    expect(sizes()).toEqual([1, 20, 3, 2]);
    expect(clock.pendingTimers()).toBe(0);
  });

  it('gathers no longer where timers come late or somebody waits', async () => {
    for (const end of ['late', 'flush']) {
      const { writer, clock, said } = setUp();
      const write = (count: number) => {
        for (let n = 0; n < count; n += 1) writer.write('default/a', '1');
      };
      write(20);
      await settle();
      write(3);
      if (end === 'late') clock.stall(GATHER_MS);
      if (end === 'flush') await writer.flush();
      else write(1);
      await settle();
      expect(said.length).toBeGreaterThan(1);
    }
  });

  it('takes what is written in the very moment at which it finishes', async () => {
    // One of these turns of the microtask queue lies between the end of a run and the news of it.
    for (let turns = 0; turns < 30; turns += 1) {
      const { writer, said } = setUp();
      writer.write('default/a', '1');
      for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
      writer.write('default/a', '2');
      await settle();
      await settle();
      expect(said.flatMap(({ records }) => records)).toHaveLength(2);
    }
  });

  it('tells of events while the storage does not answer, and stores them all when it does', async () => {
    const { writer, history, clock, said, states, trouble } = setUp();
    let answer = (): void => {};
    trouble.answer = new Promise((resolve) => {
      answer = resolve;
    });
    writer.write('default/a', '1');
    await settle();
    expect(said).toEqual([]);
    clock.advance(1_000);
    for (let n = 2; n <= 700; n += 1) writer.write('default/a', `${n}`);
    await settle();
    clock.advance(GATHER_MS);
    await settle();
    expect(said.flatMap(({ records }) => records)).toHaveLength(700);
    expect(states.at(-1)).toMatch(/^unavailable: The storage does not answer/);
    expect(await history.events.newest(9)).toEqual([]);

    let flushed = false;
    void writer.flush().then(() => {
      flushed = true;
    });
    await settle();
    expect(flushed).toBe(false);
    answer();
    await writer.flush();
    expect(await history.events.newest(9_999)).toEqual(said.flatMap(({ records }) => records));
    expect(states.at(-1)).toBe('kept');
    clock.advance(GATHER_MS);
    expect(clock.pendingTimers()).toBe(0);
  });

  it('hardly waits where the storage was silent before, until it answers', async () => {
    const { writer, clock, said, states, trouble } = setUp({ silent: true });
    let answer = (): void => {};
    trouble.answer = new Promise((resolve) => {
      answer = resolve;
    });
    writer.write('default/a', '1');
    await settle();
    clock.advance(50);
    await settle();
    expect(said.flatMap(({ records }) => records)).toHaveLength(1);
    answer();
    await writer.flush();
    expect(states.at(-1)).toBe('kept');
    trouble.answer = new Promise(() => {});
    writer.write('default/a', '2');
    await settle();
    clock.advance(50);
    await settle();
    expect(said.flatMap(({ records }) => records)).toHaveLength(1);
  });

  it('takes no thread that stood still for a storage that does not answer', async () => {
    const { writer, history, clock, said, states, trouble } = setUp();
    let answer = (): void => {};
    trouble.answer = new Promise((resolve) => {
      answer = resolve;
    });
    writer.write('default/a', '1');
    await settle();
    clock.stall(600_000);
    clock.advance(0);
    await settle();
    expect(said).toEqual([]);
    answer();
    await writer.flush();
    expect(said.flatMap(({ records }) => records)).toEqual(await history.events.newest(9));
    expect(states).toEqual(['kept']);
    expect(clock.pendingTimers()).toBe(0);
  });

  it.each([
    ['the space is used up', new AppError('storage-full', 'Full.'), 'full: Full.'],
    [
      'an older version holds it up',
      new AppError('storage', 'Held up.', { retryable: true }),
      'unavailable: Held up.',
    ],
    ['the disk fails', new DOMException('Disk.', 'UnknownError'), 'unavailable: Disk.'],
  ])('shows events although they are not kept because %s, and recovers', async (_what, error, state) => {
    const { writer, history, said, states, trouble } = setUp();
    trouble.error = error;
    writer.write('default/a', '1');
    await writer.flush();
    trouble.error = null;
    writer.write('default/a', '2');
    await writer.flush();
    expect(said.flatMap(({ records }) => records.map(({ event }) => event))).toEqual(['1', '2']);
    expect(states).toEqual([state, 'kept']);
    expect(await history.events.newest(9)).toHaveLength(1);
  });

  it('says nothing any more when a newer leader has begun', async () => {
    const { writer, said, trouble, superseded } = setUp();
    trouble.error = new AppError('closed', 'A newer leader has taken over.');
    for (let n = 1; n <= 1_200; n += 1) writer.write('default/a', `${n}`);
    await writer.flush();
    expect(said).toEqual([]);
    expect(superseded()).toBe(1);
  });
});

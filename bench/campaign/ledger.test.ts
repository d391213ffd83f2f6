import { describe, expect, it } from 'vitest';
import type { Published } from '../../e2e/support/publisher.ts';
import { downOf, isClean, upOf } from './ledger.ts';

const sent = (n: number): Published => ({ n, sentAt: n * 1_000, answeredAt: n * 1_000 + 5, taken: true });
const published = [1, 2, 3, 4].map(sent);
const gap = (from: number, to: number) => ({
  channel: 'default/a',
  from,
  to,
  cause: 'connection-lost' as const,
});

describe('events to a tab', () => {
  it('that all came once and in order are clean', () => {
    const down = downOf(published, [1, 2, 3, 4], []);
    expect(down).toEqual({ sent: 4, received: 4, reported: 0, lost: 0, doubled: 0, reordered: 0 });
    expect(isClean(down, upOf([], []))).toBe(true);
  });

  it('that are missing are lost, unless a gap tells of them', () => {
    expect(downOf(published, [1, 4], [gap(1_900, 2_500)])).toMatchObject({
      received: 2,
      reported: 1,
      lost: 1,
    });
    expect(isClean(downOf(published, [1, 4], [gap(1_900, 3_500)]), upOf([], []))).toBe(true);
    expect(isClean(downOf(published, [1, 4], []), upOf([], []))).toBe(false);
  });

  it('that came twice or late are counted as that', () => {
    expect(downOf(published, [1, 3, 2, 3, 4], [])).toMatchObject({ doubled: 1, reordered: 1, lost: 0 });
  });

  it('of before the tab are none of its own', () => {
    expect(downOf(published, [3, 4], [], 3)).toMatchObject({ sent: 2, lost: 0 });
  });

  it('that the service never took are not missed', () => {
    expect(downOf([...published, { ...sent(5), taken: false }], [1, 2, 3, 4], [])).toMatchObject({ lost: 0 });
  });
});

describe('publishes of tabs', () => {
  const item = (n: number, by = 'a') => ({ id: `${by}${n}`, by, n });

  it('that never came are lost; copies are counted and no fault', () => {
    const up = upOf([item(1), item(2)], [item(1), item(1)]);
    expect(up).toEqual({ queued: 2, delivered: 1, lost: 1, copies: 1, reordered: 0 });
    expect(isClean(downOf([], [], []), up)).toBe(false);
    expect(isClean(downOf([], [], []), upOf([item(1)], [item(1), item(1)]))).toBe(true);
  });

  it('keep their order within a tab, and not between tabs', () => {
    expect(upOf([], [item(2), item(1)]).reordered).toBe(1);
    expect(upOf([], [item(2), item(1, 'b')]).reordered).toBe(0);
  });
});

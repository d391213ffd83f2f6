import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assignSlots, NO_SLOTS, type Slots } from './slots.ts';

const shown = (slots: Slots) => [...slots.entries()].map(([key, slot]) => `${key}:${slot}`).join(' ');

describe('slots', () => {
  it('stay with their rows, and what becomes free goes to the new ones', () => {
    const first = assignSlots(NO_SLOTS, ['a', 'b', 'c']);
    expect(shown(first)).toBe('a:0 b:1 c:2');
    expect(shown(assignSlots(first, ['b', 'c', 'd']))).toBe('b:1 c:2 d:0');
    expect(shown(assignSlots(first, ['z', 'a', 'b', 'c']))).toBe('z:3 a:0 b:1 c:2');
  });

  it('keep their order where every row is new: no element moves', () => {
    const first = assignSlots(assignSlots(NO_SLOTS, ['a', 'b', 'c']), ['b', 'c', 'd']);
    expect(shown(assignSlots(first, ['x', 'y', 'z']))).toBe('x:1 y:2 z:0');
  });

  it('never serve two rows, never leave a row that stays, and never grow beyond what was shown at once', () => {
    const windows = fc.array(
      fc.record({ from: fc.integer({ min: 0, max: 60 }), count: fc.integer({ min: 0, max: 20 }) }),
      { maxLength: 30 },
    );
    fc.assert(
      fc.property(windows, (steps) => {
        let slots = NO_SLOTS;
        for (const { from, count } of steps) {
          const keys = Array.from({ length: count }, (_, at) => `e1.${from + at}`);
          const before = slots;
          slots = assignSlots(before, keys);
          expect([...slots.keys()]).toEqual(keys);
          expect(new Set(slots.values()).size).toBe(keys.length);
          for (const key of keys) if (before.has(key)) expect(slots.get(key)).toBe(before.get(key));
          const made = [...slots.values()].filter((slot) => ![...before.values()].includes(slot));
          expect(made.length).toBe(Math.max(0, keys.length - before.size));
        }
      }),
    );
  });
});

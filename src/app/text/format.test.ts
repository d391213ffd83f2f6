import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { en } from './en.ts';
import { dayOf } from './format.ts';
import { zh } from './zh.ts';

const { format } = en;

const at = (day: number, h: number, m: number, s: number, ms = 0) =>
  new Date(2026, 10, day, h, m, s, ms).getTime();

describe('languages', () => {
  it('write numbers, dates and plurals in their own way', () => {
    expect(en.feed.announce(1, 'a')).toBe('1 new event in a');
    expect(en.feed.announce(1_234, 'a')).toBe('1,234 new events in a');
    expect(zh.feed.announce(1_234, 'a')).toBe('a 有 1,234 个新事件');
    expect(zh.format.dateTime(at(23, 10, 2, 11))).toBe('2026年11月23日, 10:02:11');
    expect(zh.format.duration(245_000)).toBe('4 分 05 秒');
  });

  it('have the same words, filled, and no English left in Chinese', () => {
    const keys = (value: object, path = ''): string[] =>
      Object.entries(value).flatMap(([key, inner]) =>
        typeof inner === 'object' && inner !== null ? keys(inner, `${path}${key}.`) : [`${path}${key}`],
      );
    expect(keys(zh).sort()).toEqual(keys(en).sort());
    const texts = (value: object): string[] =>
      Object.values(value).flatMap((inner) =>
        typeof inner === 'object' && inner !== null ? texts(inner) : typeof inner === 'string' ? [inner] : [],
      );
    expect(texts(zh).filter((words) => words.trim() === '')).toEqual([]);
    const english = new Set(texts(en).filter((words) => /[a-z]{3,} [a-z]{3,}/.test(words)));
    expect(texts(zh).filter((words) => english.has(words))).toEqual([]);
  });
});

describe('format', () => {
  it('shows times of day', () => {
    expect(format.time(at(23, 9, 5, 7))).toBe('09:05:07');
    expect(format.timeMs(at(23, 9, 5, 7, 42))).toBe('09:05:07.042');
  });

  it('adds the date to a span that is not all of today', () => {
    const now = at(23, 12, 0, 0);
    expect(format.span(at(23, 10, 2, 11), at(23, 10, 2, 40), now)).toEqual(['10:02:11', '10:02:40']);
    expect(format.span(at(22, 23, 59, 0), at(23, 0, 1, 0), now)).toEqual([
      'Nov 22, 2026, 23:59:00',
      'Nov 23, 2026, 00:01:00',
    ]);
  });

  it.each([
    [-5, '0 s'],
    [48_900, '48 s'],
    [245_000, '4 min 05 s'],
    [7_800_000, '2 h 10 min'],
  ])('duration %i', (ms, shown) => {
    expect(format.duration(ms)).toBe(shown);
  });

  it.each([
    [312, '312 B'],
    [1_229, '1.2 KB'],
    [240 * 1024, '240 KB'],
    [3 * 1024 * 1024, '3.0 MB'],
  ])('bytes %i', (bytes, shown) => {
    expect(format.bytes(bytes)).toBe(shown);
  });
});

describe('a day', () => {
  it('goes from its midnight to the next, also where the clocks are changed', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4_000_000_000_000 }), (at) => {
        const { from, to } = dayOf(at);
        const name = (ms: number) => new Date(ms).toDateString();
        expect(at).toBeGreaterThanOrEqual(from);
        expect(at).toBeLessThan(to);
        expect([name(from), name(to - 1)]).toEqual([name(at), name(at)]);
        expect(name(from - 1)).not.toBe(name(at));
        expect(name(to)).not.toBe(name(at));
      }),
    );
  });
});

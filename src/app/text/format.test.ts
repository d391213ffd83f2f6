import { describe, expect, it } from 'vitest';
import { formatBytes, formatDuration, formatSpan, formatTime, formatTimeMs } from './format.ts';

const at = (day: number, h: number, m: number, s: number, ms = 0) =>
  new Date(2026, 10, day, h, m, s, ms).getTime();

describe('format', () => {
  it('shows times of day', () => {
    expect(formatTime(at(23, 9, 5, 7))).toBe('09:05:07');
    expect(formatTimeMs(at(23, 9, 5, 7, 42))).toBe('09:05:07.042');
  });

  it('adds the date to a span that is not all of today', () => {
    const now = at(23, 12, 0, 0);
    expect(formatSpan(at(23, 10, 2, 11), at(23, 10, 2, 40), now)).toEqual(['10:02:11', '10:02:40']);
    expect(formatSpan(at(22, 23, 59, 0), at(23, 0, 1, 0), now)).toEqual([
      '2026-11-22 23:59:00',
      '2026-11-23 00:01:00',
    ]);
  });

  it.each([
    [-5, '0 s'],
    [48_900, '48 s'],
    [245_000, '4 min 05 s'],
    [7_800_000, '2 h 10 min'],
  ])('duration %i', (ms, shown) => {
    expect(formatDuration(ms)).toBe(shown);
  });

  it.each([
    [312, '312 B'],
    [1_229, '1.2 KB'],
    [240 * 1024, '240 KB'],
    [3 * 1024 * 1024, '3.0 MB'],
  ])('bytes %i', (bytes, shown) => {
    expect(formatBytes(bytes)).toBe(shown);
  });
});

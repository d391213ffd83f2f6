import { describe, expect, it } from 'vitest';
import type { EventRecord } from '../../connection/api.ts';
import { exportFileName, exportLine, exportParts } from './export-lines.ts';

const record = (event: string, n = 1): EventRecord => ({
  epoch: 1,
  n,
  channel: 'default/*',
  event,
  receivedAt: Date.UTC(2026, 10, 23, 10, 2, 11, 42),
});

describe('exportLine', () => {
  it('is one JSON object with channel, event and time', () => {
    expect(JSON.parse(exportLine(record('{"a":[1,2]}')))).toEqual({
      channel: 'default/*',
      event: { a: [1, 2] },
      receivedAt: '2026-11-23T10:02:11.042Z',
    });
  });

  it('keeps all digits of a number', () => {
    expect(exportLine(record('12345678901234567890'))).toContain('"event":12345678901234567890,');
  });

  it('stays on one line', () => {
    const line = exportLine(record('{\r\n  "a": "x\\ny"\n}'));
    expect(line).not.toMatch(/[\r\n]/);
    expect(JSON.parse(line).event).toEqual({ a: 'x\ny' });
  });

  it('carries text that is not JSON as a string', () => {
    expect(JSON.parse(exportLine(record('not "json"\n'))).event).toBe('not "json"\n');
  });
});

describe('exportParts', () => {
  it('ends each event with a line end and counts them', async () => {
    async function* pages() {
      yield [record('1', 1), record('2', 2)];
      yield [];
      yield [record('3', 3)];
    }
    const { parts, count } = await exportParts(pages());
    expect(count).toBe(3);
    expect(
      parts
        .join('')
        .split('\n')
        .map((line) => (line === '' ? '' : JSON.parse(line).event)),
    ).toEqual([1, 2, 3, '']);
  });
});

describe('exportFileName', () => {
  it('needs no escaping anywhere', () => {
    expect(exportFileName('default/*', Date.UTC(2026, 10, 23, 10, 2, 11))).toBe(
      'switchboard-default-all-20261123T100211Z.ndjson',
    );
  });
});

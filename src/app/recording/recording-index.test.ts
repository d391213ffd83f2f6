import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exportLine } from '../feed/export-lines.ts';
import { MAX_LINE_BYTES, readLines, SLICE_BYTES } from './read-lines.ts';
import { createRecordedFeed, readEvents } from './recorded-feed.ts';
import { parseRecordedLine } from './recorded-line.ts';
import { indexRecording } from './recording-index.ts';

const TIME = '2026-11-23T10:02:11.042Z';
const line = (event: string, channel = 'default/a') =>
  `{"channel":"${channel}","event":${event},"receivedAt":"${TIME}"}`;
const encode = (text: string) => new TextEncoder().encode(text);
const reader = (bytes: Uint8Array) => (from: number, to: number) => Promise.resolve(bytes.slice(from, to));

function index(bytes: Uint8Array) {
  return indexRecording({
    read: reader(bytes),
    size: bytes.length,
    onProgress() {},
    signal: new AbortController().signal,
  });
}

async function indexed(bytes: Uint8Array) {
  const result = await index(bytes);
  if (typeof result === 'string') throw new Error(result);
  return result;
}

describe('parseRecordedLine', () => {
  it('reads what Export writes, to the last character of the event', () => {
    const json = fc.json({ maxDepth: 4 }).filter((text) => !/[\r\n]/.test(text));
    fc.assert(
      fc.property(
        json,
        fc.date({ noInvalidDate: true, min: new Date(0), max: new Date(4e12) }),
        (event, at) => {
          const written = exportLine({ channel: 'default/a', event, receivedAt: at.getTime() });
          expect(parseRecordedLine(written)).toEqual({
            ok: true,
            value: { channel: 'default/a', event: event.trim(), receivedAt: at.getTime() },
          });
        },
      ),
    );
  });

  it.each([
    ['12345678901234567890', '12345678901234567890'],
    ['{"event": 1, "a": [",", "}"]}', '{"event": 1, "a": [",", "}"]}'],
    ['"a \\"event\\": 2"', '"a \\"event\\": 2"'],
  ])('keeps %s', (event, kept) => {
    const parsed = parseRecordedLine(`{"receivedAt":"${TIME}","event" : ${event} ,"channel":"/default/a"}`);
    expect(parsed).toMatchObject({ ok: true, value: { event: kept, channel: 'default/a' } });
  });

  it.each([
    ['{"channel":', 'json'],
    ['[1]', 'object'],
    ['null', 'object'],
    [`{"channel":"default/a","receivedAt":"${TIME}"}`, 'event'],
    [`{"event":1,"receivedAt":"${TIME}"}`, 'channel'],
    [`{"channel":"no name","event":1,"receivedAt":"${TIME}"}`, 'channel'],
    ['{"channel":"default/a","event":1}', 'time'],
    ['{"channel":"default/a","event":1,"receivedAt":"yesterday"}', 'time'],
  ])('says what is wrong with %s', (source, problem) => {
    expect(parseRecordedLine(source)).toEqual({ ok: false, problem });
  });

  it('takes depth and length', () => {
    const deep = `${'['.repeat(5_000)}${']'.repeat(5_000)}`;
    expect(parseRecordedLine(line(deep))).toMatchObject({ ok: true, value: { event: deep } });
    const long = JSON.stringify('\\"'.repeat(400_000));
    expect(parseRecordedLine(line(long))).toMatchObject({ ok: true, value: { event: long } });
  });
});

describe('readLines', () => {
  it('finds the same lines whatever lies on the edge of a slice', async () => {
    const source = Array.from({ length: 40 }, (_, n) => `${n}${'ä'.repeat((n * 7919) % 30_000)}`);
    const bytes = encode(`\uFEFF${source.join('\r\n')}`);
    expect(bytes.length).toBeGreaterThan(SLICE_BYTES);
    const lines: string[] = [];
    for await (const part of readLines(reader(bytes), bytes.length)) {
      for (const { number, from, to, bytes: own } of part) {
        expect(number).toBe(lines.length + 1);
        expect(own?.length).toBe(to - from);
        lines.push(new TextDecoder().decode(own ?? undefined));
      }
    }
    expect(lines).toEqual(source);
  });

  it('goes on after a line that is too long, and keeps none of it', async () => {
    const bytes = encode(`a\n${'x'.repeat(MAX_LINE_BYTES + 1)}\nb`);
    const lines: (number | null)[] = [];
    for await (const part of readLines(reader(bytes), bytes.length)) {
      lines.push(...part.map(({ bytes: own }) => own?.length ?? null));
    }
    expect(lines).toEqual([1, null, 1]);
  });
});

describe('indexRecording', () => {
  it('counts and names broken lines, and loses no other', async () => {
    const bytes = new Uint8Array([
      ...encode(`${line('1')}\nnot json\n\n${line('2', 'default/b')}\n`),
      ...[0x22, 0xff, 0xfe, 0x22, 0x0a],
      ...encode(`[]\n${line('3')}`),
    ]);
    const { index: places, broken, listed, cut } = await indexed(bytes);
    expect(broken).toBe(3);
    expect(cut).toBe(false);
    expect(listed).toEqual([
      { line: 2, problem: 'json' },
      { line: 5, problem: 'utf8' },
      { line: 6, problem: 'object' },
    ]);
    expect(places.channels()).toEqual([
      { name: 'default/a', count: 2 },
      { name: 'default/b', count: 1 },
    ]);
    const records = await readEvents(places, reader(bytes), 0, 3);
    expect(records.map(({ n, event }) => [n, event])).toEqual([
      [1, '1'],
      [4, '2'],
      [7, '3'],
    ]);
  });

  it('says that a file is empty, is UTF-16, or has no event', async () => {
    expect(await index(new Uint8Array())).toBe('empty');
    expect(await index(encode('\n \n'))).toBe('empty');
    expect(await index(new Uint8Array([0xff, 0xfe, 0x7b, 0x00]))).toBe('utf16');
    const none = await indexed(encode('a\nb'));
    expect([none.index.count, none.broken]).toEqual([0, 2]);
  });

  it('stops when asked', async () => {
    const stop = new AbortController();
    const bytes = encode(`${line('1')}\n`.repeat(20_000));
    const result = indexRecording({
      read: reader(bytes),
      size: bytes.length,
      onProgress: () => stop.abort(),
      signal: stop.signal,
    });
    expect(await result).toBe('stopped');
  });
});

describe('a recorded feed', () => {
  it('gives the pages that a list, a search by time and a filter ask for', async () => {
    const source = Array.from({ length: 700 }, (_, n) => (n % 10 === 3 ? 'broken' : line(`{"n":${n}}`)));
    const bytes = encode(source.join('\n'));
    const { index: places } = await indexed(bytes);
    const feed = await createRecordedFeed('x', places, reader(bytes));
    const numbers = (records: readonly { n: number }[]) => records.map(({ n }) => n);
    expect(places.count).toBe(630);
    expect(feed.get().rows).toHaveLength(200);
    expect(feed.get().hasOlder).toBe(true);
    expect(numbers(await feed.page({ after: null }, 4))).toEqual([1, 2, 3, 5]);
    expect(numbers(await feed.page({ before: null }, 2))).toEqual([699, 700]);
    expect(numbers(await feed.page({ after: { epoch: 1, n: 3 } }, 2))).toEqual([5, 6]);
    expect(numbers(await feed.page({ before: { epoch: 1, n: 4 } }, 2))).toEqual([2, 3]);
    expect(numbers(await feed.page({ before: { epoch: 1, n: 1 } }, 2))).toEqual([]);
    let all = 0;
    for await (const page of feed.all()) all += page.length;
    expect(all).toBe(630);
  });

  it('says so when the file is another one by now', async () => {
    const bytes = encode(`${line('1')}\n${line('2')}`);
    const { index: places } = await indexed(bytes);
    await expect(readEvents(places, reader(bytes.slice(5)), 0, 2)).rejects.toThrow('Line 1 has changed');
  });
});

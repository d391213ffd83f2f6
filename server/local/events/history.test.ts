import { describe, expect, it } from 'vitest';
import { createEventHistory } from './history.ts';

/** A history whose clock goes on by one millisecond an event. */
function make(limits = { events: 100, units: 1_000_000, pageUnits: 1_000_000 }) {
  let now = 0;
  return createEventHistory(() => ++now, limits);
}

describe('the history of the stand-in', () => {
  it('gives what follows a position, in order, page by page, up to a later position', () => {
    const history = make();
    history.record('default/a', '0');
    const after = history.position();
    for (const n of [1, 2, 3]) history.record('default/a', `${n}`);
    history.record('default/b', '"other"');
    const until = history.position();
    history.record('default/a', '4');

    const first = history.read({ pattern: 'default/a', after, until, limit: 2 });
    expect(first).toMatchObject({ more: true, lost: false });
    expect(first.events.map(({ event, at }) => [event, at])).toEqual([
      ['1', 2],
      ['2', 3],
    ]);
    const next = first.events.at(-1)?.position ?? '';
    const second = history.read({ pattern: 'default/a', after: next, until, limit: 2 });
    expect(second).toMatchObject({ more: false, lost: false });
    expect(second.events.map(({ event }) => event)).toEqual(['3']);
    const open = history.read({ pattern: 'default/*', after, until: null, limit: 10 });
    expect(open.events.map(({ event }) => event)).toEqual(['1', '2', '3', '"other"', '4']);
  });

  it('says that something is lost when it was trimmed by count, and not a moment before', () => {
    const history = make({ events: 3, units: 1_000, pageUnits: 1_000 });
    const read = (after: string) => history.read({ pattern: 'default/a', after, until: null, limit: 10 });
    const start = history.position();
    for (const n of [1, 2, 3]) history.record('default/a', `${n}`);
    expect(read(start)).toMatchObject({ lost: false, events: [{}, {}, {}] });
    const later = history.position();
    history.record('default/a', '4');
    expect(read(start)).toEqual({ events: [], more: false, lost: true });
    expect(read(later)).toMatchObject({ lost: false, events: [{ event: '4' }] });
  });

  it('keeps within its bytes, and within a bounded memory over a long life', () => {
    const history = make({ events: 50, units: 100, pageUnits: 1_000 });
    const start = history.position();
    history.record('default/a', 'x'.repeat(200));
    expect(history.read({ pattern: 'default/a', after: start, until: null, limit: 1 }).lost).toBe(true);
    let after = history.position();
    for (let n = 0; n < 5_000; n += 1) {
      history.record('default/a', `${n}`);
      const { events, lost } = history.read({ pattern: 'default/a', after, until: null, limit: 1 });
      expect([lost, events[0]?.event]).toEqual([false, `${n}`]);
      after = history.position();
    }
  });

  it('ends a page early when its texts are long, but never before the first', () => {
    const history = make({ events: 100, units: 10_000, pageUnits: 100 });
    const after = history.position();
    history.record('default/a', 'x'.repeat(300));
    history.record('default/a', 'y'.repeat(60));
    history.record('default/a', 'z'.repeat(60));
    const page = history.read({ pattern: 'default/a', after, until: null, limit: 10 });
    expect(page.events).toHaveLength(1);
    expect(page.more).toBe(true);
  });

  it.each([
    ['of another life', () => make().position()],
    ['that was never given out', () => 'x.1'],
    ['that lies ahead', (own: string) => own.replace(/\d+$/, '99')],
    ['that is no number', (own: string) => own.replace(/\d+$/, '1e1')],
    ['that is empty', () => ''],
  ])('knows nothing behind a position %s', (_name, position) => {
    const history = make();
    history.record('default/a', '1');
    const read = { pattern: 'default/a', until: null, limit: 10 };
    expect(history.read({ ...read, after: position(history.position()) }).lost).toBe(true);
    const until = position(history.position());
    expect(history.read({ ...read, after: history.position(), until }).lost).toBe(true);
  });
});

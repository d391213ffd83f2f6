import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  EMPTY_WINDOW,
  forNewWindow,
  parseWindow,
  withOpen,
  withoutOpen,
  withPin,
  withSize,
  withText,
  withView,
} from './window-state.ts';

const open = (...names: string[]) => names.reduce(withOpen, EMPTY_WINDOW);
const shown = (state: typeof EMPTY_WINDOW) =>
  state.channels.map(({ name, pinned }) => (pinned ? `${name}!` : name));

describe('parseWindow', () => {
  it.each([
    ['nothing', null],
    ['broken JSON', '{"v":2,'],
    ['a text', '"hello"'],
    ['null', 'null'],
    ['a list', '[1]'],
  ])('starts empty from %s', (_, stored) => {
    expect(parseWindow(stored)).toEqual(EMPTY_WINDOW);
  });

  it('drops only what does not fit', () => {
    const stored = {
      v: 3,
      channels: [
        { name: 'default/a' },
        7,
        { name: '*/bad' },
        { name: '/default/b/', pinned: true },
        { name: 'default/a' },
      ],
      last: { no: 1 },
      layout: { list: 99_999, detail: 'wide', composer: 10, panel: -1 },
      panel: true,
      views: {
        'default/a': {
          filter: { kind: 'magic', text: 'x' },
          place: { epoch: 1, n: 2 },
          selected: { epoch: 1 },
        },
        '../x': {},
      },
      drafts: { 'default/a': 'text', 'default/b': 5 },
      targets: null,
      later: 'unknown',
    };
    expect(parseWindow(JSON.stringify(stored))).toEqual({
      ...EMPTY_WINDOW,
      channels: [
        { name: 'default/b', pinned: true },
        { name: 'default/a', pinned: false },
      ],
      layout: { list: 480, detail: 380, composer: 132, panel: 260 },
      panel: true,
      views: { 'default/a': { filter: null, place: { epoch: 1, n: 2, offset: 0 }, selected: null } },
      drafts: { 'default/a': 'text' },
    });
  });

  it('reads any text, and reads what it wrote', () => {
    fc.assert(
      fc.property(fc.json(), (stored) => {
        const state = parseWindow(stored);
        expect(parseWindow(JSON.stringify(state))).toEqual(state);
      }),
    );
  });
});

describe('changes', () => {
  it('open a channel once, and forget a closed one but not its draft', () => {
    const one = withOpen(open('default/a'), 'default/a');
    expect(shown(one)).toEqual(['default/a']);
    const viewed = withView({ ...one, last: 'default/a', drafts: { 'default/a': 'x' } }, 'default/a', {});
    expect(withoutOpen(viewed, 'default/a')).toEqual({ ...EMPTY_WINDOW, drafts: { 'default/a': 'x' } });
  });

  it('keep pinned channels before the others', () => {
    const state = open('default/a', 'default/b', 'default/c');
    const pinned = withPin(withPin(state, 'default/c', true), 'default/b', true);
    expect(shown(pinned)).toEqual(['default/c!', 'default/b!', 'default/a']);
    expect(shown(withPin(pinned, 'default/c', false))).toEqual(['default/b!', 'default/c', 'default/a']);
    expect(withPin(state, 'default/none', true)).toBe(state);
  });

  it('keep sizes within bounds and give back the first one', () => {
    expect(withSize(EMPTY_WINDOW, 'list', 1).layout.list).toBe(180);
    expect(withSize(withSize(EMPTY_WINDOW, 'list', 400), 'list', null).layout).toEqual(EMPTY_WINDOW.layout);
    expect(withSize(EMPTY_WINDOW, 'composer', 300).layout.composer).toBe(300);
  });

  it('remove a draft that became empty', () => {
    expect(withText({ a: 'x', b: 'y' }, 'a', '')).toEqual({ b: 'y' });
  });

  it('give a new window the desk, not the text', () => {
    const state = withView({ ...open('default/a'), drafts: { 'default/a': 'x' } }, 'default/a', {
      place: { epoch: 1, n: 1, offset: 0 },
    });
    expect(forNewWindow(state)).toEqual(open('default/a'));
  });
});

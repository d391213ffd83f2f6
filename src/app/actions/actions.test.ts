import { describe, expect, it } from 'vitest';
import { en } from '../text/en.ts';
import { ACTIONS } from './definitions.ts';
import { actionOf, keyCaps, type Press } from './keys.ts';
import { type Entry, findEntries } from './palette-entries.ts';
import { createActionRegistry } from './registry.ts';

const press = (key: string, over: Partial<Press> = {}): Press => ({
  key,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  ...over,
});
const free = { typing: false, singleKeys: true };

describe('the list of actions', () => {
  it('names every action once, and gives no keys twice', () => {
    expect(ACTIONS.map(({ id }) => id).sort()).toEqual(Object.keys(en.actions.names).sort());
    const keys = ACTIONS.flatMap((action) => action.keys ?? []);
    expect(new Set(keys).size).toBe(keys.length);
  });
});

describe('a key press', () => {
  it('means an action outside text fields', () => {
    expect(actionOf(press('/'), free)?.id).toBe('filter');
    expect(actionOf(press('?'), free)?.id).toBe('shortcuts');
    expect(actionOf(press('/'), { ...free, typing: true })).toBeNull();
    expect(actionOf(press('q'), free)).toBeNull();
  });

  it('means one everywhere with Ctrl or ⌘, and Escape does too', () => {
    const typing = { typing: true, singleKeys: false };
    expect(actionOf(press('k', { ctrlKey: true }), typing)?.id).toBe('palette');
    expect(actionOf(press('K', { metaKey: true }), typing)?.id).toBe('palette');
    expect(actionOf(press('Escape'), typing)?.id).toBe('closeDetail');
  });

  it('belongs to the browser or an input method otherwise', () => {
    expect(actionOf(press('n', { ctrlKey: true }), free)).toBeNull();
    expect(actionOf(press('n', { altKey: true }), free)).toBeNull();
  });

  it('means nothing alone once single keys are switched off', () => {
    expect(actionOf(press('n'), { ...free, singleKeys: false })).toBeNull();
  });

  it('is shown as it is printed on the keyboard', () => {
    expect(keyCaps('mod+k', false)).toEqual(['Ctrl', 'K']);
    expect(keyCaps('mod+k', true)).toEqual(['⌘', 'K']);
    expect(keyCaps('Escape', false)).toEqual(['Esc']);
  });
});

describe('the registry', () => {
  it('runs what is offered, the one offered last first, and nothing that was taken back', () => {
    const registry = createActionRegistry();
    const done: string[] = [];
    expect(registry.run('closeDetail')).toBe(false);
    const first = registry.offer('closeDetail', () => done.push('panel'));
    const second = registry.offer('closeDetail', () => done.push('detail'));
    registry.run('closeDetail');
    second();
    second();
    registry.run('closeDetail');
    first();
    expect(registry.run('closeDetail')).toBe(false);
    expect(done).toEqual(['detail', 'panel']);
    expect(registry.offered.get().size).toBe(0);
  });
});

describe('the palette', () => {
  const entry = (name: string, group = 'Desk'): Entry => ({ key: name, group, name, keys: null, run() {} });
  const found = (query: string, ...entries: Entry[]) => findEntries(entries, query).map(({ name }) => name);

  it('finds every word anywhere, beginnings first', () => {
    const entries = [entry('Unfiltered'), entry('Clear the filter'), entry('Filter events')];
    expect(found('filter', ...entries)).toEqual(['Filter events', 'Clear the filter', 'Unfiltered']);
    expect(found('clear fil', ...entries)).toEqual(['Clear the filter']);
    expect(found('nothing', ...entries)).toEqual([]);
    expect(found('  ', ...entries)).toEqual(['Unfiltered', 'Clear the filter', 'Filter events']);
  });
});

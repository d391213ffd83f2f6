/** docs/architecture.md draws the arrows that `scripts/check-rooms.mjs` holds. */
import { expect, it } from 'vitest';
import { read, section, tableRows } from './documents.ts';

const TEXT = section(read('docs/architecture.md'), 'The rooms');

/** The arrows of the check, without the `src/` that every room of the page has. */
function checkedArrows(): Map<string, string[]> {
  const body = /const ARROWS = \{([\s\S]*?)\n\};/.exec(read('scripts/check-rooms.mjs'))?.[1] ?? '';
  const short = (room: string) => room.replace(/^src\//, '');
  const arrows = [...body.matchAll(/^ {2}'?([\w/]+)'?: \[([^\]]*)\]/gm)].map(
    ([, from = '', to = '']): [string, string[]] => [
      short(from),
      [...to.matchAll(/'([^']+)'/g)].map(([, room = '']) => short(room)).sort(),
    ],
  );
  return new Map(arrows);
}

it('the diagram has the arrows that are checked', () => {
  const drawn = new Map(
    [...TEXT.matchAll(/^ {2}(\w+) --> (.+)$/gm)].map(([, from = '', to = '']) => [
      from,
      to.split(' & ').sort(),
    ]),
  );
  const checked = checkedArrows();
  expect(checked.size).toBe(9);
  expect(drawn).toEqual(new Map([...checked].filter(([, to]) => to.length > 0)));
});

it('the table has every room', () => {
  const rooms = tableRows(TEXT).map(([room = '']) => room.replace(/^`(src\/)?|`$/g, ''));
  expect(rooms.sort()).toEqual([...checkedArrows().keys()].sort());
});

/** docs/guards.md shows the list of `scripts/guards.mjs`, and every guard is where the list says it is. */
import { expect, it } from 'vitest';
import { GUARDS } from '../../scripts/guards.mjs';
import { exists, read, tableRows } from './documents.ts';

const ROWS = tableRows(read('docs/guards.md'));

it('the document has a row for each guard, and no other', () => {
  const shown = ROWS.map(([name = '', file = '', , test = '']) => [name, file, test].join(' | '));
  const listed = GUARDS.map(({ name, file, test }) => `${name} | \`${file}\` | \`${test}\``);
  expect(shown).toEqual(listed);
});

it.each(GUARDS)('$name: once in $file, with a test', ({ file, guard, test }) => {
  expect(read(file).split(guard).length - 1).toBe(1);
  expect(exists(test)).toBe(true);
});

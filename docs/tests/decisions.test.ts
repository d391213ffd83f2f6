/** docs/adr: numbered without a hole, each named in the list with its title, each short. */
import { expect, it } from 'vitest';
import { files, read, tableRows } from './documents.ts';

const DECISIONS = files('docs/adr', /\/\d{4}-[\w-]+\.md$/).sort();

it('are numbered in order, in the name and in the title', () => {
  const numbers = DECISIONS.map((path) => [
    Number(/(\d{4})-/.exec(path)?.[1]),
    Number(/^# (\d+)\. /.exec(read(path))?.[1]),
  ]);
  expect(numbers).toEqual(DECISIONS.map((_path, at) => [at + 1, at + 1]));
});

it('are all in the list, with their titles', () => {
  const listed = tableRows(read('docs/adr/README.md')).map(([number, title]) => [
    number,
    title?.toLowerCase(),
  ]);
  const there = DECISIONS.map((path) => {
    const [, number, title = ''] = /^# (\d+)\. (.+)/.exec(read(path)) ?? [];
    return [`[${number}](${path.replace('docs/adr/', '')})`, title.toLowerCase()];
  });
  expect(listed).toEqual(there);
});

it.each(DECISIONS)('%s is short', (path) => {
  expect(read(path).split('\n').length).toBeLessThanOrEqual(40);
});

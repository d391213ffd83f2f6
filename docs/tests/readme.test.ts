/** The README in both languages: the same structure, commands and links; variables that the server knows. */
import { expect, it } from 'vitest';
import { read, section, tableRows } from './documents.ts';

/** What is written by a run stands in one language only. */
const shared = (path: string) =>
  read(path).replace(/<!-- (?:bench:start|Written by)[\s\S]*?<!-- (?:bench:end|… to here\.) -->/g, '');
const ENGLISH = shared('README.md');
const CHINESE = shared('README.zh-CN.md');

const levels = (text: string) => [...text.matchAll(/^(#+) /gm)].map(([, level = '']) => level.length);
const blocks = (text: string) => [...text.matchAll(/^```[\s\S]*?^```/gm)].map(([block]) => block);
const targets = (text: string) => [...text.matchAll(/\]\(([^)]+)\)/g)].map(([, target = '']) => target);
const items = (text: string) => text.match(/^(?:- |\d+\. )/gm)?.length;

it('both have the same headings, items, rows and blocks', () => {
  expect(levels(CHINESE)).toEqual(levels(ENGLISH));
  expect(items(CHINESE)).toBe(items(ENGLISH));
  expect(tableRows(CHINESE).length).toBe(tableRows(ENGLISH).length);
  expect(blocks(CHINESE)).toEqual(blocks(ENGLISH));
});

it('both lead to the same places, and to each other', () => {
  expect(targets(ENGLISH)).toContain('README.zh-CN.md');
  expect(targets(CHINESE)).toContain('README.md');
  const elsewhere = (text: string) =>
    [...new Set(targets(text))].filter((target) => !target.startsWith('README'));
  expect(elsewhere(CHINESE)).toEqual(elsewhere(ENGLISH));
});

it('both set variables that there are', () => {
  const known = new Set(
    tableRows(section(read('docs/operations.md'), 'Environment')).map(([name = '']) =>
      name.replaceAll('`', ''),
    ),
  );
  const set = [
    ...blocks(ENGLISH)
      .join('\n')
      .matchAll(/\b([A-Z][A-Z_]{3,})=/g),
  ].map(([, name = '']) => name);
  expect(set.length).toBeGreaterThan(5);
  expect(set.filter((name) => !known.has(name))).toEqual([]);
});

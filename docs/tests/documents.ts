/** The documents and the sources as the tests of the documents read them. Paths are relative to the repository. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');

/** Folders that hold nothing of ours, or what a build or a run leaves behind. */
const NOT_OURS = new Set([
  'node_modules',
  'dist',
  '.git',
  '.cache',
  '.data',
  '.next',
  'test-results',
  'playwright-report',
]);

export function read(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

export function exists(path: string): boolean {
  return existsSync(join(ROOT, path));
}

/** All files below `folder` (`''`: everywhere) whose path matches `wanted`. */
export function files(folder: string, wanted: RegExp): string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) return NOT_OURS.has(entry.name) ? [] : files(path, wanted);
    return wanted.test(path) ? [path] : [];
  });
}

/** A document without its fenced blocks. */
export function prose(markdown: string): string {
  return markdown.replace(/^ *(```|~~~)[^\n]*\n[\s\S]*?^ *\1 *$/gm, '');
}

/** The cells of all table rows of a document, headings and rules left out. */
export function tableRows(markdown: string): string[][] {
  const rows = prose(markdown)
    .split('\n')
    .map((line, at, lines) => ({ line, heads: /^\|[\s:|-]+\|$/.test(lines[at + 1] ?? '') }))
    .filter(({ line, heads }) => line.startsWith('|') && !heads && !/^\|[\s:|-]+\|$/.test(line));
  return rows.map(({ line }) =>
    line
      .slice(1, -1)
      .split(/(?<!\\)\|/)
      .map((cell) => cell.trim()),
  );
}

/** The part of a document below a heading, up to the next one of the same or a higher level. */
export function section(markdown: string, heading: string): string {
  const lines = markdown.split('\n');
  const start = lines.findIndex((line) => /^#+ /.test(line) && line.replace(/^#+ /, '') === heading);
  if (start === -1) throw new Error(`There is no heading “${heading}”.`);
  const level = lines[start]?.indexOf(' ') ?? 0;
  const length = lines.slice(start + 1).findIndex((line) => /^#+ /.test(line) && line.indexOf(' ') <= level);
  return lines.slice(start + 1, length === -1 ? undefined : start + 1 + length).join('\n');
}

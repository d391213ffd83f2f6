/** Whatever a document points at is there: links, anchors, files named in the text, scripts named in commands. */
import { dirname, join, normalize } from 'node:path';
import { expect, it } from 'vitest';
import { exists, files, prose, read } from './documents.ts';

const DOCUMENTS = files('', /\.md$/);

/** As GitHub makes them: lower case, blanks to dashes, punctuation dropped, a number behind a second one. */
function anchors(markdown: string): Set<string> {
  const seen = new Map<string, number>();
  const found = new Set<string>();
  for (const [, heading = ''] of prose(markdown).matchAll(/^#{1,6} +(.+?) *$/gm)) {
    const text = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase();
    const slug = text.replace(/[^\p{L}\p{M}\p{N}\p{Pc}\- ]/gu, '').replaceAll(' ', '-');
    const times = seen.get(slug) ?? 0;
    seen.set(slug, times + 1);
    found.add(times === 0 ? slug : `${slug}-${times}`);
  }
  return found;
}

function linkTargets(markdown: string): string[] {
  const text = prose(markdown);
  const inline = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
  const html = [...text.matchAll(/(?:href|src)="([^"]+)"/g)].map(([, target = '']) => target);
  return [...inline, ...html].filter((target) => !/^[a-z]+:/i.test(target));
}

it.each(DOCUMENTS)('the links of %s lead somewhere', (document) => {
  const broken = linkTargets(read(document)).filter((target) => {
    const [path = '', anchor] = target.split('#', 2);
    const file = path === '' ? document : normalize(join(dirname(document), path));
    if (!exists(file)) return true;
    return anchor !== undefined && !(file.endsWith('.md') && anchors(read(file)).has(anchor));
  });
  expect(broken).toEqual([]);
});

/** Documents of one room name files from that room on. */
const BASES = ['', 'src/', 'src/app/', 'src/connection/', 'docs/'];
const FOLDERS = /^(src|sw|server|e2e|scripts|docs|bench|public)\/[\w./-]*$/;
const SOURCE = /^[\w.-]+(\/[\w.-]+)+\.(ts|tsx|mjs|js|md|css|html|webmanifest)$/;

it.each(DOCUMENTS)('the files that %s names are there', (document) => {
  const codes = [...prose(read(document)).matchAll(/`([^`\n]+)`/g)].map(([, code = '']) => code);
  const named = codes.filter((code) => FOLDERS.test(code) || SOURCE.test(code));
  const missing = named.filter(
    (path) => ![...BASES, `${dirname(document)}/`].some((base) => exists(base + path)),
  );
  expect(missing).toEqual([]);
});

it.each(DOCUMENTS)('the commands of %s can be run', (document) => {
  const text = read(document);
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
  const own = exists(`${dirname(document)}/package.json`)
    ? (JSON.parse(read(`${dirname(document)}/package.json`)) as { scripts?: Record<string, string> }).scripts
    : {};
  const known = { ...scripts, ...own };
  const unknown = [...text.matchAll(/npm run ([\w:-]+)/g)]
    .map(([, name = '']) => name)
    .filter((n) => !(n in known));
  const files = [...text.matchAll(/\bnode ((?:scripts|bench)\/[\w/-]+\.mjs)/g)].map(([, path = '']) => path);
  const tests = [...text.matchAll(/vitest run ([\w./-]+)/g)].map(([, path = '']) => path);
  expect([...unknown, ...[...files, ...tests].filter((path) => !exists(path))]).toEqual([]);
});

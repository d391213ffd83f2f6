/** docs/protocol.md names every message, its fields, and every name that pages, workers and the server share. */
import { expect, it } from 'vitest';
import { files, read, section, tableRows } from './documents.ts';

const PROTOCOL = read('docs/protocol.md');
const SOURCES = [...files('src', /\.tsx?$/), ...files('sw', /\.ts$/)].filter(
  (path) => !/\.test\.tsx?$|test-doubles\.ts$/.test(path),
);

/** The fields of an interface, in the order of the source. */
function fieldsOf(path: string, name: string): string[] {
  const body = new RegExp(`interface ${name} \\{\\n([\\s\\S]*?)\\n\\}`).exec(read(path))?.[1];
  if (body === undefined) throw new Error(`${path} has no interface ${name}.`);
  return [...body.matchAll(/^ {2}(\w+)\??:/gm)].map(([, field = '']) => field);
}

/** Every message with an envelope (`v`, `t`) in the types of a file, with its fields. */
function messagesOf(path: string): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const [, kind = '', fields = '', more] of read(path).matchAll(
    /\{\s*v: 1;\s*t: '([a-z-]+)'([^}]*)\}(?: & (\w+))?/g,
  )) {
    const own = [...fields.matchAll(/(\w+)\??:/g)].map(([, field = '']) => field);
    found.set(kind, more === undefined ? own : [...own, ...fieldsOf(path, more)]);
  }
  return found;
}

/** What the tables of a section name: `kind {field, field}`. */
function documented(heading: string): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const [first = ''] of tableRows(section(PROTOCOL, heading))) {
    const [, kind, fields = ''] = /^`([A-Za-z_-]+)(?: \{([^}]*)\})?`$/.exec(first) ?? [];
    if (kind !== undefined)
      found.set(
        kind,
        fields
          .split(/, */)
          .filter(Boolean)
          .map((field) => field.replace('?', '')),
      );
  }
  return found;
}

it('the messages of the line', () => {
  expect(documented('The line')).toEqual(messagesOf('src/shared/line-messages.ts'));
});

it('the messages of the session', () => {
  expect(documented('The session')).toEqual(messagesOf('src/shared/page-data.ts'));
});

it.each([
  ['WorkerInit', 'src/connection/worker/worker-init.ts', 'The SharedWorker’s port'],
  ['LookMessage', 'src/app/rules/lookers.ts', 'What is looked at'],
  ['MatchRequest', 'src/app/filter/matcher.ts', 'The filter’s worker'],
  ['MatchAnswer', 'src/app/filter/matcher.ts', 'The filter’s worker'],
  ['TokenAnswer', 'src/shared/token.ts', 'The token'],
])('the fields of %s', (name, path, heading) => {
  expect(documented(heading).get(name)).toEqual(fieldsOf(path, name));
});

it('the fields of the status', () => {
  const named = tableRows(section(PROTOCOL, 'What the status says')).flatMap(([first = '']) =>
    [...first.matchAll(/`(\w+)`/g)].map(([, field = '']) => field),
  );
  expect(named.sort()).toEqual(fieldsOf('src/shared/line-messages.ts', 'LeaderStatus').sort());
});

it('no message of another envelope goes unnamed', () => {
  const kinds = SOURCES.flatMap((path) => [...read(path).matchAll(/\bv: 1[;,]\s*t: '([a-z-]+)'/g)]).map(
    ([, kind = '']) => kind,
  );
  const known = new Set([...documented('The line').keys(), ...documented('The session').keys()]);
  expect(kinds.filter((kind) => !known.has(kind))).toEqual([]);
  const shouted = SOURCES.filter((path) => /^(sw|src\/pwa)\//.test(path)).flatMap((path) => [
    ...read(path).matchAll(/\btype\b[^\n]*'([A-Z]+(?:_[A-Z]+)+)'/g),
  ]);
  const toAndFrom = new Set(documented('The service worker').keys());
  expect(new Set(shouted.map(([, kind = '']) => kind))).toEqual(toAndFrom);
});

it('every place that opens a channel, a worker or a lock is one that the document knows', () => {
  const opening = SOURCES.filter((path) =>
    /new (?:deps\.)?BroadcastChannel\(|new (?:Shared)?Worker\(|\blocks\s*\.request\(|manager\s*\.request\(/.test(
      read(path),
    ),
  );
  expect(opening.filter((path) => !PROTOCOL.includes(`\`${path}\``))).toEqual([]);
});

it('every name that is shared is in the document', () => {
  const names = SOURCES.flatMap((path) => [...read(path).matchAll(/['`](switchboard[-:][a-z-]*:?)/g)]).map(
    ([, name = '']) => name,
  );
  // What a download is called is no name that anybody shares.
  const shared = [...new Set(names)].filter(
    (name) => !['switchboard-', 'switchboard-default-orders-'].includes(name),
  );
  expect(shared.filter((name) => !PROTOCOL.includes(`\`${name}`))).toEqual([]);
  expect(shared.length).toBeGreaterThan(15);
});

it('the headers of a token request', () => {
  const headers = [...read('src/shared/token.ts').matchAll(/'(x-switchboard-[a-z]+)'/g)].map(
    ([, name = '']) => name,
  );
  expect(headers.length).toBe(2);
  for (const header of headers) expect(section(PROTOCOL, 'The token')).toContain(`\`${header}`);
});

import { describe, expect, it } from 'vitest';
import { safeReturnPath } from './return-path.ts';

describe('safeReturnPath', () => {
  it.each([
    '/',
    '/c/default/orders',
    '/c/default/*',
    '/c/default/orders?a=1&b=%20#part',
    '/authors',
    '/c/a//b',
  ])('keeps the local path %s', (path) => {
    expect(safeReturnPath(path)).toBe(path);
  });

  it.each([
    ['another site', 'https://evil.example/'],
    ['a scheme of its own', 'javascript:alert(1)'],
    ['no leading slash', 'c/default'],
    ['a host by two slashes', '//evil.example'],
    ['a host by slash and backslash', '/\\evil.example'],
    ['a backslash further on', '/c\\..\\evil'],
    ['a host behind dot segments', '/.//evil.example'],
    ['a host behind upward segments', '/c/..//evil.example'],
    ['a tab, which browsers drop', '/\t/evil.example'],
    ['a line break', '/c\r\nset-cookie: a=b'],
    ['a zero byte', '/c\0'],
    ['a space', '/c d'],
    ['characters beyond ASCII', '/c/ä'],
    ['the sign-in itself', '/auth/sign-in'],
    ['the sign-out', '/auth'],
    ['the sign-out, encoded', '/%61uth/sign-out'],
    ['the API', '/api/cognito-token'],
    ['the sign-in behind dot segments', '/c/../auth/sign-in'],
    ['something far too long', `/${'a'.repeat(600)}`],
    ['an empty text', ''],
    ['nothing', undefined],
    ['several values', ['/a', '/b']],
  ])('falls back to / for %s', (_name, path) => {
    expect(safeReturnPath(path)).toBe('/');
  });
});

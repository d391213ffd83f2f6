/** docs/security.md shows the policy and the cookies that the server really sets. */
import { expect, it } from 'vitest';
import { contentSecurityPolicy } from '../../server/csp.ts';
import { createCookies } from '../../server/session/cookies.ts';
import { createTicket } from '../../server/session/ticket.ts';
import { LOOK_COOKIES } from '../../src/shared/page-data.ts';
import { read, section, tableRows } from './documents.ts';

const SECURITY = read('docs/security.md');

it('the content security policy is the one that is sent', () => {
  const shown = /```\n([\s\S]*?)```/.exec(section(SECURITY, 'Content Security Policy'))?.[1] ?? '';
  const sent = contentSecurityPolicy({
    nonce: '<nonce>',
    connect: ['<Event API>', '<its WebSocket>', '<the same over https>', '<EVENTS_HISTORY>'],
    forms: ['<the provider>'],
    secure: true,
    trustedTypes: true,
  });
  expect(shown.trim().split(/;\n/)).toEqual(sent.split('; '));
});

it('the cookies are those that are set, with their attributes', () => {
  const set = new Map<string, string>();
  const reply = {
    setCookie(name: string, _value: string, options: Record<string, unknown>) {
      const { httpOnly, secure, sameSite, path } = options;
      set.set(name, JSON.stringify({ httpOnly, secure, sameSite, path }));
      return reply;
    },
  } as unknown as Parameters<ReturnType<typeof createCookies>['setEpoch']>[0];
  const cookies = createCookies(true, () => 0);
  cookies.setTicket(reply, createTicket(), 1);
  cookies.setTransactions(reply, 'sealed', 1);
  cookies.setNotice(reply, 'text');
  cookies.setEpoch(reply, 1);

  const rows = tableRows(section(SECURITY, 'Cookies'));
  const named = rows.flatMap(([first = '']) =>
    [...first.matchAll(/`([\w-]+)`/g)].map(([, name = '']) => name),
  );
  expect(named.sort()).toEqual([...set.keys(), ...Object.values(LOOK_COOKIES)].sort());
  // One word for all of the server's own, as the table has it.
  expect(new Set(set.values())).toEqual(
    new Set([JSON.stringify({ httpOnly: true, secure: true, sameSite: 'lax', path: '/' })]),
  );
  expect(rows[0]?.[2]).toBe('`HttpOnly; Secure; SameSite=Lax; Path=/`');
});

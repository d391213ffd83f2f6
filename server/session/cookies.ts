/** The cookies of this server: names, attributes, and what may be read from them. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import {
  type Density,
  LANGUAGES,
  type Language,
  LOOK_COOKIES,
  type ThemeChoice,
} from '../../src/shared/page-data.ts';
import { parseEpoch } from './epoch.ts';
import { parseTicket, type Ticket } from './ticket.ts';

export interface Cookies {
  /** The session's ticket; null without a cookie of our shape. */
  ticket(request: FastifyRequest): Ticket | null;
  /** Whether a session cookie of any shape came along. */
  hasTicket(request: FastifyRequest): boolean;
  setTicket(reply: FastifyReply, ticket: Ticket, maxAgeSeconds: number): void;
  clearTicket(reply: FastifyReply): void;
  /** The highest epoch this browser remembers; 0 when none. */
  epoch(request: FastifyRequest): number;
  setEpoch(reply: FastifyReply, epoch: number): void;
  /** The sealed sign-ins under way. */
  transactions(request: FastifyRequest): string | undefined;
  /** `null` removes them. */
  setTransactions(reply: FastifyReply, value: string | null, maxAgeSeconds: number): void;
  /** What a form's answer tells the page that it leads to. In a cookie: an address could be anybody's words. */
  notice(request: FastifyRequest): string | undefined;
  /** `null` removes it. */
  setNotice(reply: FastifyReply, value: string | null): void;
  theme(request: FastifyRequest): ThemeChoice;
  density(request: FastifyRequest): Density;
  /** As chosen; else the browser's first language that we have; else the first of ours. */
  language(request: FastifyRequest): Language;
}

/** 400 days: the longest that browsers keep a cookie (RFC 6265bis). */
const EPOCH_MAX_AGE_S = 400 * 24 * 3_600;
/** The next page takes it out; if there is none, it goes by itself. */
const NOTICE_MAX_AGE_S = 60;

/** @param secure whether ORIGIN is https: `Secure`, and the `__Host-` prefix, which no sibling domain can set. */
export function createCookies(secure: boolean, now: () => number): Cookies {
  const prefix = secure ? '__Host-' : '';
  const session = `${prefix}switchboard`;
  const transaction = `${prefix}switchboard-sign-in`;
  const notice = `${prefix}switchboard-notice`;
  const epoch = 'switchboard-epoch';
  // Lax, not Strict: the way back from the provider is a cross-site navigation that must carry them.
  const attributes = { httpOnly: true, secure, sameSite: 'lax', path: '/' } as const;

  return {
    ticket: (request) => parseTicket(request.cookies[session]),
    hasTicket: (request) => request.cookies[session] !== undefined,
    setTicket(reply, ticket, maxAge) {
      reply.setCookie(session, ticket.value, { ...attributes, maxAge });
    },
    clearTicket(reply) {
      reply.clearCookie(session, attributes);
    },
    epoch: (request) => parseEpoch(request.cookies[epoch], now()),
    setEpoch(reply, value) {
      reply.setCookie(epoch, String(value), { ...attributes, maxAge: EPOCH_MAX_AGE_S });
    },
    transactions: (request) => request.cookies[transaction],
    setTransactions(reply, value, maxAge) {
      if (value === null) reply.clearCookie(transaction, attributes);
      else reply.setCookie(transaction, value, { ...attributes, maxAge });
    },
    notice: (request) => request.cookies[notice],
    setNotice(reply, value) {
      if (value === null) reply.clearCookie(notice, attributes);
      else reply.setCookie(notice, value, { ...attributes, maxAge: NOTICE_MAX_AGE_S });
    },
    theme(request) {
      const choice = request.cookies[LOOK_COOKIES.theme];
      return choice === 'light' || choice === 'dark' ? choice : 'system';
    },
    density: (request) => (request.cookies[LOOK_COOKIES.density] === 'compact' ? 'compact' : 'comfortable'),
    language(request) {
      const choice = request.cookies[LOOK_COOKIES.language];
      return (
        LANGUAGES.find((language) => language === choice) ??
        preferredLanguage(request.headers['accept-language'] ?? '')
      );
    },
  };
}

/** The first of our languages in an `Accept-Language` header (RFC 9110, 12.5.4), by its quality values. */
function preferredLanguage(header: string): Language {
  const wishes = header
    .slice(0, 200)
    .split(',')
    .map((part) => {
      const [tag = '', ...parameters] = part.trim().toLowerCase().split(';');
      const quality = parameters
        .map((text) => /^\s*q=([\d.]+)$/.exec(text)?.[1])
        .find((q) => q !== undefined);
      return { tag, quality: quality === undefined ? 1 : Number(quality) };
    })
    .filter(({ quality }) => quality > 0)
    .sort((a, b) => b.quality - a.quality);
  for (const { tag } of wishes) {
    const found = LANGUAGES.find((language) => tag === language || tag.startsWith(`${language}-`));
    if (found !== undefined) return found;
  }
  return LANGUAGES[0];
}

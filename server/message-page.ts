/**
 * A plain page that says one thing and what to do next: failed sign-ins, errors, unknown addresses. It needs no
 * script and nothing of the app, so that it works when everything else does not.
 */
import type { FastifyReply } from 'fastify';
import { escapeHtml } from './html.ts';
import { ERROR_CACHING } from './problem.ts';

export interface MessagePage {
  status: number;
  title: string;
  /** One or two sentences: what happened and what helps. */
  text: string;
  /** Links, the most useful first. */
  links: readonly { href: string; label: string }[];
  retryAfterSeconds?: number;
}

export function sendMessagePage(reply: FastifyReply, page: MessagePage): FastifyReply {
  if (page.retryAfterSeconds !== undefined) reply.header('retry-after', String(page.retryAfterSeconds));
  const { title, text, links } = page;
  const anchors = links.map(({ href, label }) => `<a href="${escapeHtml(href)}">${escapeHtml(label)}</a>`);
  const main = `<h1>${escapeHtml(title)}</h1><p>${escapeHtml(text)}</p><p>${anchors.join('')}</p>`;
  reply.headers(ERROR_CACHING);
  return reply
    .code(page.status)
    .type('text/html; charset=utf-8')
    .send(plainPage({ title, main, style: STYLE, nonce: reply.nonce }));
}

const STYLE = `:root{color-scheme:light dark;font:1rem/1.5 system-ui,sans-serif}
body{max-width:34rem;margin:18vh auto;padding:0 1.5rem}h1{font-size:1.4rem}
a{display:inline-block;margin:0 1.5rem 0 0}`;

export interface PlainPage {
  title: string;
  /** HTML; everything in it is escaped already. */
  main: string;
  style: string;
  nonce: string;
  /** Where the person chose one; else the system decides. */
  theme?: 'light' | 'dark';
}

/** A whole document without script. */
export function plainPage({ title, main, style, nonce, theme }: PlainPage): string {
  return `<!doctype html>
<html lang="en"${theme === undefined ? '' : ` data-theme="${theme}"`}>
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>${escapeHtml(title)} · Switchboard</title><style nonce="${nonce}">${style}</style></head>
<body><main>${main}</main></body>
</html>
`;
}

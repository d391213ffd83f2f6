/**
 * A plain page that says one thing and what to do next: failed sign-ins, errors, unknown addresses. It needs no
 * script and nothing of the app, so that it works when everything else does not.
 */
import type { FastifyReply } from 'fastify';
import { escapeHtml } from './html.ts';

export interface MessagePage {
  status: number;
  title: string;
  /** One or two sentences: what happened and what helps. */
  text: string;
  /** Links, the most useful first. */
  links: readonly { href: string; label: string }[];
  retryAfterSeconds?: number;
}

const STYLE = `:root{color-scheme:light dark;font:1rem/1.5 system-ui,sans-serif}
body{max-width:34rem;margin:18vh auto;padding:0 1.5rem}h1{font-size:1.4rem}
a{display:inline-block;margin:0 1.5rem 0 0}`;

export function sendMessagePage(reply: FastifyReply, page: MessagePage): FastifyReply {
  if (page.retryAfterSeconds !== undefined) reply.header('retry-after', String(page.retryAfterSeconds));
  return reply.code(page.status).type('text/html; charset=utf-8').send(render(page, reply.nonce));
}

function render({ title, text, links }: MessagePage, nonce: string): string {
  const anchors = links.map(({ href, label }) => `<a href="${escapeHtml(href)}">${escapeHtml(label)}</a>`);
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>${escapeHtml(title)} · Switchboard</title><style nonce="${nonce}">${STYLE}</style></head>
<body><main><h1>${escapeHtml(title)}</h1><p>${escapeHtml(text)}</p><p>${anchors.join('')}</p></main></body>
</html>
`;
}

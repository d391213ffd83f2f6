/** The HTML of the stand-in's sign-in: one self-contained page, no script, light and dark. */
import { createHash } from 'node:crypto';
import type { DemoUser } from '../demo-users.ts';

const STYLE = `
:root { color-scheme: light dark; --ground: #eef1f6; --card: #fff; --ink: #16202e; --soft: #56657a; --line: #c3ccd9;
  --accent: #1f5fd6; --on-accent: #fff; --bad: #b3261e; }
@media (prefers-color-scheme: dark) { :root { --ground: #0e131b; --card: #18202c; --ink: #e8edf5; --soft: #9fb0c6;
  --line: #3b485b; --accent: #7eaaff; --on-accent: #0a1730; --bad: #ff8f86; } }
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1.5rem; background: var(--ground);
  color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; }
main { width: 100%; max-width: 24rem; padding: 2rem; background: var(--card); border-radius: 1rem;
  box-shadow: 0 1px 2px rgb(0 0 0 / .12), 0 12px 32px rgb(0 0 0 / .12); }
h1 { margin: 0; font-size: 1.4rem; line-height: 1.25; }
p { margin: .25rem 0 1.25rem; color: var(--soft); }
.error { margin: 0 0 1rem; padding: .6rem .8rem; border: 1px solid var(--bad); border-radius: .5rem; color: var(--bad); }
label { display: block; margin: 0 0 .25rem; font-weight: 600; }
input { width: 100%; margin: 0 0 1rem; padding: .6rem .75rem; border: 1px solid var(--line); border-radius: .5rem;
  background: transparent; color: inherit; font: inherit; }
button { width: 100%; padding: .65rem 1rem; border: 1px solid var(--accent); border-radius: .5rem;
  background: var(--accent); color: var(--on-accent); font: inherit; font-weight: 600; cursor: pointer; }
button.plain { margin-top: .5rem; background: transparent; color: var(--accent); }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
h2 { margin: 1.75rem 0 0; padding-top: 1.25rem; border-top: 1px solid var(--line); font-size: 1rem; }
h2 + p { margin-bottom: .5rem; font-size: .875rem; }
code { font-size: .9em; }
a { color: var(--accent); }
`;

const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64');

/**
 * Headers that go with both pages.
 * @param formTargets origins to which the form may lead. Browsers also check the redirects after it against
 *   this list, so the app must be named: the last step of a sign-in is its callback.
 */
export function pageHeaders(formTargets: readonly string[]): Record<string, string> {
  return {
    'content-security-policy': [
      "default-src 'none'",
      `style-src 'sha256-${STYLE_HASH}'`,
      `form-action ${["'self'", ...formTargets].join(' ')}`,
      "base-uri 'none'",
      "frame-ancestors 'none'",
    ].join('; '),
    'referrer-policy': 'same-origin',
    'cross-origin-opener-policy': 'same-origin',
    'x-frame-options': 'DENY',
  };
}

export interface SignInPageInput {
  /** Path that the forms post to. */
  action: string;
  users: readonly DemoUser[];
  /** What was wrong with the last try. */
  error?: string;
  /** What was typed as the name on the last try. */
  username?: string;
}

export function signInPage({ action, users, error, username = '' }: SignInPageInput): string {
  const buttons = users
    .map(
      (user) =>
        `<button class="plain" name="demo" value="${escapeHtml(user.username)}">Continue as ${escapeHtml(user.username)}</button>`,
    )
    .join('\n');
  const passwords = users
    .map((user) => `<code>${escapeHtml(user.username)}</code> / <code>${escapeHtml(user.password)}</code>`)
    .join('<br>');
  const alert = error === undefined ? '' : `<div class="error" role="alert">${escapeHtml(error)}</div>`;
  const invalid = error === undefined ? '' : ' aria-invalid="true"';
  return page(
    'Sign in',
    `<h1>Sign in</h1>
<p>Local stand-in for Cognito. It runs on this machine only.</p>
${alert}
<form method="post" action="${escapeHtml(action)}">
<label for="username">Username</label>
<input id="username" name="username" autocomplete="username" autocapitalize="none" spellcheck="false" required value="${escapeHtml(username)}"${invalid}>
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" required${invalid}>
<button>Sign in</button>
</form>
<h2>Demo users</h2>
<p>${passwords}</p>
<form method="post" action="${escapeHtml(action)}">
${buttons}
</form>`,
  );
}

/** A page that says what went wrong and offers the way back. */
export function messagePage(title: string, text: string, backTo: string): string {
  return page(
    title,
    `<h1>${escapeHtml(title)}</h1>
<p>${escapeHtml(text)}</p>
<a href="${escapeHtml(backTo)}">Back to the app</a>`,
  );
}

function page(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)} · Switchboard local</title>
<style>${STYLE}</style>
</head>
<body>
<main>
${body}
</main>
</body>
</html>
`;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
}

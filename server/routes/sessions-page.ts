/** The page "Where you are signed in" as HTML: plain forms, no script, light and dark, narrow and wide. */
import { escapeHtml } from '../html.ts';
import { plainPage } from '../message-page.ts';

/** A session as the page and `GET /api/sessions` show it. All times are wall-clock milliseconds. */
export interface SessionView {
  /** Names it in the form. Of no use as a ticket. */
  session: string;
  /** Whether it is the one that asks. */
  current: boolean;
  browser: string;
  createdAt: number;
  /** The person's last activity, to the minute. */
  lastSeenAt: number;
  /** When the newest access token that it was given ends. */
  accessEndsAt: number;
}

export interface EndedNotice {
  count: number;
  /** When the last access token of the ended ones ends; 0: none has any. */
  until: number;
}

export interface SessionsPageInput {
  username: string;
  sessions: readonly SessionView[];
  notice: EndedNotice | null;
  now: number;
  nonce: string;
  theme?: 'light' | 'dark';
}

export function renderSessionsPage({
  username,
  sessions,
  notice,
  now,
  nonce,
  theme,
}: SessionsPageInput): string {
  const title = 'Where you are signed in';
  const others = sessions.filter(({ current }) => !current);
  const main = `<p><a href="/">Back to Switchboard</a></p>
<h1>${title}</h1>
<p>Signed in as <strong>${escapeHtml(username)}</strong> in ${count(sessions.length, 'browser')}.</p>
${notice === null ? '' : `<p role="status" class="notice">${noticeText(notice, now)}</p>`}
<ul>${sessions.map((session) => item(session, now)).join('\n')}</ul>
<div class="all">${others.length === 0 ? '' : form('others', 'End all other sessions')}
${form('all', 'End all sessions, this one too')}</div>
<h2>What ending a session does</h2>
<p>It gets no new access token from that moment on. The access token that it was given last cannot be called back:
whoever holds it can use it until the time shown above.</p>
<p>Of another session, the refresh token is erased here at once. Only that browser could have opened it, so it cannot
be revoked at the sign-in service as well; there it stays valid, unused, until its own end. Signing out in that browser
instead revokes it.</p>`;
  return plainPage({ title, main, style: STYLE, nonce, ...(theme === undefined ? {} : { theme }) });
}

function item(
  { session, current, browser, createdAt, lastSeenAt, accessEndsAt }: SessionView,
  now: number,
): string {
  const id = `session-${escapeHtml(session)}`;
  const life = accessEndsAt > now ? `works until ${time(accessEndsAt, now)}` : 'none that still works';
  const button = current ? 'Sign out of this browser' : 'End this session';
  return `<li${current ? ' aria-current="true"' : ''}>
<h2 id="${id}">${escapeHtml(browser)}${current ? ' <span class="badge">this one</span>' : ''}</h2>
<dl><div><dt>Signed in</dt><dd>${time(createdAt, now)}</dd></div>
<div><dt>Last seen</dt><dd>${time(lastSeenAt, now)}</dd></div>
<div><dt>Access token</dt><dd>${life}</dd></div></dl>
${form('one', button, { session, describedBy: id })}</li>`;
}

function form(end: string, label: string, one?: { session: string; describedBy: string }): string {
  const session = one ? `<input type="hidden" name="session" value="${escapeHtml(one.session)}">` : '';
  const described = one ? ` aria-describedby="${one.describedBy}"` : '';
  return `<form method="post" action="/auth/sessions"><input type="hidden" name="end" value="${end}">${session}<button${described}>${label}</button></form>`;
}

function noticeText({ count: ended, until }: EndedNotice, now: number): string {
  if (ended === 0) return 'There was nothing left to end: it had ended already.';
  const done = `${count(ended, 'session')} ended.`;
  return until > now ? `${done} The last access token given out works until ${time(until, now)}.` : done;
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}

const RELATIVE = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });
const ABSOLUTE = new Intl.DateTimeFormat('en-GB', {
  dateStyle: 'medium',
  timeStyle: 'short',
  timeZone: 'UTC',
});
const UNITS = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
] as const;

/** Both ways: nobody knows here which time zone the reader lives in. */
function time(at: number, now: number): string {
  const iso = new Date(at).toISOString();
  return `<time datetime="${iso}">${ABSOLUTE.format(at)} UTC (${relative(at - now)})</time>`;
}

function relative(ms: number): string {
  const [unit, size] = UNITS.find(([, length]) => Math.abs(ms) >= length) ?? ['second', 1_000];
  return RELATIVE.format(Math.trunc(ms / size), unit);
}

/** The colours and measures of the app, as far as this page needs them. */
const STYLE = `:root{color-scheme:light dark;--bg:light-dark(#f3f5f8,#0e1118);--surface:light-dark(#fff,#151922);
--raised:light-dark(#fff,#1d2330);--line:light-dark(#dde2ea,#272e3c);--text:light-dark(#171c27,#e7eaf1);
--muted:light-dark(#545e72,#9ea8bc);--accent:light-dark(#2f55c9,#93abff);--good:light-dark(#13743a,#57cd86);
--good-soft:light-dark(#e0f4e7,#14301f);font:1rem/1.5 system-ui,sans-serif}
:root[data-theme=light]{color-scheme:light}:root[data-theme=dark]{color-scheme:dark}
body{max-width:42rem;margin:0 auto;padding:1.5rem 1rem 3rem;background:var(--bg);color:var(--text);overflow-wrap:anywhere}
h1{font-size:1.4rem}h2{font-size:1rem;margin:0}a{color:var(--accent)}
ul{list-style:none;margin:1rem 0;padding:0;display:grid;gap:.75rem}
li{padding:1rem;border:1px solid var(--line);border-radius:.5rem;background:var(--surface)}
dl{margin:.5rem 0 .75rem}dl div{display:flex;flex-wrap:wrap;gap:0 .5rem}dt{color:var(--muted);min-width:7rem}dd{margin:0}
.badge{margin-left:.25rem;padding:.1rem .5rem;border-radius:1rem;background:var(--good-soft);color:var(--good);
font-size:.8rem;font-weight:600}
.notice{padding:.75rem 1rem;border-radius:.5rem;background:var(--good-soft)}
.all{display:flex;flex-wrap:wrap;gap:.75rem;margin:1rem 0 2rem}
button{min-height:2.75rem;padding:.25rem 1rem;border:1px solid var(--line);border-radius:.5rem;background:var(--raised);
color:var(--text);font:inherit;font-weight:500;cursor:pointer}
:focus-visible{outline:2px solid var(--accent);outline-offset:2px}`;

/**
 * The colour theme lives in one attribute of the document, so that the server can send it with the first HTML;
 * a cookie tells the server, the desk remembers it for the user.
 */
import type { ThemeChoice } from '../../shared/page-data.ts';

/** The cookie that the server reads for `data-theme`. */
const THEME_COOKIE = 'switchboard-theme';
const YEAR_MS = 365 * 24 * 3600 * 1000;

/** Shows `theme` now and in the next first HTML. */
export function applyTheme(theme: ThemeChoice): void {
  const root = document.documentElement;
  if (root.dataset.theme === theme) return;
  root.dataset.theme = theme;
  // The window's frame follows: of the two colours in the document, each for a colour scheme, one holds alone.
  for (const meta of document.querySelectorAll<HTMLMetaElement>('meta[name="theme-color"][data-scheme]')) {
    const { scheme } = meta.dataset;
    meta.media =
      theme === 'system' ? `(prefers-color-scheme: ${scheme})` : theme === scheme ? 'all' : 'not all';
  }
  // Without the Cookie Store API the next page starts with the system's colours and changes when it hydrates.
  if (!('cookieStore' in globalThis)) return;
  void globalThis.cookieStore
    .set({ name: THEME_COOKIE, value: theme, path: '/', sameSite: 'lax', expires: Date.now() + YEAR_MS })
    .catch(() => {});
}

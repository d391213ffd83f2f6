/**
 * Theme, density and language live in attributes of the document, so that the server can send them with the first
 * HTML; cookies tell the server, the preferences remember them for the user.
 */
import { type Density, type Language, LOOK_COOKIES, type ThemeChoice } from '../../shared/page-data.ts';

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
  remember('theme', theme);
}

export function applyDensity(density: Density): void {
  const root = document.documentElement;
  if (root.dataset.density === density) return;
  root.dataset.density = density;
  remember('density', density);
}

/** The words themselves come from the catalogue; this is how the document says which language they are in. */
export function applyLanguage(language: Language): void {
  if (document.documentElement.lang === language) return;
  document.documentElement.lang = language;
  remember('language', language);
}

function remember(choice: keyof typeof LOOK_COOKIES, value: string): void {
  // Without the Cookie Store API the next page starts as the server thinks best, and changes when it hydrates.
  if (!('cookieStore' in globalThis)) return;
  void globalThis.cookieStore
    .set({
      name: LOOK_COOKIES[choice],
      value,
      path: '/',
      sameSite: 'lax',
      expires: Date.now() + YEAR_MS,
    })
    .catch(() => {});
}

/**
 * The template around the app. Placeholders: `<!--head-->` (title), `<!--app-->` (React's output),
 * `<!--page-data-->` (the data the page hydrates with), `__CSP_NONCE__`, `__THEME__`,
 * `__DENSITY__`, and the `lang` of the document.
 */
import { createHash } from 'node:crypto';
import { PAGE_DATA_ID, type PageData } from '../src/shared/page-data.ts';
import { escapeHtml, jsonForScript } from './html.ts';

export interface PageFrame {
  before: string;
  after: string;
}

/** The page's two halves; the app's output goes between them. */
export function fillTemplate(template: string, data: PageData, nonce: string): PageFrame {
  const title = data.channel === null ? 'Switchboard' : `${data.channel} · Switchboard`;
  const pageData = `<script type="application/json" id="${PAGE_DATA_ID}">${jsonForScript(data)}</script>`;
  const fill = (half: string) =>
    half
      // First what is ours alone: the data may hold anything, a placeholder's text too.
      .replaceAll('__CSP_NONCE__', nonce)
      .replaceAll('__THEME__', data.theme)
      .replaceAll('__DENSITY__', data.density)
      .replace('<html lang="en"', `<html lang="${data.language}"`)
      .replace('<!--head-->', () => `<title>${escapeHtml(title)}</title>`)
      .replace('<!--page-data-->', () => pageData);
  const at = template.indexOf('<!--app-->');
  if (at < 0) throw new Error('The page template has no <!--app--> placeholder.');
  return { before: fill(template.slice(0, at)), after: fill(template.slice(at + '<!--app-->'.length)) };
}

/** A name for a build that has none: its template names every file by content, so it changes with each. */
export function nameOfTemplate(template: string): string {
  return createHash('sha256').update(template).digest('hex').slice(0, 12);
}

/** The words of the connection panel, in the language of the page. Part of what is loaded with the panel. */
import type { Language } from '../../shared/page-data.ts';
import { type PanelText, panelEn } from './panel-en.ts';
import { panelZh } from './panel-zh.ts';
import { useText } from './use-text.ts';

const LANGUAGES: Readonly<Record<Language, PanelText>> = { en: panelEn, zh: panelZh };

export function usePanelText(): PanelText {
  return LANGUAGES[useText().language];
}

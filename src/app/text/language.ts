/**
 * Which language the page speaks. English comes with the page; another one is loaded when it is chosen, or before
 * the page hydrates when the server rendered in it.
 */
import type { Language } from '../../shared/page-data.ts';
import { createStore, type Store } from '../../shared/store.ts';
import type { Catalogue } from './catalogue.ts';
import { en } from './en.ts';

/** What each language calls itself. */
export const LANGUAGE_NAMES: Readonly<Record<Language, string>> = { en: 'English', zh: '中文' };

export interface LanguageService {
  readonly text: Store<Catalogue>;
  /** Speaks `language` from now on; rejects, and changes nothing, when it cannot be loaded. */
  choose(language: Language): Promise<void>;
}

export async function loadCatalogue(language: Language): Promise<Catalogue> {
  switch (language) {
    case 'en':
      return en;
    case 'zh':
      return (await import('./zh.ts')).zh;
    default:
      return language satisfies never;
  }
}

export function createLanguage(initial: Catalogue): LanguageService {
  const text = createStore(initial);
  let wanted: Language = initial.language;
  return {
    text,
    async choose(language) {
      wanted = language;
      if (text.get().language === language) return;
      const catalogue = await loadCatalogue(language);
      // Chosen anew while it was loading: the last choice holds.
      if (wanted === language) text.set(catalogue);
    },
  };
}

/** The composer's words in the language of the page. */
import { useMemo } from 'react';
import type { Catalogue } from '../text/catalogue.ts';
import { type ComposerText, composerEn } from '../text/composer-en.ts';
import { composerZh } from '../text/composer-zh.ts';
import { useText } from '../text/use-text.ts';

export function composerTextFor({ language, format }: Catalogue): ComposerText {
  return language === 'zh' ? composerZh(format) : composerEn(format);
}

export function useComposerText(): ComposerText {
  const text = useText();
  return useMemo(() => composerTextFor(text), [text]);
}

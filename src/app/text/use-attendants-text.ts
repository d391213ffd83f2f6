/** The words of watch rules and launches, in the language of the page. Part of what is loaded with them. */
import type { Language } from '../../shared/page-data.ts';
import { type AttendantsText, attendantsEn } from './attendants-en.ts';
import { attendantsZh } from './attendants-zh.ts';
import { useText } from './use-text.ts';

const LANGUAGES: Readonly<Record<Language, AttendantsText>> = { en: attendantsEn, zh: attendantsZh };

export function useAttendantsText(): AttendantsText {
  return LANGUAGES[useText().language];
}

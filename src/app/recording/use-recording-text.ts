/** The words of recordings in the language of the page. */
import { useMemo } from 'react';
import { type RecordingText, recordingEn } from '../text/recording-en.ts';
import { recordingZh } from '../text/recording-zh.ts';
import { useText } from '../text/use-text.ts';

export function useRecordingText(): RecordingText {
  const { language, format } = useText();
  return useMemo(() => (language === 'zh' ? recordingZh(format) : recordingEn(format)), [language, format]);
}

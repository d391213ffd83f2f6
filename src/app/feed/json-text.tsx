/** JSON text in colours. Always text nodes: whatever an event holds, it is shown, never run. */
import { memo } from 'react';
import { tokenizeJson } from './json-tokens.ts';

interface JsonTextProps {
  source: string;
  /** More coloured pieces than anybody reads would only cost time; the rest is plain. */
  pieces: number;
}

export const JsonText = memo(function JsonText({ source, pieces }: JsonTextProps) {
  let at = 0;
  return tokenizeJson(source, pieces).map((token) => {
    const key = at;
    at += token.text.length;
    if (token.kind === 'other') return token.text;
    return (
      <span key={key} className={`json-${token.kind}`}>
        {token.text}
      </span>
    );
  });
});

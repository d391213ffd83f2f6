/** JSON text in colours. Always text nodes: whatever an event holds, it is shown, never run. */
import { memo } from 'react';
import { tokenizeJson } from './json-tokens.ts';

interface JsonTextProps {
  source: string;
  /** More coloured pieces than anybody reads would only cost time; the rest is plain. */
  pieces: number;
}

export const JsonText = memo(function JsonText({ source, pieces }: JsonTextProps) {
  return tokenizeJson(source, pieces).map((token, at) => {
    if (token.kind === 'other') return token.text;
    return (
      // biome-ignore lint/suspicious/noArrayIndexKey: a piece is nothing but its place; so the elements serve the next text.
      <span key={at} className={`json-${token.kind}`}>
        {token.text}
      </span>
    );
  });
});

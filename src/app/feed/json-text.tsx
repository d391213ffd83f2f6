/** JSON text in colours. Always text nodes: whatever an event holds, it is shown, never run. */
import { memo } from 'react';
import { tokenizeJson } from './json-tokens.ts';

/** More coloured pieces than anybody reads would only cost time; the rest is plain. */
const MAX_PIECES = 400;

export const JsonText = memo(function JsonText({ source }: { source: string }) {
  let at = 0;
  return tokenizeJson(source, MAX_PIECES).map((token) => {
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

/**
 * JSON text as coloured pieces, and re-indented, without parsing it: numbers keep all their digits, repeated
 * names stay, and text that is not JSON comes out as it went in. Iterative, so depth costs nothing.
 */

type JsonTokenKind = 'key' | 'string' | 'number' | 'word' | 'mark' | 'other';

export interface JsonToken {
  kind: JsonTokenKind;
  text: string;
}

// Closed text, then text that the end cut off, number, word, mark, white space, anything else.
const TOKEN =
  /"(?:[^"\\]|\\.)*"|"(?:[^"\\]|\\.)*\\?$|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null|[{}[\],:]|\s+|./gsu;

/**
 * The pieces of `text`, all of them: joined they give `text` again. After `limit` pieces the rest is one piece.
 */
export function tokenizeJson(text: string, limit = Number.POSITIVE_INFINITY): JsonToken[] {
  const tokens: JsonToken[] = [];
  let end = 0;
  for (const match of text.matchAll(TOKEN)) {
    if (tokens.length >= limit) {
      tokens.push({ kind: 'other', text: text.slice(end) });
      return tokens;
    }
    const piece = match[0];
    end = match.index + piece.length;
    const last = tokens.at(-1);
    const kind = kindOf(piece);
    if (piece === ':') {
      const name = tokens.findLast((token) => token.text.trim() !== '');
      if (name?.kind === 'string') name.kind = 'key';
    }
    if (last !== undefined && last.kind === 'other' && kind === 'other') last.text += piece;
    else tokens.push({ kind, text: piece });
  }
  return tokens;
}

function kindOf(piece: string): JsonTokenKind {
  const first = piece.charAt(0);
  if (first === '"') return 'string';
  if (/^-?\d/.test(piece)) return 'number';
  if (piece === 'true' || piece === 'false' || piece === 'null') return 'word';
  return '{}[],:'.includes(first) ? 'mark' : 'other';
}

/** Deeper levels are not indented further, so that hostile depth does not multiply the text. */
const MAX_INDENT = 40;

/** Valid JSON text spread over lines, two blanks a level. The values are untouched. */
export function prettyJson(text: string): string {
  let out = '';
  let depth = 0;
  const newLine = () => `\n${'  '.repeat(Math.min(depth, MAX_INDENT))}`;
  const tokens = tokenizeJson(text).filter((token) => token.text.trim() !== '');
  tokens.forEach((token, index) => {
    const next = tokens[index + 1]?.text;
    switch (token.text) {
      case '{':
      case '[':
        depth += 1;
        out += token.text;
        if (next !== '}' && next !== ']') out += newLine();
        break;
      case '}':
      case ']': {
        depth -= 1;
        const before = tokens[index - 1]?.text;
        if (before !== '{' && before !== '[') out += newLine();
        out += token.text;
        break;
      }
      case ',':
        out += `,${newLine()}`;
        break;
      case ':':
        out += ': ';
        break;
      default:
        out += token.text;
    }
  });
  return out;
}

/** Whether `text` is JSON. */
export function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

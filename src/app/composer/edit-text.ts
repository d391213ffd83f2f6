/** Editing that a plain text field lacks: it goes through the browser's own undo wherever the browser allows that. */
import { prettyJson } from '../feed/json-tokens.ts';
import { replaceVariables } from './variables.ts';

/** Longer texts are replaced without undo: browsers take seconds to type them in. UTF-16 units. */
const MAX_TYPED_CHARS = 50_000;

/** Types `text` over the selection, with undo. Whether the browser did it. */
function type(field: HTMLTextAreaElement, text: string): boolean {
  field.focus();
  // Deprecated, and still the only way that keeps the field's undo.
  return document.execCommand('insertText', false, text);
}

/** What Enter inserts after `before`, and how far the caret then goes back. */
export function indentAfter(before: string, after: string): { insert: string; back: number } {
  const indent = /^[ \t]*/.exec(before.slice(before.lastIndexOf('\n') + 1))?.[0] ?? '';
  const opens = /[{[]\s*$/.test(before);
  if (!opens) return { insert: `\n${indent}`, back: 0 };
  const closes = /^\s*[}\]]/.test(after);
  const tail = closes ? `\n${indent}` : '';
  return { insert: `\n${indent}  ${tail}`, back: tail.length };
}

/** A new line that is indented as JSON is. Whether it was done. */
export function breakLine(field: HTMLTextAreaElement): boolean {
  const { value, selectionStart, selectionEnd } = field;
  const { insert, back } = indentAfter(value.slice(0, selectionStart), value.slice(selectionEnd));
  if (!type(field, insert)) return false;
  const caret = selectionStart + insert.length - back;
  field.setSelectionRange(caret, caret);
  return true;
}

/** Puts `text` in place of all there is; `set` does it where the browser does not. */
export function replaceAll(field: HTMLTextAreaElement, text: string, set: (text: string) => void): void {
  field.select();
  if (field.value.length + text.length > MAX_TYPED_CHARS || !type(field, text)) set(text);
  field.focus();
}

/** Selects the mistake at an offset and brings it into view. */
export function showPlace(field: HTMLTextAreaElement, at: number): void {
  field.focus();
  field.setSelectionRange(at, at + 1);
  const line = field.value.slice(0, at).split('\n').length;
  const height = Number.parseFloat(getComputedStyle(field).lineHeight);
  field.scrollTop = Math.max(0, (line - 2) * height);
}

/** Marks from the private use area: text that holds them already is left as it is. */
const [TEXT_MARK, VALUE_MARK] = ['\uE000', '\uE001'];

/** The draft over several lines; variables stay. Only for text that `checkDraft` finds nothing wrong with. */
export function formatDraft(source: string): string {
  if (source.includes(TEXT_MARK) || source.includes(VALUE_MARK)) return source;
  const written: string[] = [];
  const marked = replaceVariables(source, (variable) => {
    written.push(variable.written);
    return variable.inText ? TEXT_MARK : `"${VALUE_MARK}"`;
  });
  return prettyJson(marked).replace(/\uE000|"\uE001"/gu, () => written.shift() ?? '');
}

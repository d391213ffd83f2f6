/**
 * When two texts are the same event. A history may write JSON in another way than the service does (blanks, the order
 * of keys, `1.0`), so texts are compared by what they say. Numbers with more digits than a double holds keep all of
 * them: two ids that differ only there are two events.
 */

const STRING_OR_NUMBER = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;
/** Every number of so many digits comes back from a double as it was. */
const SAFE_DIGITS = 15;
/** NUL, escaped: no text of people begins with it. */
const LONG_NUMBER = '\\u0000';

/** The same key for texts that say the same; a text that is no JSON is its own key. */
export function eventKey(text: string): string {
  try {
    const guarded = text.replace(STRING_OR_NUMBER, (token) =>
      token.startsWith('"') || token.replace(/\D/g, '').length <= SAFE_DIGITS
        ? token
        : `"${LONG_NUMBER}${token}"`,
    );
    return JSON.stringify(JSON.parse(guarded), (_key, value: unknown) =>
      isObject(value) ? sorted(value) : value,
    );
  } catch {
    return text;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function sorted(value: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Whether an event carries an id of its own, by which a reader can tell a second copy. */

const UUID = /^[\da-f]{8}-(?:[\da-f]{4}-){3}[\da-f]{12}$/i;
/** https://github.com/ulid/spec: 26 characters of Crockford's base 32, the first at most 7. */
const ULID = /^[0-7][\dA-HJKMNP-TV-Z]{25}$/i;

/** @param event JSON text. */
export function isIdentified(event: string): boolean {
  const value: unknown = JSON.parse(event);
  if (typeof value !== 'object' || value === null || !('id' in value)) return false;
  const { id } = value;
  return typeof id === 'string' && (UUID.test(id) || ULID.test(id));
}

/** Where a sign-in may return to: a path of this app, never another site. */

/** Longer ones are not worth carrying through the sign-in. */
const MAX_LENGTH = 512;
/** One `/` followed by neither `/` nor `\` (both make another host), only visible ASCII, no backslash at all. */
const LOCAL_PATH = /^\/(?![/\\])[!-[\]-~]*$/;

/** `wanted` if it is a local path outside `/auth` and `/api`, else `/`. */
export function safeReturnPath(wanted: unknown): string {
  if (typeof wanted !== 'string' || wanted.length > MAX_LENGTH || !LOCAL_PATH.test(wanted)) return '/';
  // Resolved the way a browser would: dot segments may hide another host or path.
  const url = new URL(wanted, 'http://local.invalid');
  if (url.host !== 'local.invalid' || url.pathname.startsWith('//')) return '/';
  if (/^\/(auth|api)(\/|$)/i.test(decodePath(url.pathname))) return '/';
  return `${url.pathname}${url.search}${url.hash}`;
}

function decodePath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

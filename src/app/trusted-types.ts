/**
 * The page's one Trusted Types policy: the only script addresses that code may make up are the service worker and
 * our own built files. https://www.w3.org/TR/trusted-types/
 */

interface TrustedTypePolicy {
  createScriptURL(url: string): string;
}

interface TrustedTypesFactory {
  createPolicy(name: string, rules: { createScriptURL(url: string): string }): TrustedTypePolicy;
}

const OWN_SCRIPT = import.meta.env.DEV ? /^\// : /^\/(sw\.js$|assets\/)/;

function checkOwnScript(url: string): string {
  const { origin, pathname } = new URL(url, location.href);
  if (origin !== location.origin || !OWN_SCRIPT.test(pathname)) {
    throw new TypeError(`Refused to load a script from ${url}: only this app's own files may run.`);
  }
  return url;
}

const factory = (globalThis as { trustedTypes?: TrustedTypesFactory }).trustedTypes;
const policy = factory?.createPolicy('switchboard', { createScriptURL: checkOwnScript });

/**
 * The address as the platform's script sinks want it (a TrustedScriptURL, which TypeScript's library calls a string).
 * @throws TypeError for an address that is not ours.
 */
export function trustedScriptUrl(url: string): string {
  return policy === undefined ? checkOwnScript(url) : policy.createScriptURL(url);
}

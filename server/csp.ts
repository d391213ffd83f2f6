/** The Content-Security-Policy of every answer. Scripts carry it too: a worker's policy is that of its own file. */

export interface CspInput {
  nonce: string;
  /** Origins that pages and workers may connect to, beside our own. */
  connect: readonly string[];
  /** Origins that a form of ours may lead to: the provider, where sign-out ends. */
  forms: readonly string[];
  /** Whether we are on https. */
  secure: boolean;
  /** The development server's own scripts know nothing of Trusted Types. */
  trustedTypes: boolean;
}

/** Only the app's own policy may make script URLs and HTML. */
const TRUSTED_TYPES = ["require-trusted-types-for 'script'", 'trusted-types switchboard'];

export function contentSecurityPolicy(input: CspInput): string {
  const { nonce, connect, forms, secure, trustedTypes } = input;
  return [
    "default-src 'self'",
    `script-src 'self' 'nonce-${nonce}'`,
    `style-src 'self' 'nonce-${nonce}'`,
    // The feed places its rows with style attributes. They can run nothing.
    "style-src-attr 'unsafe-inline'",
    ['connect-src', "'self'", ...connect].join(' '),
    "img-src 'self' data:",
    "worker-src 'self'",
    "manifest-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    ['form-action', "'self'", ...forms].join(' '),
    ...(trustedTypes ? TRUSTED_TYPES : []),
    ...(secure ? ['upgrade-insecure-requests'] : []),
  ].join('; ');
}

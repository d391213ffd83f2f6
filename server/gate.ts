/**
 * The gate: whether a request was made by this app's own pages and workers. Fetch Metadata where the browser sends
 * it (a page cannot forge it), else a custom header that another origin could only send after a CORS preflight,
 * which this server never grants.
 */
import type { IncomingHttpHeaders } from 'node:http';
import { REQUEST_HEADER } from '../src/shared/token.ts';

export interface GateRules {
  /** Allowed values of `Sec-Fetch-Mode`. */
  modes: readonly string[];
  /** Allowed values of `Sec-Fetch-Dest`. */
  destinations: readonly string[];
  /** Whether `Origin` must come along. Browsers send it with every POST, and with no same-origin GET. */
  needsOrigin: boolean;
}

/** Reads by our own script or worker. */
export const SCRIPT_READ: GateRules = {
  modes: ['cors', 'same-origin'],
  destinations: ['empty'],
  needsOrigin: false,
};

/** Changes of state, by script or by a plain form. */
export const STATE_CHANGE: GateRules = {
  modes: ['cors', 'same-origin', 'navigate'],
  destinations: ['empty', 'document'],
  needsOrigin: true,
};

/**
 * The start of a sign-in: a link to it may stand anywhere, but no other site may start one behind the person's back
 * (as an image, a frame, a fetch). Null when it may pass, else the sentence that says why not.
 */
export function foreignStart(headers: IncomingHttpHeaders): string | null {
  const site = headers['sec-fetch-site'];
  if (site !== 'cross-site' && site !== 'same-site') return null;
  const opened = headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'document';
  return opened
    ? null
    : 'Another site can only link to the sign-in, not load it (Sec-Fetch-Mode, Sec-Fetch-Dest).';
}

/** Null when the request may pass, else the sentence that says why not. */
export function refusal(headers: IncomingHttpHeaders, rules: GateRules, ownOrigin: string): string | null {
  if (headers.origin === undefined ? rules.needsOrigin : headers.origin !== ownOrigin) {
    return `The header Origin must be exactly ${ownOrigin}.`;
  }
  const site = headers['sec-fetch-site'];
  const mode = headers['sec-fetch-mode'];
  const destination = headers['sec-fetch-dest'];
  if (site === undefined && mode === undefined && destination === undefined) {
    return headers[REQUEST_HEADER] === undefined
      ? `A request without Fetch Metadata must carry the header ${REQUEST_HEADER}: 1.`
      : null;
  }
  if (site !== 'same-origin') return 'Only pages of this very origin may ask (Sec-Fetch-Site).';
  if (mode !== undefined && !rules.modes.includes(String(mode))) {
    return 'This address answers only requests by script, not loading as a page or a resource (Sec-Fetch-Mode).';
  }
  if (destination !== undefined && !rules.destinations.includes(String(destination))) {
    return 'This address cannot be loaded as a resource of a page (Sec-Fetch-Dest).';
  }
  return null;
}

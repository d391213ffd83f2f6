/**
 * Proxies before this server. Only those named in TRUST_PROXY are believed, and only as to whose request it is
 * (`X-Forwarded-For`, for limits and logs): redirects and cookies follow ORIGIN alone. See docs/adr/0003.
 */
import { isIP } from 'node:net';
import type { FastifyInstance } from 'fastify';

/** Whether `text` is an address or a network (`10.0.0.0/8`) as TRUST_PROXY takes them. */
export function isAddressOrNetwork(text: string): boolean {
  const match = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(text);
  const kind = isIP(match?.[1] ?? '');
  if (kind === 0) return false;
  const bits = match?.[2] === undefined ? 1 : Number(match[2]);
  // A prefix of 0 would believe everybody, and so whatever an attacker writes.
  return bits >= 1 && bits <= (kind === 4 ? 32 : 128);
}

/**
 * Says once that a proxy seems to be there which is not believed: all people behind it then share one address, and
 * with it the limits of one.
 */
export function noteUnbelievedProxy(app: FastifyInstance, trusted: readonly string[]): void {
  if (trusted.length > 0) return;
  let noted = false;
  app.addHook('onRequest', async (request) => {
    if (noted || request.headers['x-forwarded-for'] === undefined) return;
    noted = true;
    request.log.warn(
      'A request carries X-Forwarded-For, but TRUST_PROXY is not set: limits and logs see the address of the proxy. ' +
        'If there is one before this server, name it, e.g. TRUST_PROXY=10.0.0.0/8',
    );
  });
}

/**
 * Brings in the part of the service worker that only a background sync needs: a script of its own, so that it costs
 * nothing when the worker starts to answer a page.
 */
import type { SendOutbox } from './outbox-sync.ts';

declare const self: ServiceWorkerGlobalScope;

const PATH = '/sw-outbox.js';

/** https://www.w3.org/TR/trusted-types/; TypeScript's library does not know it. */
interface TrustedTypesFactory {
  createPolicy(
    name: string,
    rules: { createScriptURL(url: string): string },
  ): { createScriptURL(url: string): string };
}

let address: string | null = null;

/** The address as `importScripts` wants it under our policy, which allows one policy of this name. */
function trusted(): string {
  const { trustedTypes } = globalThis as { trustedTypes?: TrustedTypesFactory };
  const rules = { createScriptURL: () => PATH };
  address ??= trustedTypes?.createPolicy('switchboard', rules).createScriptURL(PATH) ?? PATH;
  return address;
}

/** Resolves with the part's one function; rejects when the script cannot be had. */
export async function loadOutboxPart(): Promise<SendOutbox> {
  if (self.sendOutbox === undefined) importScripts(trusted());
  if (self.sendOutbox === undefined) throw new TypeError(`${PATH} is not what this service worker expects.`);
  return self.sendOutbox;
}

/** Which host this browser can safely use. */
import type { HostKind } from '../../shared/line-messages.ts';

export interface HostSupport {
  sharedWorker: boolean;
  locks: boolean;
  broadcastChannel: boolean;
  /** `navigator.vendor`: WebKit names Apple. */
  vendor: string;
}

/**
 * SharedWorker first. Not in WebKit: there a worker whose first tab closes can be replaced by a blank one behind
 * the same port (https://bugs.webkit.org/show_bug.cgi?id=318873).
 */
export function chooseHost({ sharedWorker, locks, broadcastChannel, vendor }: HostSupport): HostKind {
  if (!broadcastChannel) return 'own-tab';
  const trusted = sharedWorker && !vendor.startsWith('Apple');
  if (trusted) return 'shared-worker';
  return locks ? 'elected-tab' : 'own-tab';
}

/**
 * A host whose code is loaded when it is needed: most tabs never lead, and what a leader is made of is a good part of
 * the connection. What is asked of it meanwhile is done in order once it is there.
 */
import type { HostKind } from '../../shared/line-messages.ts';
import type { Host } from './host.ts';

/**
 * @param load makes the host. Where its code cannot be loaded (no network, and not stored), it is asked again each time
 *   that no leader is heard.
 */
export function createLazyHost(kind: HostKind, load: () => Promise<Host>): Host {
  let host: Host | null = null;
  let waiting: ((host: Host) => void)[] = [];
  let loading = false;
  let closed = false;

  function begin(): void {
    if (loading || host !== null) return;
    loading = true;
    load()
      .then((loaded) => {
        host = loaded;
        for (const act of waiting) act(loaded);
        waiting = [];
      })
      .catch(() => {
        loading = false;
      });
  }

  function whenThere(act: (host: Host) => void): void {
    if (host !== null) act(host);
    else if (!closed) waiting.push(act);
  }

  begin();
  return {
    kind,
    leading: () => host?.leading() ?? false,
    heard: () => host?.heard(),
    silent() {
      begin();
      host?.silent();
    },
    lead(how) {
      whenThere((there) => void there.lead(how));
      return true;
    },
    offered: (offer) => host?.offered(offer),
    visibility: (visible) => whenThere((there) => there.visibility(visible)),
    renew: (...tokens) => whenThere((there) => there.renew(...tokens)),
    suspend: () => whenThere((there) => there.suspend()),
    resume: () => whenThere((there) => there.resume()),
    close() {
      whenThere((there) => there.close());
      closed = true;
    },
  };
}

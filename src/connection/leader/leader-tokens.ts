/** What the leader needs of a token client, in any context. */
import type { TokenClient } from '../../session/api.ts';
import type { LeaderTokens } from './api.ts';

/** @param wake tells the client that the device woke; a page's client is told by the page's own events. */
export function leaderTokens(tokens: TokenClient, wake: () => void = () => {}): LeaderTokens {
  return {
    get: (options) => tokens.get(options),
    onSignedOut(listener) {
      const tell = (): void => {
        if (tokens.state.get().kind === 'signed-out') listener();
      };
      const off = tokens.state.subscribe(tell);
      // It may have happened before anybody listened; not now, as the caller is still setting itself up.
      queueMicrotask(tell);
      return off;
    },
    wake,
  };
}

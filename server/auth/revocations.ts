/**
 * Telling the provider that a refresh token is no longer used. Best effort and in the background: our own session
 * has ended before, so nobody waits for it and its failure changes no answer.
 */
import type { Clock } from '../../src/shared/clock.ts';
import { isProviderError, type Provider } from './provider.ts';

export interface Revocations {
  /** Revokes now, and again a few times while the provider is out. Never throws. */
  revoke(refreshToken: string): void;
  /** Forgets the planned tries and resolves when the one under way is done. */
  close(): Promise<void>;
}

const RETRY_MS = [1_000, 5_000, 30_000, 120_000];
/** A provider that is out for long must not fill the memory. */
const MAX_PENDING = 1_000;

export interface RevocationsDeps {
  provider: Pick<Provider, 'revoke'>;
  clock: Clock;
  onError(error: unknown): void;
}

export function createRevocations({ provider, clock, onError }: RevocationsDeps): Revocations {
  const running = new Set<Promise<void>>();
  const planned = new Set<() => void>();
  let closed = false;

  async function attempt(refreshToken: string, retries: readonly number[]): Promise<void> {
    try {
      await provider.revoke(refreshToken);
    } catch (error) {
      onError(error);
      const [waitMs, ...rest] = retries;
      if (waitMs === undefined || closed || isProviderError(error, 'rejected')) return;
      if (planned.size >= MAX_PENDING) return;
      const cancel = clock.after(waitMs, () => {
        planned.delete(cancel);
        track(attempt(refreshToken, rest));
      });
      planned.add(cancel);
    }
  }

  function track(work: Promise<void>): void {
    running.add(work);
    work.finally(() => running.delete(work));
  }

  return {
    revoke: (refreshToken) => track(attempt(refreshToken, RETRY_MS)),
    async close() {
      closed = true;
      for (const cancel of planned) cancel();
      planned.clear();
      await Promise.all(running);
    },
  };
}

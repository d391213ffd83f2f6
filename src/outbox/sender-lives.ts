/**
 * Lets senders know of each other whether they still live: each holds a Web Lock of its own for as long as it does,
 * frozen or not. So a claim of one that ended is free at once, and a claim of one that may yet be answered is not
 * touched, whoever has the turn by then.
 */
import { keepLock } from '../shared/keep-lock.ts';

export interface SenderLives {
  /** Resolves when the others can tell that this sender lives: before that it must claim nothing. */
  readonly known: Promise<void>;
  /** Whether the sender of that name lives. Where that cannot be told, it is taken for alive. */
  lives(name: string | null): Promise<boolean>;
  close(): void;
}

export function createSenderLives(locks: LockManager | null, lockName: string, name: string): SenderLives {
  if (locks === null) return { known: Promise.resolve(), lives: async () => true, close() {} };
  const lockOf = (sender: string): string => `${lockName}:${sender}`;
  let release = (): void => {};
  const known = new Promise<void>((resolve) => {
    // Locks that are refused here are refused to all: then the claims alone keep senders apart.
    release = keepLock(locks, lockOf(name), resolve, resolve);
  });
  return {
    known,
    async lives(other) {
      if (other === null) return false;
      const { held: all = [] } = await locks.query();
      return all.some((lock) => lock.name === lockOf(other));
    },
    close: () => release(),
  };
}

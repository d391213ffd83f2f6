/**
 * What the session keeps on the device: who was here last (so that an offline start knows whose history to show)
 * and a sign-out that the server has not heard of yet. Never a token. Storage that is missing, full or forbidden
 * is as good as empty: nothing here may fail a sign-in or a sign-out.
 */
import type { SessionInfo } from '../shared/page-data.ts';

export interface KeyValueStorage {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

/** A sign-out that was made without reaching the server. */
interface PendingSignOut {
  epoch: number;
  sub: string | null;
}

export interface SessionMemory {
  user(): SessionInfo | null;
  remember(user: SessionInfo): void;
  forget(): void;
  pendingSignOut(): PendingSignOut | null;
  setPendingSignOut(pending: PendingSignOut | null): void;
}

export const USER_KEY = 'switchboard:user';
export const PENDING_KEY = 'switchboard:pending-sign-out';

export function createSessionMemory(storage: KeyValueStorage | null): SessionMemory {
  function read(key: string): Record<string, unknown> | null {
    try {
      const value: unknown = JSON.parse(storage?.getItem(key) ?? 'null');
      return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
    } catch {
      return null;
    }
  }
  function write(key: string, value: object | null): void {
    try {
      if (value === null) storage?.removeItem(key);
      else storage?.setItem(key, JSON.stringify(value));
    } catch {
      // Private mode or a full disk: the session works without its memory.
    }
  }
  return {
    user: () => parseSessionInfo(read(USER_KEY)),
    // Field by field: whatever else the object may carry one day does not get onto the disk by accident.
    remember: ({ sub, username, email, epoch }) => write(USER_KEY, { sub, username, email, epoch }),
    forget: () => write(USER_KEY, null),
    pendingSignOut() {
      const value = read(PENDING_KEY);
      if (value === null || typeof value.epoch !== 'number') return null;
      return { epoch: value.epoch, sub: typeof value.sub === 'string' ? value.sub : null };
    },
    setPendingSignOut: (pending) => write(PENDING_KEY, pending),
  };
}

/** The session in `value`, or null when it is not one. */
export function parseSessionInfo(value: unknown): SessionInfo | null {
  if (typeof value !== 'object' || value === null) return null;
  const { sub, username, email, epoch } = value as Record<string, unknown>;
  if (typeof sub !== 'string' || typeof username !== 'string' || typeof epoch !== 'number') return null;
  return { sub, username, email: typeof email === 'string' ? email : null, epoch };
}

/**
 * The token's life as a pure state machine. Types here; the reducer follows (see docs/token.md).
 */
import type { SignOutReason } from './page-data.ts';

/** A token in memory, with its deadlines on the monotonic clock of the context that holds it. */
export interface HeldToken {
  accessToken: string;
  sub: string;
  epoch: number;
  /** From here on a newer one is fetched; the token is still good. Monotonic milliseconds. */
  renewAt: number;
  /** From here on it must not be handed out. Monotonic milliseconds. */
  endsAt: number;
}

export type TokenState =
  | { kind: 'empty' }
  | { kind: 'fetching' }
  | { kind: 'fresh'; token: HeldToken }
  | { kind: 'renewing'; token: HeldToken }
  | { kind: 'usable'; token: HeldToken; retryAt: number }
  | { kind: 'unavailable'; retryAt: number }
  | { kind: 'signed-out'; reason: SignOutReason; epoch: number };

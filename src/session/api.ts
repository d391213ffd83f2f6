/** The public face of the page side of the session: types only. `createSession` in `index.ts` makes one. */
import type { SessionInfo, SignOutReason } from '../shared/page-data.ts';
import type { Store } from '../shared/store.ts';
import type { HeldToken, TokenState } from '../shared/token-machine.ts';

export type SessionState =
  /** The shell does not know yet who is signed in (first moment, or offline with nobody remembered). */
  | { kind: 'unknown' }
  | {
      kind: 'signed-in';
      user: SessionInfo /** Known from this device only: the server was not reached. */;
      offline: boolean;
    }
  | { kind: 'signed-out'; reason: SignOutReason | 'never' };

/** Hands out access tokens to whoever needs one; one request in flight, memory only. */
export interface TokenClient {
  /**
   * @param options.force asks the server again although the held token is still good (collapsed, rate-limited).
   * @throws AppError `signed-out` (definite), `token-unavailable` (try later), `request-refused`.
   */
  get(options?: { force?: boolean }): Promise<HeldToken>;
  readonly state: Store<TokenState>;
  /** Drops everything below `epoch` and refuses later answers below it. */
  raiseEpoch(epoch: number, reason: SignOutReason): void;
  close(): void;
}

export interface Session {
  readonly state: Store<SessionState>;
  readonly tokens: TokenClient;
  /** The address that starts a sign-in and returns to `returnTo` (a local path). */
  signInUrl(returnTo: string): string;
  /**
   * Signs out everywhere: tells every tab and worker at once, then the server; where the server cannot be
   * reached, it is told when the network is back.
   * @returns the provider's sign-out address to visit, or null when the server could not be reached.
   */
  signOut(options: { wipe: boolean }): Promise<string | null>;
  /** Asks the server whether the session still stands (wake, return of the network, once a minute while visible). */
  verify(): Promise<void>;
  close(): void;
}

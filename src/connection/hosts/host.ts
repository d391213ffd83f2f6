/** Where the leader lives, as a tab sees it. */
import type { HostKind } from '../../shared/line-messages.ts';

export interface Host {
  readonly kind: HostKind;
  /** Whether the leader lives in this very tab. */
  leading(): boolean;
  /** A sign of life of a leader was heard. */
  heard(): void;
  /** No leader was heard for too long: whatever this host can do about it. */
  silent(): void;
  /** Another tab wants to lead: let go, and queue again behind it. */
  stepAside(): void;
  /** The page goes into the background for good, is frozen or left: a leader here must let go now. */
  suspend(): void;
  /** The page is back. */
  resume(): void;
  close(): void;
}

/** Where the leader lives, as a tab sees it. */
import type { HostKind } from '../../shared/line-messages.ts';
import type { Offer } from '../leader/succeed.ts';

export interface Host {
  readonly kind: HostKind;
  /** Whether the leader lives in this very tab. */
  leading(): boolean;
  /** A leader that goes on was heard. */
  heard(): void;
  /** No leader was heard for too long: whatever this host can do about it without harm to one that is merely slow. */
  silent(): void;
  /**
   * Makes this very tab lead: with the consent of the present leader, or by force where it hangs.
   * @returns false when the leader of this host does not live in a tab.
   */
  lead(how: 'with-consent' | 'by-force'): boolean;
  /** The leader offers the lead to this tab. */
  offered(offer: Offer): void;
  /** The page became visible or hidden. */
  visibility(visible: boolean): void;
  /** The same user signed in anew, with this epoch. */
  renew(epoch: number): void;
  /** The page goes into the background for good, is frozen or left: a leader here must let go now. */
  suspend(): void;
  /** The page is back. */
  resume(): void;
  close(): void;
}

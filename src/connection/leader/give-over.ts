/**
 * The leader's side of a succession: one heir at a time is told the estate; when it is ready, the leader ends in
 * its favour. Whoever else asks meanwhile hears nothing and stays a follower.
 */
import type { Clock } from '../../shared/clock.ts';
import type { LineMessage, SuccessionRequest } from '../../shared/line-messages.ts';
import type { Leader } from './api.ts';
import { READY_MS } from './succeed.ts';

export interface GiveOver {
  hear(request: SuccessionRequest): void;
  /** Offers the lead to `to` without having been asked; not while another prepares. */
  offer(to: string): void;
  close(): void;
}

export interface GiveOverDeps {
  leader: Leader;
  clock: Clock;
  say(message: LineMessage): void;
  /** The leader ends in favour of a successor from now on. */
  onHandOver(): void;
}

export function createGiveOver({ leader, clock, say, onHandOver }: GiveOverDeps): GiveOver {
  let heir: { name: string; forget(): void } | null = null;
  let moving = false;

  function appoint(name: string): void {
    heir?.forget();
    const forget = clock.after(READY_MS, () => {
      heir = null;
    });
    heir = { name, forget };
    say({ v: 1, t: 'estate', epoch: leader.epoch, to: name, ...leader.estate() });
  }

  return {
    hear({ t, by }) {
      if (moving) return;
      if (t === 'succeed') {
        if (heir === null || heir.name === by) appoint(by);
      } else if (heir?.name === by) {
        moving = true;
        heir.forget();
        onHandOver();
        void leader.handOver(by);
      }
    },
    offer(to) {
      if (heir === null && !moving) appoint(to);
    },
    close() {
      heir?.forget();
    },
  };
}

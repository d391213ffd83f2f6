/** Notices that no leader is heard. Any word of it counts, so a busy line costs one assignment for a message. */
import type { Clock } from '../../shared/clock.ts';

export interface Watchdog {
  /** A leader was heard. */
  heard(): void;
  /** When one was heard last, or the watch began. Monotonic milliseconds. */
  heardAt(): number;
  close(): void;
}

export interface WatchdogDeps {
  clock: Clock;
  /** How much silence is too much now. Milliseconds. */
  limitMs(): number;
  /** Called when there was so much silence, and again after each further so much. */
  onSilent(): void;
}

/** It looks at least this often: the limit may have become shorter meanwhile. Milliseconds. */
const LOOK_MS = 2_000;

export function createWatchdog({ clock, limitMs, onSilent }: WatchdogDeps): Watchdog {
  let heardAt = clock.monotonic();
  /** When it was last heard or complained about. */
  let since = heardAt;

  function look(): void {
    since = Math.max(since, heardAt);
    if (clock.monotonic() - since >= limitMs()) {
      since = clock.monotonic();
      onSilent();
    }
    cancel = clock.after(Math.min(LOOK_MS, since + limitMs() - clock.monotonic()), look);
  }
  let cancel = clock.after(LOOK_MS, look);

  return {
    heard() {
      heardAt = clock.monotonic();
    },
    heardAt: () => heardAt,
    close: () => cancel(),
  };
}

/** The timers of one connection, re-armed whenever a fault switch changes. */
import type { Clock } from '../../../src/shared/clock.ts';
import type { FaultSwitches } from '../faults.ts';

export interface ConnectionTimersDeps {
  clock: Clock;
  faults: FaultSwitches;
  /** Wall clock, milliseconds since 1970. */
  openedAt: number;
  /** Wall clock, milliseconds since 1970; null for a credential that does not expire. */
  tokenExpiresAt: number | null;
  keepAlive(): void;
  close(): void;
  silence(silent: boolean): void;
}

export interface ConnectionTimers {
  /** Sends a `ka` and counts the next interval from here. */
  keepAliveNow(): void;
  /** Runs `fn` after `ms` (0 = at once), unless the connection ends before. */
  delay(ms: number, fn: () => void): void;
  /** The token that opened the connection has expired before its time. */
  tokenExpired(): void;
  cancel(): void;
}

/** Longest delay of a platform timer. */
const MAX_TIMER_MS = 2_147_483_647;

export function createConnectionTimers(deps: ConnectionTimersDeps): ConnectionTimers {
  const { clock, faults, openedAt, keepAlive, close, silence } = deps;
  let tokenExpiresAt = deps.tokenExpiresAt;
  let silent = false;
  const cancels = { keepAlive: () => {}, lifetime: () => {}, token: () => {} };
  const delayed = new Set<() => void>();

  function armKeepAlive(): void {
    cancels.keepAlive();
    cancels.keepAlive = clock.after(faults.current.events.kaIntervalMs, () => {
      keepAlive();
      armKeepAlive();
    });
  }

  function armEnds(): void {
    const { maxConnectionMs, closeOnTokenExpiry } = faults.current.events;
    cancels.lifetime();
    cancels.lifetime = at(openedAt + maxConnectionMs, close);
    cancels.token();
    cancels.token = closeOnTokenExpiry && tokenExpiresAt !== null ? at(tokenExpiresAt, close) : () => {};
  }

  function at(wallMs: number, fn: () => void): () => void {
    return clock.after(Math.min(Math.max(0, wallMs - clock.wall()), MAX_TIMER_MS), fn);
  }

  function arm(): void {
    armKeepAlive();
    armEnds();
    if (silent !== faults.current.events.silent) {
      silent = !silent;
      silence(silent);
    }
  }

  arm();
  const stopListening = faults.onChange(arm);

  return {
    keepAliveNow() {
      keepAlive();
      armKeepAlive();
    },
    delay(ms, fn) {
      if (ms === 0) return fn();
      const cancel = clock.after(ms, () => {
        delayed.delete(cancel);
        fn();
      });
      delayed.add(cancel);
    },
    tokenExpired() {
      if (tokenExpiresAt === null) return;
      tokenExpiresAt = clock.wall();
      armEnds();
    },
    cancel() {
      stopListening();
      for (const cancel of [...Object.values(cancels), ...delayed]) cancel();
    },
  };
}

import { describe, expect, it } from 'vitest';
import type { Clock } from '../../../src/shared/clock.ts';
import { createFaultSwitches } from '../faults.ts';
import { createConnectionTimers } from './connection-timers.ts';

const HOUR_MS = 3_600_000;

/** A clock that moves only when told; timers run at their time, in order. */
function createManualClock() {
  let now = 0;
  const timers = new Set<{ at: number; fn: () => void }>();
  const clock: Clock = {
    monotonic: () => now,
    wall: () => now,
    after(ms, fn) {
      const timer = { at: now + ms, fn };
      timers.add(timer);
      return () => timers.delete(timer);
    },
  };
  return {
    clock,
    waiting: () => timers.size,
    advance(ms: number) {
      const end = now + ms;
      for (;;) {
        const next = [...timers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
        if (next === undefined) break;
        timers.delete(next);
        now = next.at;
        next.fn();
      }
      now = end;
    },
  };
}

function setUp(tokenExpiresAt: number | null = null) {
  const manual = createManualClock();
  const faults = createFaultSwitches();
  const log: string[] = [];
  const timers = createConnectionTimers({
    clock: manual.clock,
    faults,
    openedAt: 0,
    tokenExpiresAt,
    keepAlive: () => log.push(`ka ${manual.clock.wall()}`),
    close: () => log.push(`close ${manual.clock.wall()}`),
    silence: (silent) => log.push(`silent ${silent}`),
  });
  return { ...manual, faults, log, timers };
}

describe('the timers of a connection', () => {
  it('send a ka every 60 s, counted from the last one', () => {
    const { advance, log, timers } = setUp();
    advance(10_000);
    timers.keepAliveNow();
    advance(125_000);
    expect(log).toEqual(['ka 10000', 'ka 70000', 'ka 130000']);
  });

  it('cut after 24 hours, or as switched, counted from the opening', () => {
    const { advance, log, faults } = setUp();
    faults.patch({ events: { kaIntervalMs: 100 * HOUR_MS } });
    advance(24 * HOUR_MS - 1);
    expect(log).toEqual([]);
    advance(1);
    expect(log).toEqual([`close ${24 * HOUR_MS}`]);
    const other = setUp();
    other.advance(5000);
    other.faults.patch({ events: { maxConnectionMs: 3000 } });
    other.advance(0);
    expect(other.log).toEqual(['close 5000']);
  });

  it('close at the expiry of the token only when switched', () => {
    const { advance, log, faults } = setUp(3000);
    advance(4000);
    expect(log).toEqual([]);
    const other = setUp(3000);
    other.faults.patch({ events: { closeOnTokenExpiry: true } });
    other.advance(4000);
    expect(other.log).toEqual(['close 3000']);
    faults.patch({ events: { closeOnTokenExpiry: true } });
    advance(0);
    expect(log).toEqual(['close 4000']);
  });

  it('tell of silence once for each change', () => {
    const { log, faults } = setUp();
    faults.patch({ events: { silent: true } });
    faults.patch({ events: { ackDelayMs: 1 } });
    faults.reset();
    expect(log).toEqual(['silent true', 'silent false']);
  });

  it('leave nothing behind when cancelled', () => {
    const { log, faults, timers, waiting, advance } = setUp(3000);
    timers.delay(5, () => log.push('late'));
    timers.cancel();
    faults.patch({ events: { silent: true, closeOnTokenExpiry: true } });
    advance(30 * HOUR_MS);
    expect([waiting(), log]).toEqual([0, []]);
  });
});
